// What is drawn over the points: labels, marks of words, lines, axes, the lasso. On a 2D canvas.

import type { Camera, Point } from "./camera";
import { type Label, Taken } from "./labels";
import { binStart, type Placement, ticks } from "./placement";
import { number } from "./text";

export type Role = "query" | "answer" | "listed";

export interface Marks {
  words: { id: number; role: Role }[];
  lines: { from: number; to: number; kind: "link" | "arrow" | "dashed" }[];
  /** Whether lines lead from where the marked words were before. */
  trails?: boolean;
}

export const noMarks: Marks = { words: [], lines: [] };

export interface Colors {
  ground: string;
  ink: string;
  soft: string;
  faint: string;
  accent: string;
  onAccent: string;
  line: string;
}

export interface Scene {
  camera: Camera;
  colors: Colors;
  marks: Marks;
  labels: Label[];
  hover: number;
  lasso: Point[];
  placement: Placement | null;
  /** What it is mixed with, and how much of it there is: 0 to 1. */
  other: Placement | null;
  otherPart: number;
  /** 0 to 1: how visible the placement's axes are. */
  axes: number;
  text(id: number): string;
  /** On the screen; null if the word has no place. */
  at(id: number): Point | null;
  trail(id: number): Point | null;
}

const family = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
export const labelFont = { first: `600 15px ${family}`, other: `500 12px ${family}`, mark: `600 13px ${family}`, axis: `600 13px ${family}`, tick: `11px ${family}` };

/** The first words' and the others' marks are told apart by shape as well. */
function drawMark(context: CanvasRenderingContext2D, role: Role, { x, y }: Point, colors: Colors, many: boolean): void {
  const size = many ? 3.6 : 5;
  context.lineWidth = many ? 1 : 2;
  context.strokeStyle = colors.ground;
  context.fillStyle = role === "listed" ? colors.ink : colors.accent;
  context.beginPath();
  if (role === "query") context.rect(x - 5.5, y - 5.5, 11, 11);
  else if (role === "answer") context.arc(x, y, size, 0, 2 * Math.PI);
  else {
    context.moveTo(x, y - size);
    context.lineTo(x + size, y);
    context.lineTo(x, y + size);
    context.lineTo(x - size, y);
    context.closePath();
  }
  context.fill();
  context.stroke();
}

function drawArrow(context: CanvasRenderingContext2D, from: Point, to: Point): void {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const end = { x: to.x - 8 * Math.cos(angle), y: to.y - 8 * Math.sin(angle) };
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(end.x, end.y);
  context.stroke();
  context.beginPath();
  context.moveTo(end.x, end.y);
  for (const turn of [-0.42, 0.42]) context.lineTo(end.x - 11 * Math.cos(angle + turn), end.y - 11 * Math.sin(angle + turn));
  context.closePath();
  context.fill();
}

