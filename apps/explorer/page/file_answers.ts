// Answers from what the file holds: vectors of 8 bits of the first words, compared one by one.

import {
  AnswerError,
  type Answers,
  type BiasDocument,
  type DebiasDocument,
  type Encoded,
  type EvaluationRow,
  type Info,
  type Layout,
  type Ranked,
} from "./answers";
import { decodeToBytes, encode, grouped, keyOf, shown, shownBytes } from "./text";
import { Words } from "./words";

interface Held {
  info: Info;
  words: string;
  maps: Partial<Record<Layout, string>>;
  spaces: Record<string, { scale: string; rows: string }>;
  bias?: Record<string, BiasDocument[]>;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

interface Space {
  scale: Float32Array;
  rows: Int8Array;
}

type Term = { weight: number; id: number };

export class FileAnswers implements Answers {
  readonly limits: string;
  readonly alive = false;
  readonly #held: Held;
  readonly #list: Words;
  readonly #spaces = new Map<string, Space>();
  #index: Map<string, number> | null = null;

  constructor(text: string) {
    this.#held = JSON.parse(text) as Held;
    this.#list = new Words(bytesOf(this.#held.words).buffer);
    this.limits = `among ${grouped(this.#list.count)} words, 8-bit vectors`;
  }

  async info(): Promise<Info> {
    const layouts = this.#held.info.layouts.filter((layout) => this.#held.maps[layout]);
    return { ...this.#held.info, layouts, drawn: this.#list.count };
  }

  async words(): Promise<ArrayBuffer> {
    return bytesOf(this.#held.words).buffer;
  }

  async map(layout: Layout, space: string, plane?: string): Promise<Float32Array> {
    const held = this.#held.maps[layout];
    if (!held || space !== "vectors" || (plane && plane !== space))
      throw new AnswerError("The file does not hold this map.");
    return new Float32Array(bytesOf(held).buffer);
  }

  async axis(from: Encoded, to: Encoded, space: string, plane = space): Promise<Float32Array> {
    const end = this.#meanOf(to, plane);
    const start = this.#meanOf(from, plane);
    return this.#cosines(end.map((value, i) => value - start[i]), space);
  }

  async neighbors(query: Encoded, count: number, space: string): Promise<Ranked> {
    const terms = this.#termsOf(decodeToBytes(query));
    return this.#nearest(this.#sumOf(terms, space), terms, count, space);
  }

  async analogy(a: Encoded, b: Encoded, c: Encoded, count: number, space: string): Promise<Ranked> {
    const id = (word: Encoded): number => this.#idOf(decodeToBytes(word));
    const terms = [
      { weight: -1, id: id(a) },
      { weight: 1, id: id(b) },
      { weight: 1, id: id(c) },
    ];
    return this.#nearest(this.#sumOf(terms, space), terms, count, space);
  }

  async complete(prefix: string, count: number): Promise<{ words: string[]; ids: number[] }> {
    const start = decodeToBytes(encode(prefix));
    const ids: number[] = [];
    for (let id = 0; id < this.#list.count && ids.length < count; ++id) {
      const bytes = this.#list.bytes(id);
      if (bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte)) ids.push(id);
    }
    return { words: ids.map((id) => this.#text(id)), ids };
  }

  async find(words: Encoded[]): Promise<number[]> {
    return words.map((word) => this.#known().get(keyOf(decodeToBytes(word))) ?? -1);
  }

  async bias(measure: string, sets: string, space: string): Promise<BiasDocument> {
    for (const document of this.#held.bias?.[space] ?? []) {
      const measures = document.measures.filter((of) => of.measure === measure);
      if (document.sets === sets && measures.length > 0) return { ...document, measures };
    }
    throw new AnswerError("The file does not hold this measurement.");
  }

  async evaluate(): Promise<EvaluationRow[]> {
    throw new AnswerError("A file cannot evaluate; equivec explore can.");
  }

  async debias(): Promise<DebiasDocument> {
    throw new AnswerError("A file cannot debias; equivec explore can.");
  }

  async moved(before: string, after: string, count: number): Promise<Ranked> {
    const first = this.#space(before);
    const second = this.#space(after);
    const d = this.#dimension(first);
    const cosines = new Float32Array(this.#list.count);
    for (let id = 0; id < cosines.length; ++id) {
      let sum = 0;
      for (let i = id * d; i < (id + 1) * d; ++i) sum += first.rows[i] * second.rows[i];
      cosines[id] = sum * first.scale[id] * second.scale[id];
    }
    return this.#ranked(cosines, count, new Set(), 1);
  }

  /** Measures that the file holds of some sets. */
  static measured(text: string): [string, string][] {
    const held = JSON.parse(text) as Held;
    return (held.bias?.vectors ?? []).flatMap((document) =>
      [...new Set(document.measures.map((of) => of.measure))].map((name): [string, string] => [name, document.sets]),
    );
  }

  #text(id: number): string {
    return new TextDecoder().decode(this.#list.bytes(id));
  }

  #known(): Map<string, number> {
    if (!this.#index) {
      this.#index = new Map();
      for (let id = this.#list.count - 1; id >= 0; --id) this.#index.set(keyOf(this.#list.bytes(id)), id);
    }
    return this.#index;
  }

  #idOf(word: Uint8Array): number {
    const id = this.#known().get(keyOf(word));
    if (id === undefined) throw new AnswerError(`'${shownBytes(word)}' is not among the file's words.`, 400);
    return id;
  }

  #space(name: string): Space {
    let space = this.#spaces.get(name);
    if (!space) {
      const held = this.#held.spaces[name];
      if (!held) throw new AnswerError(`The file does not hold '${shown(name)}'.`);
      space = { scale: new Float32Array(bytesOf(held.scale).buffer), rows: new Int8Array(bytesOf(held.rows).buffer) };
      this.#spaces.set(name, space);
    }
    return space;
  }

  #dimension(space: Space): number {
    return space.rows.length / this.#list.count;
  }

  /** "king - man + 0.8 woman": signs and numbers stand between blanks. A word that has blanks itself goes first. */
  #termsOf(query: Uint8Array): Term[] {
    const whole = this.#known().get(keyOf(query));
    if (whole !== undefined) return [{ weight: 1, id: whole }];
    const terms: Term[] = [];
    let sign = 1;
    let weight = 1;
    let words: string[] = [];
    const end = (): void => {
      const octets = Uint8Array.from(words.join(" "), (character) => character.charCodeAt(0));
      if (words.length === 0) throw new AnswerError("A word is missing beside a sign.", 400);
      terms.push({ weight: sign * weight, id: this.#idOf(octets) });
    };
    for (const part of keyOf(query).split(" ").filter((part) => part !== "")) {
      if ((part === "+" || part === "-") && (words.length > 0 || terms.length > 0)) {
        end();
        words = [];
        weight = 1;
        sign = part === "-" ? -1 : 1;
      } else if (part === "-" && words.length === 0) {
        sign = -1;
      } else if (words.length === 0 && /^\d*\.?\d+$/.test(part) && weight === 1) {
        weight = Number(part);
      } else {
        words.push(part);
      }
    }
    end();
    return terms;
  }

  #sumOf(terms: Term[], name: string): Float64Array {
    const space = this.#space(name);
    const d = this.#dimension(space);
    const sum = new Float64Array(d);
    for (const { weight, id } of terms)
      for (let i = 0; i < d; ++i) sum[i] += weight * space.scale[id] * space.rows[id * d + i];
    return sum;
  }

  #meanOf(words: Encoded, space: string): Float64Array {
    const ids = keyOf(decodeToBytes(words))
      .split(",")
      .map((word) => this.#idOf(Uint8Array.from(word.trim(), (character) => character.charCodeAt(0))));
    return this.#sumOf(ids.map((id) => ({ weight: 1 / ids.length, id })), space);
  }

  #cosines(vector: Float64Array, name: string): Float32Array {
    const space = this.#space(name);
    const d = vector.length;
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
    const unit = Float32Array.from(vector, (value) => value / length);
    const cosines = new Float32Array(this.#list.count);
    for (let id = 0; id < cosines.length; ++id) {
      let sum = 0;
      for (let i = 0, row = id * d; i < d; ++i) sum += unit[i] * space.rows[row + i];
      cosines[id] = sum * space.scale[id];
    }
    return cosines;
  }

  #nearest(vector: Float64Array, terms: Term[], count: number, space: string): Ranked {
    return this.#ranked(this.#cosines(vector, space), count, new Set(terms.map(({ id }) => id)), -1);
  }

  /** The first of all by their numbers: order 1 is the least first, -1 the largest. */
  #ranked(numbers: Float32Array, count: number, without: Set<number>, order: 1 | -1): Ranked {
    const ids = Array.from(numbers.keys())
      .filter((id) => !without.has(id))
      .sort((a, b) => order * (numbers[a] - numbers[b]))
      .slice(0, count);
    return { list: ids.map((id) => ({ word: this.#text(id), similarity: numbers[id] })), ids };
  }
}
