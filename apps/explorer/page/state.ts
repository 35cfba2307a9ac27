// What is seen, in the address's fragment, so that back, forward and bookmarks work. The token never stays there.

import type { Encoded } from "./answers";
import { decode, decodeToBytes, encode, encodeBytes } from "./text";

export type Key =
  | "room" | "q" | "k" | "a" | "b" | "c" | "layout" | "space" | "xf" | "xt" | "yf" | "yt" | "measure" | "sets" | "method"
  | "points";

export class State {
  private constructor(private readonly values: ReadonlyMap<string, Encoded>) {}

  static read(): State {
    const values = new Map<string, Encoded>();
    for (const part of location.hash.slice(1).split("&")) {
      const at = part.indexOf("=");
      // Written anew, since people write addresses too, and a + there is a plus.
      if (at > 0) values.set(part.slice(0, at), encodeBytes(decodeToBytes(part.slice(at + 1))));
    }
    values.delete("token");
    return new State(values);
  }

  has(key: Key): boolean {
    return this.values.has(key);
  }

  encoded(key: Key): Encoded {
    return this.values.get(key) ?? "";
  }

  text(key: Key, otherwise = ""): string {
    const value = this.values.get(key);
    return value === undefined ? otherwise : decode(value);
  }

  /** Texts are encoded; what is encoded is given as { encoded }. null takes away. */
  with(changes: Partial<Record<Key, string | { encoded: Encoded } | null>>): State {
    const values = new Map(this.values);
    for (const [key, value] of Object.entries(changes))
      if (value === null) values.delete(key);
      else if (value !== undefined) values.set(key, typeof value === "string" ? encode(value) : value.encoded);
    return new State(values);
  }

  get fragment(): string {
    return "#" + [...this.values].map(([key, value]) => `${key}=${value}`).join("&");
  }
}

const kept = "equivec-token";

/** Takes the token out of the address and keeps it for when the page is loaded again. */
export function takeToken(): string {
  const given = /[#&]token=([^&]*)/.exec(location.hash)?.[1];
  if (given !== undefined) {
    history.replaceState(null, "", State.read().fragment);
    try {
      sessionStorage.setItem(kept, given);
    } catch {
      // Without storage the token lives as long as the page.
    }
    return given;
  }
  try {
    return sessionStorage.getItem(kept) ?? "";
  } catch {
    return "";
  }
}
