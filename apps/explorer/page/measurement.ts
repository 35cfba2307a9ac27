// One measurement of bias as it is shown.

import type { Measure, Measurement } from "./answers";
import type { App } from "./app";
import { el, word } from "./dom";
import { wordButton } from "./results";
import { encode, interval, number, pValue, shown } from "./text";

/** The effect size where there is one: intervals are of it. */
export const headline = (of: Measurement): number | null => of.effect_size ?? of.value;

const spaced = (name: string): string => name.replaceAll("_", " ");

export const rangeText = (measure: Measure): string => `Range ${measure.range}; better: ${measure.better}`;

/** The rows' words with the first of their numbers, largest first. */
export function rowsOf(of: Measurement): { words: string[]; value: number; column: string }[] {
  return (of.words ?? [])
    .flatMap((row) => {
      const words = Array.isArray(row.words) ? row.words.map(String) : [String(row.word ?? "")];
      const found = Object.entries(row).find(([, value]) => typeof value === "number");
      return found ? [{ words, value: found[1] as number, column: spaced(found[0]) }] : [];
    })
    .sort((a, b) => b.value - a.value);
}

export async function wordTable(app: App, of: Measurement): Promise<HTMLElement | null> {
  const rows = rowsOf(of);
  if (rows.length === 0) return null;
  const most = 12;
  const shownRows = rows.length <= 2 * most ? rows : [...rows.slice(0, most), ...rows.slice(-most)];
  const single = shownRows.every(({ words }) => words.length === 1);
  const ids = single ? await app.answers.find(shownRows.map(({ words }) => encode(words[0]))).catch(() => []) : [];
  return el("details", {},
    el("summary", {}, `Words, by ${rows[0].column}`),
    el("ol", { class: "results" }, ...shownRows.map(({ words, value }, i) => {
      const figure = el("span", { class: "number" }, number(value));
      if (single) return el("li", {}, wordButton(app, words[0], ids[i] ?? -1, figure));
      return el("li", { class: "plain" }, el("span", {}, ...words.flatMap((text, j) => [j ? " \u00b7 " : "", word(shown(text))])), figure);
    })),
    rows.length > shownRows.length ? el("p", { class: "note" }, `The first and the last ${most} of ${rows.length}.`) : null);
}

function figureRows(of: Measurement): [string, string][] {
  const rows: [string, string][] = [];
  if (of.effect_size != null) rows.push(["effect size", number(of.effect_size)]);
  rows.push(["value", number(of.value, 4)]);
  if (of.interval) rows.push(["95 % interval", interval(of.interval)]);
  if (of.p_value != null) rows.push(["p value", pValue(of.p_value)]);
  for (const [name, figure] of Object.entries(of.figures ?? {}))
    rows.push([spaced(name), number(figure.value) + (figure.interval ? ` (${interval(figure.interval)})` : "")]);
  for (const [name, count] of Object.entries(of.counts ?? {})) rows.push([spaced(name), String(count)]);
  if (of.used_words !== undefined) rows.push(["words used", String(of.used_words)]);
  return rows;
}

export async function measurementCard(app: App, of: Measurement): Promise<HTMLElement> {
  if (of.error || headline(of) === null)
    return el("article", { class: "card", "data-query": of.query }, el("h3", {}, shown(of.query)),
      el("p", { class: "note" }, `Not measured: ${shown(of.error ?? "no value")}`));
  const missing = of.missing ?? [];
  return el("article", { class: "card", "data-query": of.query },
    el("h3", {}, shown(of.query)),
    el("dl", { class: "figures" }, ...figureRows(of).map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text)))),
    await wordTable(app, of),
    missing.length > 0 &&
      el("details", {}, el("summary", {}, `${missing.length} words are not in the vocabulary`),
        el("p", { class: "note" }, ...missing.slice(0, 200).flatMap((text, i) => [i ? ", " : "", word(shown(text))]))),
    of.conventions &&
      el("details", {}, el("summary", {}, "How it was computed"),
        el("dl", { class: "rules" }, ...Object.entries(of.conventions).map(([name, text]) => el("div", {}, el("dt", {}, spaced(name)), el("dd", {}, String(text)))))));
}
