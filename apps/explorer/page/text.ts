// Words are foreign text: what is shown of them, and how they are asked for.

import type { Encoded } from "./answers";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8");

// Controls, separators of lines, and characters that turn the direction of text or have no width.
const hidden =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const escape = (character: string): string => {
  const code = character.codePointAt(0)!;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
};

const most = { graphemes: 60, units: 240 };
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

function shortened(text: string): string {
  if (text.length <= 30) return text;
  let kept = "";
  let count = 0;
  const parts = segmenter ? segmenter.segment(text) : [...text].map((segment) => ({ segment }));
  for (const { segment } of parts) {
    // One grapheme may have thousands of marks.
    if (++count > most.graphemes || kept.length + segment.length > most.units) return (kept || [...text][0]) + "\u2026";
    kept += segment;
  }
  return text;
}

/** Text as it is shown: one line, nothing hidden, not longer than 60 characters. */
export function shown(text: string): string {
  const start = text.slice(0, 1200);
  const visible = start.trim() === "" ? start.replace(/./gsu, escape) : start.replace(hidden, escape);
  return shortened(visible);
}

/** The same of octets. A word may have two million of them. */
export const shownBytes = (bytes: Uint8Array): string => shown(decoder.decode(bytes.subarray(0, 1200)));

export function encodeBytes(bytes: Uint8Array): Encoded {
  let text = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += /[A-Za-z0-9\-._~]/.test(character) ? character : "%" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return text;
}

export const encode = (text: string): Encoded => encodeBytes(encoder.encode(text));

export function decodeToBytes(encoded: Encoded): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < encoded.length; ++i) {
    const hex = encoded[i] === "%" ? encoded.slice(i + 1, i + 3) : "";
    if (/^[0-9a-f]{2}$/i.test(hex)) {
      bytes.push(parseInt(hex, 16));
      i += 2;
    } else {
      bytes.push(...encoder.encode(encoded[i]));
    }
  }
  return Uint8Array.from(bytes);
}

export const decode = (encoded: Encoded): string => decoder.decode(decodeToBytes(encoded));

/** Octets as a string of characters 0 to 255, to look words up by. */
export function keyOf(bytes: Uint8Array): string {
  let key = "";
  for (let i = 0; i < bytes.length; i += 8192) key += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return key;
}

export const grouped = (value: number): string => value.toLocaleString("en");

export const number = (value: number | null | undefined, digits = 3): string =>
  value == null || !Number.isFinite(value) ? "\u2013" : value.toFixed(digits).replace("-", "\u2212");

export const interval = (of: readonly [number, number] | null | undefined): string =>
  of ? `${number(of[0])} to ${number(of[1])}` : "\u2013";

export function pValue(value: number | null | undefined): string {
  if (value == null) return "\u2013";
  return value < 0.001 ? value.toExponential(1).replace("-", "\u2212") : value.toFixed(3);
}