export class Overlay {
  readonly #context: CanvasRenderingContext2D;
  /** Labels with their halo are drawn once: an outline of text is slow, a copy is not. */
  readonly #sprites = new Map<string, HTMLCanvasElement>();
  #spritesFor = "";
  #ratio = 1;
  readonly #widths = { first: new Map<number, number>(), other: new Map<number, number>() };
  readonly #canvas: HTMLCanvasElement;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d")!;
  }

  widthOf(id: number, first: boolean, text: string): number {
    const known = this.#widths[first ? "first" : "other"];
    let width = known.get(id);
    if (width === undefined) {
      if (known.size > 50000) known.clear();
      this.#context.font = first ? labelFont.first : labelFont.other;
      width = this.#context.measureText(text).width;
      known.set(id, width);
    }
    return width;
  }

  draw(scene: Scene, ratio: number, clear: boolean): void {
    this.#ratio = ratio;
    const context = this.#context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (clear) context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.lineJoin = "round";
    const taken = new Taken(this.#canvas.width / ratio, this.#canvas.height / ratio);
    if (scene.placement?.axes && scene.axes > 0) this.#drawAxes(scene, scene.placement);
    this.#drawLines(scene);
    const boxes = this.#markBoxes(scene, taken);
    this.#drawLabels(scene, taken);
    for (const { id, role } of scene.marks.words.slice().reverse()) {
      const at = scene.at(id);
      if (at) drawMark(context, role, at, scene.colors, scene.marks.words.length > 60);
    }
    boxes.forEach((box) => this.#drawMarkLabel(box, scene.colors));
    if (scene.hover >= 0) this.#drawHover(scene);
    this.#drawLasso(scene);
  }

  #drawLabels({ labels, marks, text, at, colors, hover }: Scene, taken: Taken): void {
    const context = this.#context;
    const marked = new Set(marks.words.map(({ id }) => id));
    const quiet = marks.words.length > 0;
    for (const { id, first } of labels) {
      if (marked.has(id) || id === hover) continue;
      const place = at(id);
      if (!place) continue;
      const words = text(id);
      const width = this.widthOf(id, first, words);
      if (quiet && !taken.take(place.x - width / 2, place.y - 8, width, 16)) continue;
      context.globalAlpha = quiet ? 0.62 : 1;
      const sprite = this.#sprite(`${first ? "+" : "-"}${id}`, words, width, first, colors);
      const [w, h] = [sprite.width / this.#ratio, sprite.height / this.#ratio];
      context.drawImage(sprite, Math.round(place.x - w / 2), Math.round(place.y - h / 2), w, h);
    }
    context.globalAlpha = 1;
  }

  #sprite(key: string, words: string, width: number, first: boolean, colors: Colors): HTMLCanvasElement {
    const look = `${colors.ground} ${colors.ink} ${this.#ratio}`;
    if (look !== this.#spritesFor || this.#sprites.size > 1500) this.#sprites.clear();
    this.#spritesFor = look;
    let sprite = this.#sprites.get(key);
    if (sprite) return sprite;
    sprite = document.createElement("canvas");
    sprite.width = Math.ceil((width + 8) * this.#ratio);
    sprite.height = Math.ceil(26 * this.#ratio);
    const context = sprite.getContext("2d", { willReadFrequently: true })!;
    context.scale(this.#ratio, this.#ratio);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = colors.ground;
    context.fillStyle = first ? colors.ink : colors.soft;
    context.font = first ? labelFont.first : labelFont.other;
    context.strokeText(words, width / 2 + 4, 13);
    context.fillText(words, width / 2 + 4, 13);
    this.#sprites.set(key, sprite);
    return sprite;
  }

  #drawLines({ marks, at, trail, colors }: Scene): void {
    const context = this.#context;
    if (marks.trails) {
      context.strokeStyle = colors.accent;
      context.globalAlpha = 0.55;
      context.lineWidth = 1.5;
      for (const { id } of marks.words) {
        const [from, to] = [trail(id), at(id)];
        if (!from || !to) continue;
        context.beginPath();
        context.arc(from.x, from.y, 2.5, 0, 2 * Math.PI);
        context.moveTo(from.x, from.y);
        context.lineTo(to.x, to.y);
        context.stroke();
      }
    }
    for (const { from, to, kind } of marks.lines) {
      const [start, end] = [at(from), at(to)];
      if (!start || !end) continue;
      context.strokeStyle = context.fillStyle = kind === "arrow" ? colors.accent : colors.ink;
      context.lineWidth = kind === "arrow" ? 2.5 : 1.2;
      context.globalAlpha = kind === "arrow" ? 1 : 0.4;
      context.setLineDash(kind === "dashed" ? [4, 5] : []);
      if (kind === "arrow") {
        drawArrow(context, start, end);
      } else {
        context.beginPath();
        context.moveTo(start.x, start.y);
        context.lineTo(end.x, end.y);
        context.stroke();
      }
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  /** Where the marked words' labels stand: beside their marks, on the first side that is free. */
  #markBoxes({ marks, text, at, camera }: Scene, taken: Taken): MarkBox[] {
    const context = this.#context;
    context.font = labelFont.mark;
    const boxes: MarkBox[] = [];
    const { rect } = camera;
    for (const { id } of marks.words) {
      const place = at(id);
      if (place) taken.block(place.x - 5, place.y - 5, 10, 10);
    }
    // Labels leave the heads of arrows free.
    for (const { from, to, kind } of marks.lines) {
      const [start, end] = [at(from), at(to)];
      if (kind !== "arrow" || !start || !end) continue;
      const angle = Math.atan2(end.y - start.y, end.x - start.x);
      taken.block(end.x - 15 * Math.cos(angle) - 5, end.y - 15 * Math.sin(angle) - 5, 10, 10);
    }
    for (const { id, role } of marks.words) {
      const place = at(id);
      if (!place) continue;
      const words = text(id);
      const width = context.measureText(words).width + 12;
      const height = 20;
      const sides = [
        { x: place.x + 9, y: place.y - height / 2 },
        { x: place.x - 9 - width, y: place.y - height / 2 },
        { x: place.x - width / 2, y: place.y - 11 - height },
        { x: place.x - width / 2, y: place.y + 11 },
        { x: place.x + 7, y: place.y - 9 - height },
        { x: place.x + 7, y: place.y + 9 },
        { x: place.x - 7 - width, y: place.y - 9 - height },
        { x: place.x - 7 - width, y: place.y + 9 },
      ].filter(({ x }) => x >= rect.left && x + width <= rect.left + rect.width);
      const free = sides.find(({ x, y }) => taken.take(x, y, width, height));
      const spot = free ?? (role === "query" ? sides[0] : undefined);
      if (spot) boxes.push({ ...spot, width, height, role, text: words });
    }
    return boxes;
  }

  #drawMarkLabel({ x, y, width, height, role, text }: MarkBox, colors: Colors): void {
    const context = this.#context;
    context.font = labelFont.mark;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.beginPath();
    context.roundRect(x, y, width, height, 6);
    context.fillStyle = role === "query" ? colors.accent : colors.ground;
    context.globalAlpha = role === "query" ? 1 : 0.9;
    context.fill();
    context.globalAlpha = 1;
    context.fillStyle = role === "query" ? colors.onAccent : colors.ink;
    context.fillText(text, x + width / 2, y + height / 2 + 0.5);
  }

  #drawHover({ hover, marks, text, at, colors, camera }: Scene): void {
    const place = at(hover);
    if (!place) return;
    const context = this.#context;
    context.font = labelFont.mark;
    const words = text(hover);
    const width = context.measureText(words).width + 18;
    const { rect } = camera;
    const x = Math.min(Math.max(place.x - width / 2, rect.left + 4), rect.left + rect.width - width - 4);
    const y = place.y - 36 > rect.top ? place.y - 36 : place.y + 12;
    context.strokeStyle = colors.ink;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(place.x, place.y, 6, 0, 2 * Math.PI);
    context.stroke();
    if (marks.words.some(({ id }) => id === hover)) return; // its label is there
    context.beginPath();
    context.roundRect(x, y, width, 25, 8);
    context.fillStyle = colors.ink;
    context.fill();
    context.fillStyle = colors.ground;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(words, x + width / 2, y + 13);
  }

  #drawLasso({ lasso, colors }: Scene): void {
    if (lasso.length < 2) return;
    const context = this.#context;
    context.beginPath();
    lasso.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.closePath();
    context.globalAlpha = 0.12;
    context.fillStyle = colors.accent;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colors.accent;
    context.lineWidth = 2;
    context.setLineDash([6, 4]);
    context.stroke();
    context.setLineDash([]);
  }

  /** Zero lines, and at the edges histograms, ticks and what the ends mean. */
  #drawAxes({ camera, colors, axes, other, otherPart }: Scene, placement: Placement): void {
    const context = this.#context;
    const { rect, scaleX, scaleY, shiftX, shiftY } = camera;
    const right = rect.left + rect.width;
    const bottom = rect.top + rect.height;
    context.globalAlpha = axes;
    context.fillStyle = colors.ground;
    const xs = (value: number): number => ((value - placement.x.middle) / placement.x.half) * scaleX + shiftX;
    const ys = (value: number): number => ((value - placement.y.middle) / placement.y.half) * scaleY + shiftY;
    context.strokeStyle = colors.line;
    context.lineWidth = 1;
    context.setLineDash([3, 4]);
    context.beginPath();
    if (xs(0) > rect.left && xs(0) < right) {
      context.moveTo(xs(0), rect.top);
      context.lineTo(xs(0), bottom);
    }
    if (ys(0) > rect.top && ys(0) < bottom) {
      context.moveTo(rect.left, ys(0));
      context.lineTo(right, ys(0));
    }
    context.stroke();
    context.setLineDash([]);
    if (placement.bins) {
      const mixed = (side: "x" | "y"): number[] => {
        const more = otherPart > 0 ? other?.bins?.[side] : undefined;
        return Array.from(placement.bins![side], (count, bin) => (more ? count + (more[bin] - count) * otherPart : count));
      };
      this.#drawHistograms(camera, colors, { x: mixed("x"), y: mixed("y") }, axes);
    }
    context.strokeStyle = colors.line;
    context.beginPath();
    context.moveTo(rect.left, rect.top);
    context.lineTo(rect.left, bottom);
    context.lineTo(right, bottom);
    context.stroke();
    context.globalAlpha = axes;
    context.font = labelFont.tick;
    context.fillStyle = colors.soft;
    const decimals = (step: number): number => Math.min(Math.max(Math.ceil(-Math.log10(step) - 1e-9), 1), 5);
    const edge = (value: number, shift: number, scale: number, of: { middle: number; half: number }): number =>
      ((value - shift) / scale) * of.half + of.middle;
    const along = (low: number, high: number, count: number, draw: (value: number, digits: number) => void): void => {
      const found = ticks(low, high, count);
      for (const value of found) draw(value, found.length > 1 ? decimals(found[1] - found[0]) : 1);
    };
    context.textAlign = "center";
    context.textBaseline = "top";
    along(edge(rect.left, shiftX, scaleX, placement.x), edge(right, shiftX, scaleX, placement.x), rect.width / 64, (value, digits) => {
      if (xs(value) > rect.left + 12 && xs(value) < right - 12) context.fillText(number(value, digits), xs(value), bottom + 6);
    });
    context.textAlign = "right";
    context.textBaseline = "middle";
    along(edge(bottom, shiftY, scaleY, placement.y), edge(rect.top, shiftY, scaleY, placement.y), rect.height / 60, (value, digits) => {
      if (ys(value) > rect.top + 8 && ys(value) < bottom - 8) context.fillText(number(value, digits), rect.left - 6, ys(value));
    });
    this.#drawTitles(camera, colors, placement);
    context.globalAlpha = 1;
  }

  #drawHistograms(camera: Camera, colors: Colors, { x, y }: { x: number[]; y: number[] }, axes: number): void {
    const context = this.#context;
    const { rect, scaleX, scaleY, shiftX, shiftY } = camera;
    const reach = Math.min(54, rect.height / 8, rect.width / 8);
    context.fillStyle = colors.faint;
    context.globalAlpha = 0.75 * axes;
    context.save();
    context.beginPath();
    context.rect(rect.left, rect.top, rect.width, rect.height);
    context.clip();
    const largest = { x: Math.max(1, ...x), y: Math.max(1, ...y) };
    x.forEach((count, bin) => {
      const from = binStart(bin) * scaleX + shiftX;
      const size = (count / largest.x) * reach;
      context.fillRect(from, rect.top + rect.height - size, Math.max((binStart(bin + 1) - binStart(bin)) * scaleX - 1, 1), size);
    });
    y.forEach((count, bin) => {
      const from = binStart(bin + 1) * scaleY + shiftY;
      const size = (count / largest.y) * reach;
      context.fillRect(rect.left, from, size, Math.max((binStart(bin) - binStart(bin + 1)) * scaleY - 1, 1));
    });
    context.restore();
    context.globalAlpha = axes;
  }

  #drawTitles({ rect }: Camera, colors: Colors, placement: Placement): void {
    const context = this.#context;
    const { x, y } = placement.axes!;
    const bottom = rect.top + rect.height;
    const fitted = (text: string, most: number): string => {
      let fits = text;
      while (fits.length > 2 && context.measureText(fits).width > most) fits = fits.slice(0, -2).trimEnd() + "\u2026";
      return fits;
    };
    context.font = labelFont.axis;
    context.fillStyle = colors.ink;
    context.textBaseline = "top";
    context.textAlign = "left";
    const half = rect.width / 2 - 30;
    context.fillText(x.from && fitted(`\u2190 ${x.from}`, half), rect.left, bottom + 24);
    context.textAlign = "right";
    context.fillText(fitted(x.from ? `${x.to} \u2192` : x.to, half), rect.left + rect.width, bottom + 24);
    context.save();
    context.translate(rect.left - 50, rect.top + rect.height);
    context.rotate(-Math.PI / 2);
    context.textAlign = "left";
    context.fillText(y.from && fitted(`\u2190 ${y.from}`, rect.height / 2 - 20), 0, 0);
    context.textAlign = "right";
    context.fillText(fitted(y.from ? `${y.to} \u2192` : y.to, rect.height / 2 - 20), rect.height, 0);
    context.restore();
  }
}

interface MarkBox extends Point {
  width: number;
  height: number;
  role: Role;
  text: string;
}
