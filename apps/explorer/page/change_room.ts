// Before and after: vectors and their reference, or vectors and what a debiasing method makes of them.

import { type Condition, type DebiasDocument, type Measurement, nameOf, type Ranked } from "./answers";
import { type App, failure, Latest, type Room, waiting } from "./app";
import { knownExample } from "./axes_room";
import { combobox } from "./combobox";
import { button, el, option } from "./dom";
import { headline } from "./measurement";
import type { Marks } from "./overlay";
import { forest } from "./pictures";
import { type Placement, placedByAxes, placedByMap } from "./placement";
import { resultList } from "./results";
import { encode, interval, number, shown } from "./text";

/** What is measured on both sides, if the program has it: bias first, then what can still be found of it. */
const measured = { bias: ["direct-bias", "weat"], recoverable: ["neighbor-bias", "cluster-bias", "classification-bias"] };
const queriesOfGender = ["weat-6", "weat-7", "weat-8"];
const meanings: Record<string, string> = {
  "direct-bias": "Occupations along the direction",
  weat: "Association test (effect size)",
  "neighbor-bias": "Bias told from neighbours (0 is nothing)",
  "cluster-bias": "Sides found by two clusters (0.5 is chance)",
  "classification-bias": "Sides found by a classifier (0.5 is chance)",
};

