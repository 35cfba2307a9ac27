// What the rooms of the page share.

import type { Answers, Encoded, Info } from "./answers";
import { el } from "./dom";
import type { MapView } from "./map_view";
import type { Marks } from "./overlay";
import type { Placement } from "./placement";
import type { Key, State } from "./state";
import { encode } from "./text";
import type { Words } from "./words";

export type Changes = Partial<Record<Key, string | { encoded: Encoded } | null>>;

/** Two spaces that are compared. */
export interface Comparison {
  before: string;
  after: string;
}

export interface App {
  answers: Answers;
  info: Info;
  words: Words;
  map: MapView;
  state: State;
  comparison: Comparison | null;
  /** Changes what is seen, and the address with it. */
  go(changes: Changes, replace?: boolean): void;
  /** Says it to screen readers. */
  tell(text: string): void;
  /** Marks of the room that is open are drawn anew. */
  marksChanged(): void;
  comparisonChanged(): void;
  selection: number[];
  select(ids: number[]): void;
}

export interface Room {
  /** Called when the address changed or the room was opened. */
  show(): void;
  marks(): Marks;
  /** The placement of words that belongs to the room, if it has one. */
  placement?(): Promise<Placement | [Placement, Placement]>;
}

/** The word as it is asked for. */
export const askedFor = (app: App, word: string, id: number): Encoded =>
  id >= 0 && id < app.words.count ? app.words.encoded(id) : encode(word);

/** The space that Search, Analogy and Axes ask. */
export function currentSpace(app: App): string {
  const asked = app.state.text("space", "vectors");
  const known = asked === "vectors" || asked === app.comparison?.before || asked === app.comparison?.after;
  return known ? asked : "vectors";
}

export const failure = (error: unknown): HTMLElement =>
  el("p", { class: "failure", role: "alert" }, error instanceof Error ? error.message : String(error));

export const waiting = (text: string): HTMLElement => el("p", { class: "waiting" }, text);

/** Only the last of several questions counts. */
export class Latest {
  #number = 0;

  async ask<T>(question: () => Promise<T>, answered: (answer: T) => void, failed: (error: unknown) => void): Promise<void> {
    const mine = ++this.#number;
    try {
      const answer = await question();
      if (mine === this.#number) answered(answer);
    } catch (error) {
      if (mine === this.#number) failed(error);
    }
  }
}
