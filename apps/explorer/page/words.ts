// The words that are drawn, most frequent first, as octets. They become text only when they are shown.

import type { Encoded } from "./answers";
import { encodeBytes, shownBytes } from "./text";

export class Words {
  readonly count: number;
  readonly #offsets: Uint32Array;
  readonly #octets: Uint8Array;
  readonly #texts = new Map<number, string>();

  constructor(buffer: ArrayBuffer) {
    this.count = new Uint32Array(buffer, 0, 1)[0];
    this.#offsets = new Uint32Array(buffer, 4, this.count + 1);
    this.#octets = new Uint8Array(buffer, 4 * (this.count + 2));
  }

  bytes(id: number): Uint8Array {
    return this.#octets.subarray(this.#offsets[id], this.#offsets[id + 1]);
  }

  /** The row of a word; -1 if it is not among these. Looks at one after the other. */
  find(word: string): number {
    const wanted = new TextEncoder().encode(word);
    for (let id = 0; id < this.count; ++id)
      if (this.#offsets[id + 1] - this.#offsets[id] === wanted.length && this.bytes(id).every((byte, i) => byte === wanted[i]))
        return id;
    return -1;
  }

  /** As it is shown. */
  text(id: number): string {
    let text = this.#texts.get(id);
    if (text === undefined) {
      if (this.#texts.size > 100000) this.#texts.clear();
      text = shownBytes(this.bytes(id));
      this.#texts.set(id, text);
    }
    return text;
  }

  /** As it is asked for. */
  encoded(id: number): Encoded {
    return encodeBytes(this.bytes(id));
  }

  /** Whether it is a word with letters, rather than a sign or a number. */
  isSpoken(id: number): boolean {
    return /\p{L}{3}|\p{Lo}/u.test(this.text(id));
  }
}
