// Bias: measures by name, and evaluations.

import { type BiasDocument, type EvaluationRow, nameOf } from "./answers";
import { type App, currentSpace, failure, Latest, type Room, waiting } from "./app";
import { button, el, option, word } from "./dom";
import { headline, measurementCard, rangeText, rowsOf } from "./measurement";
import type { Marks } from "./overlay";
import { forest, strip } from "./pictures";
import { refill, spaceChoice, wordButton } from "./results";
import { encode, interval, number, shown } from "./text";

export function biasRoom(app: App, place: HTMLElement, held: [string, string][] | null): Room {
  const latest = new Latest();
  const { info } = app;
  let asked = "";
  let marks: Marks = { words: [], lines: [] };
  const measures = held ? info.measures.filter((of) => held.some(([name]) => name === nameOf(of))) : info.measures;
  const measure = el("select", { id: "bias-measure" }, ...measures.map((of) => option(nameOf(of), nameOf(of))));
  const sets = el("select", { id: "bias-sets" });
  const about = el("p", { class: "note", id: "bias-about" });
  const space = spaceChoice(app, "bias-space");
  const answer = el("div", { id: "bias-answer" });
  if (measures.some((of) => nameOf(of) === "direct-bias")) measure.value = "direct-bias";

  /** Those that the measure can be taken with; what a file does not hold is not offered. */
  const fillSets = (): void => {
    const of = measures.find((candidate) => nameOf(candidate) === measure.value);
    const known = held ? held.filter(([name]) => name === measure.value).map(([, name]) => name) : (of?.sets ?? []);
    sets.replaceChildren(...known.map((name) => option(name)));
    about.replaceChildren(of ? `${of.title[0].toUpperCase()}${of.title.slice(1)} (${of.paper}). Takes ${of.takes}. ${rangeText(of)}.` : "");
  };
  measure.addEventListener("change", fillSets);

  const present = async (document: BiasDocument): Promise<void> => {
    const measured = document.measures.filter((of) => !of.error && headline(of) !== null);
    const parts: (Node | null)[] = [el("h2", {}, `${measure.value}, with the word sets ${document.sets}`)];
    const directed = measured.find((of) => of.measure === "direct-bias" && rowsOf(of).length > 0);
    if (directed) {
      const { negative_pole: low = "\u2212", positive_pole: high = "+" } = document.subspace ?? {};
      const rows = rowsOf(directed).map(({ words, value }) => ({ word: words[0], value }));
      const ids = await app.answers.find(rows.map(({ word: text }) => encode(text)));
      const ends = (title: string, from: number, to: number): HTMLElement =>
        el("section", {}, el("h3", {}, title), el("ol", { class: "ends" }, ...rows.slice(from, to).map((row, i) =>
          el("li", {}, wordButton(app, row.word, ids[from + i], el("span", { class: "number" }, number(row.value, 2)))))));
      const [left, right] = [ends(`\u2190 ${shown(low)}`, Math.max(rows.length - 6, 0), rows.length), ends(`${shown(high)} \u2192`, 0, 6)];
      marks = { words: ids.filter((id) => id >= 0 && id < app.words.count).map((id) => ({ id, role: "listed" as const })), lines: [] };
      app.marksChanged();
      parts.push(strip(rowsOf(directed).map(({ words, value }) => ({ label: words[0], value })), low, high),
        el("p", { class: "note" }, "Each dot is an occupation at its cosine with the direction; point at one for its word. On the map they are diamonds."),
        el("div", { class: "columns" }, left, right));
    }
    if (measured.length > 0)
      parts.push(el("div", { class: "picture" }, forest(
        measured.map((of) => ({ label: measured.length > 1 ? of.query : "", value: headline(of), interval: of.interval })),
        measured[0].unbiased, "Values with their intervals") as unknown as HTMLElement));
    if (measured.some((of) => of.effect_size != null)) parts.push(el("p", { class: "note" }, "Effect sizes with 95 % intervals; the line is no bias."));
    else if (measured.length > 0) parts.push(el("p", { class: "note" }, "With 95 % intervals where there are any; the line is no bias."));
    parts.push(...(await Promise.all(document.measures.map((of) => measurementCard(app, of)))));
    answer.replaceChildren(...parts.filter((part) => part !== null));
    app.tell(`Measured ${measured.length} of ${document.measures.length} queries of ${measure.value}.`);
  };

  const ask = (): void => {
    answer.replaceChildren(waiting("Measuring\u2026"));
    marks = { words: [], lines: [] };
    app.marksChanged();
    void latest.ask(
      () => app.answers.bias(measure.value, sets.value, currentSpace(app)),
      (document) => void present(document),
      (error) => answer.replaceChildren(failure(error)),
    );
  };

  const form = el("form", { id: "bias-form" },
    el("div", { class: "pair" },
      el("div", { class: "field" }, el("label", { for: "bias-measure" }, "Measure"), measure),
      el("div", { class: "field" }, el("label", { for: "bias-sets" }, "Word sets"), sets)),
    about,
    el("div", { class: "row" }, space, el("button", { type: "submit", class: "primary", id: "bias-submit" }, "Measure")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    asked = "";
    app.go({ measure: measure.value, sets: sets.value });
  });
  if (measures.length > 0) place.append(form);
  else place.append(el("p", {}, "This file holds no measurements."));
  place.append(answer);
  if (app.answers.alive && info.evaluations.length > 0) place.append(evaluations(app));
  fillSets();

  return {
    show() {
      refill(space);
      const [name, of] = [app.state.text("measure"), app.state.text("sets")];
      if (!name || !measures.some((candidate) => nameOf(candidate) === name)) return;
      const key = [name, of, currentSpace(app)].join("|");
      if (key === asked) return;
      asked = key;
      measure.value = name;
      fillSets();
      if (of && [...sets.options].some(({ value }) => value === of)) sets.value = of;
      ask();
    },
    marks: () => marks,
  };
}

function evaluations(app: App): HTMLElement {
  const latest = new Latest();
  const result = el("div", { id: "evaluation-answer", "aria-live": "polite" });
  const table = (rows: EvaluationRow[]): HTMLElement =>
    el("div", { class: "scroll" }, el("table", {},
      el("thead", {}, el("tr", {}, ...["Part", "Measure", "Value", "95 % interval", "Known"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, ...rows.map((row) => el("tr", {},
        el("th", { scope: "row" }, word(shown(row.part || row.set))), el("td", {}, shown(row.measure)), el("td", { class: "number" }, number(row.value)),
        el("td", { class: "number" }, interval(row.interval)), el("td", { class: "number" }, `${row.known} of ${row.known + row.missing}`))))));
  return el("section", { class: "apart" }, el("h2", {}, "Evaluation"),
    el("div", { class: "chips" }, ...app.info.evaluations.map((name) =>
      button(shown(name), () => {
        result.replaceChildren(waiting("Evaluating\u2026"));
        void latest.ask(() => app.answers.evaluate(name, currentSpace(app)), (rows) => result.replaceChildren(table(rows)), (error) => result.replaceChildren(failure(error)));
      }, { class: "chip", "data-evaluation": name }))),
    result);
}
