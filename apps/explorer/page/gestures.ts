// What hands do on the map: drag, pinch, wheel, double click, keys, and the lasso.

import type { Point } from "./camera";

export interface Gestures {
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Point, smooth: boolean): void;
  reset(): void;
  hover(at: Point | null): void;
  click(at: Point): void;
  key(name: string): boolean;
  lasso(path: Point[], ended: boolean): void;
  lassoing(): boolean;
  ended(): void;
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

export function listen(host: HTMLElement, to: Gestures): void {
  const down = new Map<number, Point>();
  let start: Point = { x: 0, y: 0 };
  let moved = false;
  let path: Point[] = [];
  const at = (event: MouseEvent): Point => {
    const box = host.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  host.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    host.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    if (down.size === 1) {
      start = at(event);
      moved = false;
      path = to.lassoing() ? [start] : [];
    } else {
      moved = true;
      path = [];
    }
  });

  host.addEventListener("pointermove", (event) => {
    const now = at(event);
    const before = down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") to.hover(now);
      return;
    }
    if (!moved && distance(start, now) < (event.pointerType === "touch" ? 8 : 4)) return;
    moved = true;
    to.hover(null);
    if (path.length > 0) {
      if (distance(path[path.length - 1], now) > 3) path.push(now);
      to.lasso(path, false);
    } else if (down.size === 1) {
      to.pan(now.x - before.x, now.y - before.y);
    } else {
      const other = [...down].find(([id]) => id !== event.pointerId)![1];
      const center = middle(now, other);
      const last = middle(before, other);
      to.pan(center.x - last.x, center.y - last.y);
      to.zoom(distance(now, other) / Math.max(distance(before, other), 1), center, false);
    }
    down.set(event.pointerId, now);
  });

  const release = (event: PointerEvent, done: boolean): void => {
    if (!down.delete(event.pointerId)) return;
    if (path.length > 0) {
      to.lasso(done && moved ? path : [], true);
      path = [];
    } else if (done && !moved && down.size === 0) {
      to.click(at(event));
    }
    if (down.size === 0) to.ended();
  };
  host.addEventListener("pointerup", (event) => release(event, true));
  host.addEventListener("pointercancel", (event) => release(event, false));
  host.addEventListener("pointerleave", () => to.hover(null));
  host.addEventListener("dblclick", (event) => {
    if (!to.lassoing()) to.zoom(2, at(event), true);
  });

  host.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? 400 : 1;
      // A pinch on a touch pad comes as a wheel with ctrl, in small steps.
      to.zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0016)), at(event), false);
    },
    { passive: false },
  );

  host.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (to.key(event.key)) event.preventDefault();
  });
}
