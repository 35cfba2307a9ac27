// Small pictures of numbers, as SVG.

import { el, svg } from "./dom";
import { interval, number, shown } from "./text";

export interface Estimate {
  label: string;
  value: number | null;
  interval?: readonly [number, number] | null;
  /** Told apart by shape: a ring for before, a disc for after. */
  hollow?: boolean;
}

const width = 344;

/** Estimates with their intervals, one a row, and a line where there would be no bias. */
export function forest(estimates: Estimate[], unbiased: number | undefined, name: string): SVGElement {
  const values = estimates.flatMap((row) => [row.value, ...(row.interval ?? [])]).filter((value) => value !== null);
  const low = Math.min(...values, unbiased ?? Infinity);
  const high = Math.max(...values, unbiased ?? -Infinity);
  const reach = Math.max(high - low, 1e-6) * 1.1;
  const middle = (low + high) / 2;
  const start = estimates.some((row) => row.label) ? 118 : 8;
  const x = (value: number): number => start + ((value - middle) / reach + 0.5) * (width - start - 8);
  const height = estimates.length * 20 + 22;
  const picture = svg("svg", { class: "forest", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name });
  if (unbiased !== undefined) {
    picture.append(svg("line", { class: "zero", x1: x(unbiased), x2: x(unbiased), y1: 2, y2: height - 18 }),
      svg("text", { class: "tick", x: x(unbiased), y: height - 4, "text-anchor": "middle" }, number(unbiased, 1)));
  }
  for (const [value, anchor] of [[low, "start"], [high, "end"]] as const)
    if (unbiased === undefined || Math.abs(x(value) - x(unbiased)) > 50)
      picture.append(svg("text", { class: "tick", x: x(value), y: height - 4, "text-anchor": anchor }, number(value, 2)));
  estimates.forEach((row, i) => {
    const y = 12 + 20 * i;
    const text = shown(row.label);
    if (text)
      picture.append(svg("text", { class: "label", x: 0, y: y + 4 }, text.length > 17 ? text.slice(0, 16) + "\u2026" : text));
    if (row.value === null) return;
    if (row.interval)
      picture.append(svg("line", { class: "interval", x1: x(row.interval[0]), x2: x(row.interval[1]), y1: y, y2: y }));
    const dot = svg("circle", { class: row.hollow ? "dot hollow" : "dot", cx: x(row.value), cy: y, r: 4.5 });
    dot.append(svg("title", {}, `${text} ${number(row.value)} (${interval(row.interval)})`));
    picture.append(dot);
  });
  return picture;
}

/** Words along a line, stacked where they would cover each other; those at the ends have their names. */
export function strip(dots: { label: string; value: number }[], low: string, high: string): HTMLElement {
  const most = Math.max(...dots.map(({ value }) => Math.abs(value)), 1e-6) * 1.08;
  const x = (value: number): number => ((value / most + 1) / 2) * (width - 16) + 8;
  const step = 7;
  const stacks = new Map<number, number>();
  const placed = dots
    .slice()
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .map(({ label, value }) => {
      const column = Math.round(x(value) / step);
      const level = stacks.get(column) ?? 0;
      stacks.set(column, level + 1);
      return { label, value, cx: column * step, level };
    });
  const tallest = Math.max(...stacks.values(), 1);
  const rise = Math.min(step, 130 / tallest);
  const height = tallest * rise + 34;
  const picture = svg("svg", { class: "strip", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${dots.length} words between ${low} and ${high}` });
  const base = height - 24;
  picture.append(svg("line", { class: "zero", x1: x(0), x2: x(0), y1: 0, y2: base + 4 }),
    svg("line", { class: "base", x1: 0, x2: width, y1: base + 4, y2: base + 4 }));
  for (const { label, value, cx, level } of placed)
    picture.append(svg("circle", { class: "dot small", cx, cy: base - level * rise - 1, r: 2.9 }, svg("title", {}, `${shown(label)} ${number(value)}`)));
  picture.append(
    svg("text", { class: "label", x: 0, y: height - 6 }, `\u2190 ${shown(low)}`),
    svg("text", { class: "label", x: width, y: height - 6, "text-anchor": "end" }, `${shown(high)} \u2192`),
    svg("text", { class: "tick", x: x(0), y: height - 6, "text-anchor": "middle" }, "0"));
  return el("div", { class: "picture" }, picture as unknown as HTMLElement);
}
