// The map: where the camera is, what moves, and when to draw. Nothing is drawn while nothing changes.

import { Camera, home, type Look, type Point, type Rect } from "./camera";
import { type Gestures, listen } from "./gestures";
import { chooseLabels, type Label, Taken } from "./labels";
import { type Colors, type Marks, noMarks, Overlay } from "./overlay";
import { isNowhere, nowhere, type Placement } from "./placement";
import { type PointLayer, pointLayer, type PointStyle } from "./point_layer";
import type { Words } from "./words";

export interface MapEvents {
  picked(id: number): void;
  lassoed(ids: number[]): void;
  touched(): void;
  mixed(part: number): void;
}

export interface Theme extends Colors {
  points: Omit<PointStyle, "size" | "alpha">;
  alpha: number;
}

const transition = 900;
const restAfter = 150;
// A frame while moving may take so long; points are left out until it does.
const frameTime = { most: 40, least: 28 };
// Fewer points than this are not what takes the time.
const fewest = 25000;
// Of a frame, what drawing the points may take where the processor does it at once.
const drawTime = 14;

const smooth = (t: number): number => t * t * (3 - 2 * t);
const still = matchMedia("(prefers-reduced-motion: reduce)");

interface Move {
  start: number;
  length: number;
  step(part: number): void;
  end?(): void;
}

export class MapView {
  readonly camera = new Camera();
  readonly points: PointLayer;
  frames = 0;
  readonly #overlay: Overlay;
  #before: Placement | null = null;
  #after: Placement | null = null;
  #part = 1;
  #paired = false;
  #axesShown = 0;
  #marked: Marks = noMarks;
  #labels: Label[] = [];
  #labelsAt = 0;
  #hovered = -1;
  #lassoPath: Point[] = [];
  #lassoOn = false;
  #moves = new Map<"camera" | "mix", Move>();
  #movingUntil = 0;
  #asked = false;
  #dirty = true;
  #most: number;
  #lastFrame = 0;
  #usual = (frameTime.most + frameTime.least) / 2;
  #margins: Rect = { left: 0, top: 0, width: 1, height: 1 };
  #theme!: Theme;
  #restTimer = 0;
  readonly #host: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #top: HTMLCanvasElement;
  readonly #words: Words;
  readonly #events: MapEvents;

