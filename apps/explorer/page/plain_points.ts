// The points without WebGL: pixels of an image, mixed one by one.

import type { Camera } from "./camera";
import type { PointLayer, PointStyle } from "./point_layer";

/** A colour as a pixel of an image: red in the lowest octet, on machines of today. */
const pixel = ([r, g, b]: readonly number[]): number =>
  (0xff000000 | (Math.round(b * 255) << 16) | (Math.round(g * 255) << 8) | Math.round(r * 255)) >>> 0;

/** Oklab to sRGB (Ottosson 2020), as in the shader of the other layer. */
function oklab(lightness: number, a: number, b: number): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((value) => Math.min(Math.max(value, 0), 1) ** (1 / 2.2));
}

/** Discs of a quarter of a pixel to 12 pixels: how much of each pixel of a square they cover, from 0 to 128. */
interface Disc {
  side: number;
  cover: Uint8Array;
}

function disc(diameter: number): Disc {
  const side = Math.ceil(diameter);
  const parts = 8;
  const cover = new Uint8Array(side * side);
  for (let i = 0; i < cover.length * parts * parts; ++i) {
    const x = ((i % (side * parts)) + 0.5) / parts - side / 2;
    const y = (Math.floor(i / (side * parts)) + 0.5) / parts - side / 2;
    // One to two pixels are squares: a disc of them would be pale.
    if (diameter <= 2 ? Math.max(Math.abs(x), Math.abs(y)) <= diameter / 2 : x * x + y * y <= (diameter / 2) ** 2)
      cover[Math.floor(x + side / 2) + Math.floor(y + side / 2) * side] += 2;
  }
  return { side, cover };
}

const discs = Array.from({ length: 49 }, (_, quarters) => disc(Math.max(quarters, 1) / 4));
const discOf = (diameter: number): Disc => discs[Math.min(Math.max(Math.round(diameter * 4), 1), 48)];

export class PlainPoints implements PointLayer {
  readonly kind = "plain";
  readonly #context: CanvasRenderingContext2D;
  private before: Float32Array;
  private after: Float32Array;
  #homes: Int8Array;
  #chosen: Uint8Array;
  #anyChosen = false;
  #colors: Uint32Array | null = null;
  #colorsFor = "";
  #image: ImageData | null = null;
  #pixels = new Uint32Array(0);
  readonly #canvas: HTMLCanvasElement;
  readonly #count: number;

  constructor(canvas: HTMLCanvasElement, count: number) {
    this.#canvas = canvas;
    this.#count = count;
    this.#context = canvas.getContext("2d", { alpha: false, willReadFrequently: true })!;
    this.before = this.after = new Float32Array(2 * count).fill(2e9);
    this.#homes = new Int8Array(2 * count);
    this.#chosen = new Uint8Array(count);
  }

  setPlaces(side: "before" | "after", positions: Float32Array): void {
    this[side] = positions;
  }

  setHomes(homes: Int8Array): void {
    this.#homes = homes;
    this.#colors = null;
  }

  setChosen(ids: Iterable<number>): void {
    this.#chosen = new Uint8Array(this.#count);
    this.#anyChosen = false;
    for (const id of ids) {
      this.#chosen[id] = 1;
      this.#anyChosen = true;
    }
  }

  draw(camera: Camera, mixing: number, most: number, style: PointStyle, ratio: number): void {
    const { width, height } = this.#canvas;
    if (!this.#image || this.#image.width !== width || this.#image.height !== height) {
      this.#image = new ImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    }
    this.#pixels.fill(pixel(style.ground));
    this.#drawPoints(camera, mixing, Math.min(most, this.#count), style, ratio, width, height);
  }

  /** Puts the points that were drawn on the canvas, over what was there. */
  put(): void {
    if (this.#image) this.#context.putImageData(this.#image, 0, 0);
  }

  #colorsOf({ lightness, chroma }: PointStyle): Uint32Array {
    const key = `${lightness} ${chroma}`;
    if (this.#colors && key === this.#colorsFor) return this.#colors;
    this.#colorsFor = key;
    // A table of 64 by 64: a million powers take their time.
    const table = new Uint32Array(4096);
    for (let i = 0; i < 4096; ++i)
      table[i] = pixel(oklab(lightness, chroma * ((i & 63) / 31.5 - 1), chroma * ((i >> 6) / 31.5 - 1)));
    this.#colors = new Uint32Array(this.#count);
    for (let id = 0; id < this.#count; ++id)
      this.#colors[id] = table[((this.#homes[2 * id] + 128) >> 2) | (((this.#homes[2 * id + 1] + 128) >> 2) << 6)];
    return this.#colors;
  }

  #drawPoints(camera: Camera, mixing: number, most: number, style: PointStyle, ratio: number, width: number, height: number): void {
    const { before, after } = this;
    const chosen = this.#chosen;
    const pixels = this.#pixels;
    const anyChosen = this.#anyChosen;
    const colors = this.#colorsOf(style);
    const accent = pixel(style.accent);
    const [scaleX, scaleY] = [camera.scaleX * ratio, camera.scaleY * ratio];
    const [shiftX, shiftY] = [camera.shiftX * ratio, camera.shiftY * ratio];
    const same = before === after || mixing === 1;
    const logs = Math.log(this.#count + 2);
    let usual = discs[4];
    let large = usual;
    let weight = 0;
    let alpha = 0;
    for (let id = 0, i = 0; id < most; ++id, i += 2) {
      // Words stand in order of frequency: the first are larger. Sizes change slowly.
      if (id < 64 || (id & 255) === 0) {
        const rank = Math.log(id + 2) / logs;
        const size = style.size * ratio * (1.9 - rank);
        usual = discOf(size);
        large = discOf(size * 1.25 + 0.5);
        weight = 1.5 - 0.5 * rank;
        alpha = 128 * Math.min(1, style.alpha * (anyChosen ? 0.5 : 1) * weight);
      }
      let x = after[i];
      let y = after[i + 1];
      let opacity = alpha;
      if (!same) {
        const from = before[i];
        if (x > 1e9) {
          x = from;
          y = before[i + 1];
          opacity = alpha * (1 - mixing);
        } else if (from > 1e9) {
          opacity = alpha * mixing;
        } else {
          x = from + (x - from) * mixing;
          y = before[i + 1] + (y - before[i + 1]) * mixing;
        }
      }
      let color = colors[id];
      let { side, cover } = usual;
      if (chosen[id]) {
        color = accent;
        ({ side, cover } = large);
        opacity = 128 * Math.min(1, (style.alpha * 1.3 + 0.15) * weight);
      }
      // Places off the map fail the test, also those that are nowhere.
      const left = Math.floor(x * scaleX + shiftX - (side - 1) / 2);
      const top = Math.floor(y * scaleY + shiftY - (side - 1) / 2);
      if (!(left >= 0 && top >= 0 && left + side < width && top + side < height)) continue;
      const strength = opacity | 0;
      const redBlue = color & 0xff00ff;
      const green = color & 0x00ff00;
      for (let row = 0, part = 0, at = top * width + left; row < side; ++row, at += width - side) {
        for (let column = 0; column < side; ++column, ++part, ++at) {
          const share = (strength * cover[part]) >> 7;
          const under = pixels[at];
          const rb = under & 0xff00ff;
          const g = under & 0x00ff00;
          pixels[at] =
            0xff000000 |
            ((rb + (Math.imul(redBlue - rb, share) >> 7)) & 0xff00ff) |
            ((g + (Math.imul(green - g, share) >> 7)) & 0x00ff00);
        }
      }
    }
  }
}
