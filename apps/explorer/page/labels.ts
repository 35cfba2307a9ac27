// Which words are written on the map: the most frequent ones in view that do not cover each other.

import type { Camera } from "./camera";
import { isNowhere } from "./placement";
import type { Words } from "./words";

const cell = 6;

/** What parts of the screen are taken, in cells. */
export class Taken {
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: Uint8Array;

  constructor(width: number, height: number) {
    this.#columns = Math.ceil(width / cell);
    this.#rows = Math.ceil(height / cell);
    this.#cells = new Uint8Array(this.#columns * this.#rows);
  }

  /** Takes a box if all of it is free and on the screen. */
  take(left: number, top: number, width: number, height: number): boolean {
    const c0 = Math.floor(left / cell);
    const c1 = Math.floor((left + width) / cell);
    const r0 = Math.floor(top / cell);
    const r1 = Math.floor((top + height) / cell);
    if (c0 < 0 || r0 < 0 || c1 >= this.#columns || r1 >= this.#rows) return false;
    for (let r = r0; r <= r1; ++r)
      for (let c = c0; c <= c1; ++c) if (this.#cells[r * this.#columns + c]) return false;
    this.#fill(c0, c1, r0, r1);
    return true;
  }

  /** Takes a box whatever is there. */
  block(left: number, top: number, width: number, height: number): void {
    const column = (x: number): number => Math.min(Math.max(Math.floor(x / cell), 0), this.#columns - 1);
    const row = (y: number): number => Math.min(Math.max(Math.floor(y / cell), 0), this.#rows - 1);
    this.#fill(column(left), column(left + width), row(top), row(top + height));
  }

  #fill(c0: number, c1: number, r0: number, r1: number): void {
    for (let r = r0; r <= r1; ++r) this.#cells.fill(1, r * this.#columns + c0, r * this.#columns + c1 + 1);
  }
}

export interface Label {
  id: number;
  /** Larger for the first. */
  first: boolean;
}

export const labelHeight = 16;

export function chooseLabels(
  positions: Float32Array,
  camera: Camera,
  words: Words,
  taken: Taken,
  widthOf: (id: number, first: boolean) => number,
): Label[] {
  const { scaleX, scaleY, shiftX, shiftY, rect } = camera;
  const most = Math.min(Math.round((rect.width * rect.height) / 7000), 170);
  const chosen: Label[] = [];
  const later: number[] = [];
  let tried = 0;
  const attempt = (id: number): void => {
    const first = chosen.length < most * 0.14;
    const width = widthOf(id, first);
    const x = positions[2 * id] * scaleX + shiftX;
    const y = positions[2 * id + 1] * scaleY + shiftY;
    const inside = x - width / 2 > rect.left && x + width / 2 < rect.left + rect.width;
    if (inside && taken.take(x - width / 2 - 4, y - labelHeight / 2 - 2, width + 8, labelHeight + 4))
      chosen.push({ id, first });
    ++tried;
  };
  const bottom = rect.top + rect.height;
  const right = rect.left + rect.width;
  // Words that are tried in vain are the cost, so there is an end to them.
  for (let id = 0; id < words.count && chosen.length < most && tried < 5000; ++id) {
    const place = positions[2 * id];
    if (isNowhere(place)) continue;
    const x = place * scaleX + shiftX;
    if (x < rect.left || x > right) continue;
    const y = positions[2 * id + 1] * scaleY + shiftY;
    if (y < rect.top + 8 || y > bottom - 8) continue;
    if (words.isSpoken(id)) attempt(id);
    else if (later.length < 200) later.push(id);
  }
  for (const id of later) if (chosen.length < most) attempt(id);
  return chosen;
}