export function changeRoom(app: App, place: HTMLElement, held: [string, string][] | null): Room {
  const { info, answers } = app;
  const run = new Latest();
  const latestMeasure = new Latest();
  const latestMoved = new Latest();
  let marks: Marks = { words: [], lines: [] };
  let pair: Promise<[Placement, Placement]> | null = null;
  let running = "";

  const method = el("select", { id: "change-method" }, ...info.methods.map((of) => option(nameOf(of), nameOf(of))));
  const sets = el("select", { id: "change-sets" }, ...info.debias_sets.map((name) => option(name)));
  const about = el("p", { class: "note" });
  const status = el("div", { id: "change-status", "aria-live": "polite" });
  const seen = el("div", { id: "change-seen", hidden: true });
  const result = el("div", { id: "change-result" });
  const setsName = (): string => (info.reference ? (info.debias_sets[0] ?? "gender") : sets.value);

  const describe = (): void => {
    const of = info.methods.find((candidate) => nameOf(candidate) === method.value);
    about.textContent = of ? `${of.title[0].toUpperCase()}${of.title.slice(1)} (${of.paper}). Changes ${of.changes}.` : "";
  };
  method.addEventListener("change", describe);

  // What the map shows.
  const submitAxis = (): void => {
    if (!from.input.value.trim() || !to.input.value.trim()) return;
    pair = null;
    app.go({ layout: "change" }, true);
  };
  const from = combobox(answers, { id: "change-from", label: "Left", separator: ",", submit: submitAxis });
  const to = combobox(answers, { id: "change-to", label: "Right", separator: ",", submit: submitAxis });
  const projection = el("select", { id: "change-projection" },
    option("axis", answers.alive ? "axis across, main component up" : "axis across, second axis up"),
    ...(answers.alive ? [option("pca", "the two main components of before")] : []));
  projection.addEventListener("change", submitAxis);
  const slider = el("input", { type: "range", id: "change-slider", min: 0, max: 100, value: 0, "aria-label": "From before to after" });
  slider.addEventListener("input", () => app.map.mix(Number(slider.value) / 100, false));
  const turn = (part: number): void => {
    if (app.map.isPaired) app.map.mix(part, true);
    else app.go({ layout: "change" });
  };
  const before = button("Before", () => turn(0), { id: "change-before", "aria-pressed": "true" });
  const after = button("After", () => turn(1), { id: "change-after", "aria-pressed": "false" });

  if (info.reference) {
    place.append(el("p", { class: "intro" }, "Before: ", el("bdi", {}, shown(info.reference)), el("br"), "After: ", el("bdi", {}, shown(info.vectors))));
    app.comparison = { before: "reference", after: "vectors" };
  } else {
    const form = el("form", { id: "change-form" },
      el("p", { class: "intro" }, "Take a bias out of these vectors and see what moves. Nothing is written."),
      el("div", { class: "pair" },
        el("div", { class: "field" }, el("label", { for: "change-method" }, "Method"), method),
        el("div", { class: "field" }, el("label", { for: "change-sets" }, "Of"), sets)),
      about,
      el("div", { class: "row end" }, el("button", { type: "submit", class: "primary", id: "change-run" }, "Run")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      app.go({ method: `${method.value}:${sets.value}`, layout: "change" });
    });
    place.append(form);
    describe();
  }
  const axisForm = el("form", {},
    el("details", {}, el("summary", {}, "What the map shows"),
      el("div", { class: "field" }, el("label", { for: "change-projection" }, "Projection"), projection),
      el("div", { class: "pair" }, from.field, to.field),
      el("div", { class: "row end" }, el("button", { type: "submit", class: "secondary", id: "change-axis" }, "Show"))));
  axisForm.addEventListener("submit", (event) => {
    event.preventDefault();
    submitAxis();
  });
  seen.append(el("div", { class: "turn" }, before, slider, after), axisForm);
  place.append(status, seen, result);

  async function opened(): Promise<void> {
    seen.hidden = false;
    const { before: first, after: second } = app.comparison!;
    const moved = el("section", {}, el("h2", {}, "What moved most"), waiting("Comparing\u2026"));
    const sides = el("section", {}, el("h2", {}, "Measured before and after"));
    result.replaceChildren(moved, sides, ...[costs(first, second)].filter((part) => part !== null));
    app.comparisonChanged();
    void latestMoved.ask(() => answers.moved(first, second, 20), (ranked) => showMoved(moved, ranked), (error) => moved.append(failure(error)));
    await latestMeasure.ask(async () => measureBoth(sides, first, second, () => app.comparison?.after === second), () => undefined, (error) => sides.append(failure(error)));
  }

  function showMoved(section: HTMLElement, ranked: Ranked): void {
    marks = { words: ranked.ids.filter((id) => id >= 0 && id < app.words.count).map((id) => ({ id, role: "answer" as const })), lines: [], trails: true };
    const most = Math.max(...ranked.list.map(({ similarity }) => 1 - similarity), 1e-6);
    section.replaceChildren(el("h2", {}, "What moved most"),
      resultList(app, ranked, "Words that moved most", (similarity) => (1 - similarity) / most),
      el("p", { class: "note" }, "Numbers are cosines of a word's two vectors, bars how far it went from 1. Trails on the map lead from before to now."));
    app.marksChanged();
  }

  async function measureBoth(section: HTMLElement, first: string, second: string, wanted: () => boolean): Promise<void> {
    const known = (name: string): boolean => (held ? held.some(([of]) => of === name) : info.measures.some((of) => nameOf(of) === name));
    const setsOf = (name: string): string => (name === "weat" ? "weat" : setsName());
    for (const [title, names] of [["Bias", measured.bias], ["What can still be recovered", measured.recoverable]] as const) {
      const wantedNames = names.filter((name) => known(name) && (name !== "weat" || setsName() === "gender"));
      if (wantedNames.length === 0) continue;
      section.append(el("h3", {}, title));
      for (const name of wantedNames) {
        const spot = el("div", { class: "both", "data-measure": name }, el("h4", {}, meanings[name] ?? name), waiting("Measuring\u2026"));
        section.append(spot);
        try {
          const documents = [await answers.bias(name, setsOf(name), first), await answers.bias(name, setsOf(name), second, first)];
          if (!wanted()) return;
          showBoth(spot, meanings[name] ?? name, documents[0].measures, documents[1].measures);
        } catch (error) {
          spot.replaceChildren(el("h4", {}, meanings[name] ?? name), failure(error));
        }
      }
    }
  }

  /** What it cost: evaluations of both sides, when they are asked for, since they take their time. */
  function costs(first: string, second: string): HTMLElement | null {
    if (!answers.alive || info.evaluations.length === 0) return null;
    const spot = el("div", { id: "change-costs", "aria-live": "polite" });
    const evaluate = async (set: string): Promise<void> => {
      spot.replaceChildren(waiting("Evaluating\u2026"));
      try {
        const [one, other] = [await answers.evaluate(set, first), await answers.evaluate(set, second)];
        spot.replaceChildren(el("div", { class: "scroll" }, el("table", {},
          el("thead", {}, el("tr", {}, ...["Part", "Before", "After"].map((name) => el("th", { scope: "col" }, name)))),
          el("tbody", {}, ...one.slice(0, 60).map((row) => {
            const after = other.find((of) => of.part === row.part && of.measure === row.measure && of.set === row.set);
            const cell = (of: typeof after): HTMLElement =>
              el("td", { class: "number" }, number(of?.value), of?.interval ? el("small", {}, el("br"), interval(of.interval)) : null);
            return el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, shown(row.part || row.set)), el("small", {}, el("br"), shown(row.measure))), cell(row), cell(after));
          })))));
      } catch (error) {
        spot.replaceChildren(failure(error));
      }
    };
    return el("section", {}, el("h2", {}, "What it cost"),
      el("div", { class: "chips" }, ...info.evaluations.map((set) => button(shown(set), () => void evaluate(set), { class: "chip", "data-cost": set }))), spot);
  }

  function showBoth(spot: HTMLElement, title: string, first: Measurement[], second: Measurement[]): void {
    const several = first.some((of) => queriesOfGender.includes(of.query));
    const rows = first.filter((of) => !of.error && (!several || queriesOfGender.includes(of.query)));
    const estimates = rows.flatMap((of) => {
      const other = second.find((candidate) => candidate.query === of.query);
      return [
        { label: `${several ? of.query + " " : ""}before`, value: headline(of), interval: of.interval, hollow: true },
        { label: `${several ? of.query + " " : ""}after`, value: other && !other.error ? headline(other) : null, interval: other?.interval },
      ];
    });
    spot.replaceChildren(el("h4", {}, title));
    if (estimates.length === 0) {
      spot.append(el("p", { class: "note" }, "Not measured: too few words are known."));
      return;
    }
    spot.append(
      el("div", { class: "picture" }, forest(estimates, rows[0].unbiased, title) as unknown as HTMLElement),
      el("table", { class: "small" },
        el("thead", { class: "unseen" }, el("tr", {}, ...["When", "Value", "95 % interval"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...estimates.map((row) => el("tr", {}, el("th", { scope: "row" }, row.label), el("td", { class: "number" }, number(row.value)),
          el("td", { class: "number" }, interval(row.interval)))))));
  }

  function showConditions(document: DebiasDocument): void {
    const list = (conditions: Condition[]): HTMLElement => el("ul", { class: "proofs" }, ...conditions.map(({ promise, worst, bound }) =>
      el("li", {}, `\u2713 ${promise[0].toUpperCase()}${promise.slice(1)}: at most ${worst.toExponential(1)} (bound ${bound.toExponential(1)}).`)));
    if (document.conditions.length > 0) result.append(el("section", { id: "change-proofs" }, el("h2", {}, "What was proved"), list(document.conditions)));
  }

  function start(space: string): void {
    running = space;
    pair = null;
    marks = { words: [], lines: [] };
    seen.hidden = true;
    result.replaceChildren();
    app.comparison = null;
    status.replaceChildren(waiting("Debiasing\u2026"));
    void run.ask(
      () => answers.debias(space),
      (document: DebiasDocument & { subspace?: { positive_pole?: string; negative_pole?: string } }) => {
        status.replaceChildren();
        app.comparison = { before: "vectors", after: space };
        const { negative_pole: low, positive_pole: high } = document.subspace ?? {};
        if (low && high) {
          from.input.value = low;
          to.input.value = high;
        }
        void opened();
        showConditions(document);
        app.go({}, true);
      },
      (error) => {
        status.replaceChildren(failure(error));
        app.go({}, true);
      },
    );
  }

  async function places(): Promise<[Placement, Placement]> {
    const { before: first, after: second } = app.comparison!;
    const example = await knownExample(app);
    if (!from.input.value && example) [from.input.value, to.input.value] = example;
    if (projection.value === "pca") {
      const maps = [await answers.map("pca", first), await answers.map("pca", second, first)];
      return placedByMap(`change pca ${second}`, maps) as [Placement, Placement];
    }
    const [low, high] = [from.input.value, to.input.value];
    if (!low || !high) throw new Error("Give the words of the axis, under \u201cWhat the map shows\u201d.");
    const x = await Promise.all([first, second].map((space) => answers.axis(encode(low), encode(high), space, first)));
    const up = async (space: string): Promise<Float32Array> =>
      answers.alive
        ? (await answers.map("pca", space, first)).filter((_, i) => i % 2 === 0)
        : answers.axis(encode(example?.[2] ?? high), encode(example?.[3] ?? low), space, first);
    const y = [await up(first), await up(second)];
    const names = { x: { from: shown(low), to: shown(high) }, y: answers.alive ? { from: "", to: "main component of before" } : { from: example?.[2] ?? "", to: example?.[3] ?? "" } };
    return placedByAxes(`change ${low} ${high} ${second}`, x.map((values, i) => ({ x: { values, names: names.x }, y: { values: y[i], names: names.y } }))) as [Placement, Placement];
  }

  return {
    show() {
      if (info.reference) {
        if (seen.hidden) void opened();
        return;
      }
      const space = app.state.text("method");
      if (!space || space === running) return;
      const [name, of] = space.split(":");
      if ([...method.options].some(({ value }) => value === name)) method.value = name;
      if (of && [...sets.options].some(({ value }) => value === of)) sets.value = of;
      describe();
      start(space);
    },
    marks: () => marks,
    async placement() {
      if (!app.comparison) throw new Error("");
      pair ??= places();
      pair.catch(() => (pair = null));
      return pair;
    },
  };
}

/** The controls follow the map. */
export function showMix(part: number): void {
  const slider = document.getElementById("change-slider") as HTMLInputElement | null;
  if (slider && document.activeElement !== slider) slider.value = String(Math.round(part * 100));
  slider?.setAttribute("aria-valuetext", part === 0 ? "before" : part === 1 ? "after" : `${Math.round(part * 100)} percent`);
  document.getElementById("change-before")?.setAttribute("aria-pressed", String(part === 0));
  document.getElementById("change-after")?.setAttribute("aria-pressed", String(part === 1));
}