  constructor(
    host: HTMLElement,
    canvas: HTMLCanvasElement,
    top: HTMLCanvasElement,
    words: Words,
    events: MapEvents,
    layer: string,
  ) {
    this.#host = host;
    this.#canvas = canvas;
    this.#top = top;
    this.#words = words;
    this.#events = events;
    this.points = pointLayer(canvas, words.count, layer, () => this.refresh());
    // One canvas in place of two is less to put together for a processor that draws the page as well.
    top.hidden = this.points.put !== undefined;
    this.#overlay = new Overlay(top.hidden ? canvas : top);
    this.#most = Math.min(words.count, 100000);
    listen(host, this.#gestures());
    new ResizeObserver(() => this.#resize()).observe(host);
    this.#resize();
  }

  get drawnInMotion(): number {
    return this.#most;
  }

  get moving(): boolean {
    return this.#moves.size > 0 || performance.now() < this.#movingUntil;
  }

  get labelled(): number[] {
    return this.#labels.map(({ id }) => id);
  }

  get placement(): Placement | null {
    return this.#after;
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.refresh();
  }

  /** The part of the window that no panel covers. */
  setFree(rect: Rect): void {
    this.#margins = rect;
    this.#layoutRect();
    this.refresh();
  }

  setHomes(placement: Placement): void {
    const homes = new Int8Array(placement.positions.length);
    placement.positions.forEach((value, i) => {
      homes[i] = isNowhere(value) ? 0 : Math.round(Math.max(-1, Math.min(1, value)) * 127);
    });
    this.points.setHomes(homes);
    this.refresh();
  }

  /** Words go from where they are to other places. */
  show(placement: Placement, then?: () => void): void {
    if (this.#after === placement && !this.#paired) return;
    this.#paired = false;
    this.#go(placement, then);
  }

  /** Two placements that a slider goes between. */
  showPair(before: Placement, after: Placement, part: number): void {
    const begin = part < 0.5 ? before : after;
    const settle = (): void => {
      this.#paired = true;
      this.#setSides(before, after, part < 0.5 ? 0 : 1);
      this.#events.mixed(this.#part);
    };
    if (this.#paired && this.#before === before && this.#after === after) this.mix(part, true);
    else if (this.#after === begin && this.#part === 1) settle();
    else this.#go(begin, settle);
  }

  get isPaired(): boolean {
    return this.#paired;
  }

  /** 0: before, 1: after. */
  mix(part: number, animated: boolean): void {
    const from = this.#part;
    const set = (now: number): void => {
      this.#part = now;
      this.#events.mixed(now);
    };
    if (animated) {
      this.#move("mix", transition, (t) => set(from + (part - from) * smooth(t)));
    } else {
      this.#moves.delete("mix");
      set(part);
      this.#stir();
    }
  }

  mark(marks: Marks): void {
    this.#marked = marks;
    this.#drawSoon(false);
  }

  setChosen(ids: Iterable<number>): void {
    this.points.setChosen(ids);
    this.refresh();
  }

  setLasso(on: boolean): void {
    this.#lassoOn = on;
    this.#lassoPath = [];
    this.#drawSoon(false);
  }

  reset(): void {
    this.#lookAt(home);
  }

  zoomBy(factor: number): void {
    this.#lookAt(this.camera.zoomed(factor, this.#center()));
  }

  /** Looks at the words; unless it must, only if the first is out of view or they are too near each other to be read. */
  lookAtWords(ids: number[], must: boolean): void {
    const places = ids.map((id) => this.#placeOf(id)).filter((place) => place !== null);
    if (places.length === 0) return;
    // A few far ones would make all the others small.
    const far = (place: Point): number => Math.hypot(place.x - places[0].x, place.y - places[0].y);
    const near = places.slice().sort((a, b) => far(a) - far(b)).slice(0, Math.max(5, Math.ceil(places.length * 0.8)));
    const { rect } = this.camera;
    const crowded = near.length > 2 && far(near[near.length - 1]) * this.camera.scaleX < Math.min(rect.width, rect.height) / 7;
    if (must || crowded) {
      this.#lookAt(this.camera.around(near));
      return;
    }
    const at = this.at(ids.find((id) => this.#placeOf(id) !== null)!)!;
    const inside = at.x > rect.left + 40 && at.x < rect.left + rect.width - 40 && at.y > rect.top + 30 && at.y < rect.top + rect.height - 30;
    if (!inside) this.#lookAt({ ...places[0], zoom: this.camera.look.zoom });
  }

  /** On the screen; null if it has no place. */
  at(id: number): Point | null {
    const place = this.#placeOf(id);
    if (!place) return null;
    const { scaleX, scaleY, shiftX, shiftY } = this.camera;
    return { x: place.x * scaleX + shiftX, y: place.y * scaleY + shiftY };
  }

  inView(): number[] {
    const { left, top, width, height } = this.camera.rect;
    return this.#within((x, y) => x >= left && x <= left + width && y >= top && y <= top + height);
  }

  /** The map as it is seen, without the panels. */
  async picture(): Promise<Blob> {
    this.#draw(true);
    const ratio = this.#ratio();
    const { left, top, width, height } = this.#margins;
    const picture = document.createElement("canvas");
    picture.width = Math.round(width * ratio);
    picture.height = Math.round(height * ratio);
    const context = picture.getContext("2d")!;
    context.fillStyle = this.#theme.ground;
    context.fillRect(0, 0, picture.width, picture.height);
    for (const layer of this.#top.hidden ? [this.#canvas] : [this.#canvas, this.#top]) context.drawImage(layer, -left * ratio, -top * ratio);
    return new Promise((resolve, reject) =>
      picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture could be made"))), "image/png"),
    );
  }

  /** Draws all anew. */
  refresh(): void {
    this.#labelsAt = 0;
    this.#drawSoon(true);
  }

  #placeOf(id: number): Point | null {
    if (!this.#after || id < 0 || id >= this.#words.count) return null;
    const mixed = (i: number): number => {
      const from = this.#before ? this.#before.positions[i] : nowhere;
      const to = this.#after!.positions[i];
      if (isNowhere(from)) return to;
      if (isNowhere(to)) return from;
      return from + (to - from) * this.#part;
    };
    const hidden = isNowhere((this.#part < 0.5 && this.#before ? this.#before : this.#after).positions[2 * id]);
    return hidden ? null : { x: mixed(2 * id), y: mixed(2 * id + 1) };
  }

  #trail(id: number): Point | null {
    if (!this.#paired || !this.#before || id < 0 || id >= this.#words.count || isNowhere(this.#before.positions[2 * id]))
      return null;
    const { scaleX, scaleY, shiftX, shiftY } = this.camera;
    return {
      x: this.#before.positions[2 * id] * scaleX + shiftX,
      y: this.#before.positions[2 * id + 1] * scaleY + shiftY,
    };
  }

  /** All places as they are now. */
  #positions(): Float32Array {
    const to = this.#after!.positions;
    if (this.#part === 1 || !this.#before) return to;
    const from = this.#before.positions;
    if (this.#part === 0) return from;
    const now = new Float32Array(to.length);
    for (let i = 0; i < now.length; ++i)
      now[i] = isNowhere(from[i]) || isNowhere(to[i]) ? nowhere : from[i] + (to[i] - from[i]) * this.#part;
    return now;
  }

  #setSides(before: Placement | null, after: Placement, part: number): void {
    this.#before = before;
    this.#after = after;
    this.#part = part;
    this.points.setPlaces("before", (before ?? after).positions);
    this.points.setPlaces("after", after.positions);
    this.#axesShown = after.axes ? 1 : 0;
    this.camera.stretch = after.stretched ? 1 : 0;
    this.#layoutRect();
    this.refresh();
  }

  #go(placement: Placement, then?: () => void): void {
    if (!this.#after) {
      this.#setSides(null, placement, 1);
      then?.();
      return;
    }
    const now: Placement = { ...this.#after, positions: this.#positions() };
    const stretch = this.camera.stretch;
    const axes = this.#axesShown;
    this.#before = now;
    this.#after = placement;
    this.#part = 0;
    this.points.setPlaces("before", now.positions);
    this.points.setPlaces("after", placement.positions);
    const look = this.camera.look;
    this.#moves.delete("camera");
    this.#move(
      "mix",
      transition,
      (t) => {
        this.#part = smooth(t);
        const to = placement.stretched ? 1 : 0;
        this.camera.stretch = stretch + (to - stretch) * this.#part;
        this.#axesShown = axes + ((placement.axes ? 1 : 0) - axes) * this.#part;
        this.camera.setLook({
          x: look.x * (1 - this.#part),
          y: look.y * (1 - this.#part),
          zoom: Math.exp(Math.log(look.zoom) * (1 - this.#part)),
        });
        this.#layoutRect();
      },
      then,
    );
  }

  #lookAt(look: Look): void {
    const from = this.camera.look;
    this.#move("camera", 380, (t) => {
      const part = smooth(t);
      const zoom = Math.exp(Math.log(from.zoom) + (Math.log(look.zoom) - Math.log(from.zoom)) * part);
      // Places go with 1 / zoom, so that what is looked at goes straight on the screen.
      const way = from.zoom === look.zoom ? part : (1 / zoom - 1 / from.zoom) / (1 / look.zoom - 1 / from.zoom);
      this.camera.setLook({ x: from.x + (look.x - from.x) * way, y: from.y + (look.y - from.y) * way, zoom });
    });
  }

  #move(kind: "camera" | "mix", length: number, step: (part: number) => void, end?: () => void): void {
    if (still.matches) length = 0;
    this.#moves.set(kind, { start: -1, length, step, end });
    this.#stir();
  }

  #center(): Point {
    const { left, top, width, height } = this.camera.rect;
    return { x: left + width / 2, y: top + height / 2 };
  }

  /** Axes need room at the edges for their ticks. */
  #layoutRect(): void {
    const { left, top, width, height } = this.#margins;
    const part = this.#axesShown;
    this.camera.rect = {
      left: left + 62 * part,
      top: top + 10 * part,
      width: Math.max(width - 96 * part, 40),
      height: Math.max(height - 62 * part, 40),
    };
  }

  #gestures(): Gestures {
    return {
      pan: (dx, dy) => {
        this.#moves.delete("camera");
        this.camera.pan(dx, dy);
        this.#stir();
        this.#events.touched();
      },
      zoom: (factor, at, slowly) => {
        const look = this.camera.zoomed(factor, at);
        if (slowly) {
          this.#lookAt(look);
        } else {
          this.#moves.delete("camera");
          this.camera.setLook(look);
          this.#stir();
        }
        this.#events.touched();
      },
      reset: () => this.reset(),
      hover: (at) => {
        const id = at && !this.#lassoOn ? this.#nearest(at, 14) : -1;
        if (id === this.#hovered) return;
        this.#hovered = id;
        this.#host.classList.toggle("pointing", id >= 0);
        this.#drawSoon(false);
      },
      click: (at) => {
        const id = this.#nearest(at, 18);
        if (id >= 0) this.#events.picked(id);
        this.#events.touched();
      },
      key: (name) => this.#key(name),
      lasso: (path, ended) => {
        this.#lassoPath = ended ? [] : path;
        this.#drawSoon(false);
        if (ended && path.length > 2) this.#events.lassoed(this.#inside(path));
      },
      lassoing: () => this.#lassoOn,
      ended: () => this.#stir(),
    };
  }

  #key(name: string): boolean {
    const step = 80;
    const pans: Record<string, [number, number]> = {
      ArrowLeft: [step, 0],
      ArrowRight: [-step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    };
    if (pans[name]) {
      this.camera.pan(...pans[name]);
      this.#stir();
    } else if (name === "+" || name === "=") this.zoomBy(1.6);
    else if (name === "-") this.zoomBy(1 / 1.6);
    else if (name === "0" || name === "Home") this.reset();
    else if (name === "n" || name === "p") this.#walk(name === "n" ? 1 : -1);
    else if (name === "Enter") {
      const id = this.#hovered >= 0 ? this.#hovered : this.#walkable()[0];
      if (id !== undefined) this.#events.picked(id);
    } else if (name === "Escape" && this.#hovered >= 0) {
      this.#hovered = -1;
      this.#drawSoon(false);
    } else return false;
    this.#events.touched();
    return true;
  }

  /** Labelled words, nearest to the middle first. */
  #walkable(): number[] {
    const center = this.#center();
    const far = (id: number): number => {
      const at = this.at(id);
      return at ? Math.hypot(at.x - center.x, at.y - center.y) : Infinity;
    };
    return this.labelled.sort((a, b) => far(a) - far(b));
  }

  /** By keyboard from one labelled word to the next; it is told to screen readers. */
  #walk(by: 1 | -1): void {
    const all = this.#walkable();
    if (all.length === 0) return;
    const at = all.indexOf(this.#hovered);
    this.#hovered = all[at < 0 ? 0 : (at + by + all.length) % all.length];
    this.#host.dispatchEvent(new CustomEvent("walked", { detail: this.#hovered }));
    this.#drawSoon(false);
  }

  /** The word whose label or point is nearest. */
  #nearest(at: Point, reach: number): number {
    if (!this.#after) return -1;
    for (const { id, first } of this.#labels) {
      const place = this.at(id);
      if (!place || Math.abs(place.y - at.y) > 9) continue;
      if (Math.abs(place.x - at.x) < this.#overlay.widthOf(id, first, this.#words.text(id)) / 2 + 2) return id;
    }
    for (const { id } of this.#marked.words) {
      const place = this.at(id);
      if (place && Math.hypot(place.x - at.x, place.y - at.y) < 9) return id;
    }
    const { scaleX, scaleY, shiftX, shiftY } = this.camera;
    const positions = this.#positions();
    let best = -1;
    let least = reach * reach;
    for (let i = 0, id = 0; i < positions.length; i += 2, ++id) {
      const dx = positions[i] * scaleX + shiftX - at.x;
      const dy = positions[i + 1] * scaleY + shiftY - at.y;
      const square = dx * dx + dy * dy;
      if (square < least) {
        least = square;
        best = id;
      }
    }
    return best;
  }

  #within(inside: (x: number, y: number) => boolean): number[] {
    if (!this.#after) return [];
    const { scaleX, scaleY, shiftX, shiftY } = this.camera;
    const positions = this.#positions();
    const ids: number[] = [];
    for (let id = 0; id < this.#words.count; ++id)
      if (!isNowhere(positions[2 * id]) && inside(positions[2 * id] * scaleX + shiftX, positions[2 * id + 1] * scaleY + shiftY))
        ids.push(id);
    return ids;
  }

  #inside(path: Point[]): number[] {
    const xs = path.map(({ x }) => x);
    const ys = path.map(({ y }) => y);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    return this.#within((x, y) => {
      if (x < left || x > right || y < top || y > bottom) return false;
      let odd = false;
      for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
        const [a, b] = [path[i], path[j]];
        if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
      }
      return odd;
    });
  }

  #ratio(): number {
    return Math.min(devicePixelRatio || 1, 2);
  }

  #resize(): void {
    const ratio = this.#ratio();
    for (const canvas of [this.#canvas, this.#top]) {
      canvas.width = Math.max(Math.round(this.#host.clientWidth * ratio), 1);
      canvas.height = Math.max(Math.round(this.#host.clientHeight * ratio), 1);
    }
    this.refresh();
  }

  /** Something moves: few points now, all of them soon. */
  #stir(): void {
    this.#movingUntil = performance.now() + restAfter;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.#rest(), restAfter + 10);
    this.#drawSoon(true);
  }

  #rest(): void {
    if (this.moving) {
      clearTimeout(this.#restTimer);
      this.#restTimer = setTimeout(() => this.#rest(), restAfter);
    } else {
      this.#lastFrame = 0;
      this.refresh();
    }
  }

  #drawSoon(points: boolean): void {
    this.#dirty ||= points;
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame((now) => {
      this.#asked = false;
      this.#advance(now);
      if (this.#theme) this.#draw(false);
      if (this.#moves.size > 0) this.#stir();
    });
  }

  #advance(now: number): void {
    if (this.moving && this.#lastFrame > 0) this.#adapt(now - this.#lastFrame);
    this.#lastFrame = this.moving ? now : 0;
    for (const [kind, move] of [...this.#moves]) {
      if (move.start < 0) move.start = now;
      const part = move.length > 0 ? Math.min((now - move.start) / move.length, 1) : 1;
      move.step(part);
      if (part === 1 && this.#moves.get(kind) === move) {
        this.#moves.delete(kind);
        move.end?.();
      }
    }
  }

  /** As many points as can be drawn in time. WebGL draws later, so that only the time between frames tells. */
  #adapt(time: number): void {
    if (time > 400 || this.points.put) return; // the page was not looked at, or see drawPoints
    this.#usual += (time - this.#usual) * 0.3;
    if (this.#usual > frameTime.most) this.#most = Math.max(Math.round(this.#most * 0.85), fewest);
    else if (this.#usual < frameTime.least) this.#most = Math.round(this.#most * 1.1);
    this.#most = Math.min(this.#most, this.#words.count);
  }

  #style(most: number): PointStyle {
    // The more points a piece of screen has, the smaller and fainter they are.
    const { rect, look } = this.camera;
    const density = (Math.min(most, this.#words.count) / (rect.width * rect.height)) / Math.max(look.zoom, 1) ** 1.2;
    const size = Math.min(Math.max(0.68 / Math.sqrt(density + 0.006), 1.1), 5.5);
    const alpha = Math.min(Math.max(0.23 / Math.sqrt(density + 0.03), 0.16), 0.66);
    return { ...this.#theme.points, size, alpha: alpha * this.#theme.alpha };
  }

  #drawPoints(most: number, ratio: number, moving: boolean): void {
    const start = performance.now();
    this.points.draw(this.camera, this.#part, most, this.#style(most), ratio);
    this.#dirty = false;
    ++this.frames;
    if (!moving || !this.points.put) return;
    const change = Math.min(Math.max(drawTime / Math.max(performance.now() - start, 1), 0.7), 1.25);
    this.#most = Math.min(Math.max(Math.round(this.#most * change), fewest), this.#words.count);
  }

  #draw(all: boolean): void {
    const ratio = this.#ratio();
    const moving = this.moving && !all;
    if (this.#dirty || all) {
      const most = moving ? this.#most : this.#words.count;
      this.#drawPoints(most, ratio, moving);
    }
    const now = performance.now();
    if (this.#after && (!this.#labelsAt || (moving && now - this.#labelsAt > 220))) {
      const taken = new Taken(this.#host.clientWidth, this.#host.clientHeight);
      this.#labels = chooseLabels(this.#positions(), this.camera, this.#words, taken, (id, first) =>
        this.#overlay.widthOf(id, first, this.#words.text(id)),
      );
      this.#labelsAt = now;
    }
    this.points.put?.();
    this.#overlay.draw(
      {
        camera: this.camera,
        colors: this.#theme,
        marks: this.#marked,
        labels: this.#labels,
        hover: this.#hovered,
        lasso: this.#lassoPath,
        placement: this.#after?.axes ? this.#after : this.#before,
        other: this.#paired ? this.#before : null,
        otherPart: this.#paired ? 1 - this.#part : 0,
        axes: this.#axesShown,
        text: (id) => this.#words.text(id),
        at: (id) => this.at(id),
        trail: (id) => this.#trail(id),
      },
      ratio,
      !this.points.put,
    );
  }
}
