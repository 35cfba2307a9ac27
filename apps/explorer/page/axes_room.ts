// Axes: all words between pairs of words, or of lists of words.

import { type App, currentSpace, failure, Latest, type Room } from "./app";
import { combobox } from "./combobox";
import { button, el } from "./dom";
import type { Marks } from "./overlay";
import { type Placement, placedByAxes } from "./placement";
import { refill, spaceChoice, wordButton } from "./results";
import { encode, number, shown } from "./text";

const sides = ["xf", "xt", "yf", "yt"] as const;
const examples: { title: string; words: [string, string, string, string] }[] = [
  { title: "gender and wealth", words: ["she", "he", "poor", "rich"] },
  { title: "size and worth", words: ["small", "big", "bad", "good"] },
  { title: "warmth and pace", words: ["cold", "hot", "slow", "fast"] },
  { title: "place and age", words: ["village", "city", "old", "young"] },
  { title: "sets of words", words: ["she,her,woman,mother", "he,his,man,father", "art,poetry,dance", "science,physics,chemistry"] },
];
const occupations =
  "nurse, engineer, teacher, programmer, secretary, carpenter, doctor, lawyer, librarian, mechanic, dancer, pilot, " +
  "receptionist, scientist, housekeeper, soldier, nanny, boss, journalist, plumber, hairdresser, architect, chef, cook, " +
  "maid, professor, surgeon, waitress, farmer, banker, actress, captain, writer, electrician, midwife, judge, " +
  "accountant, cleaner, philosopher, stylist";

/** Words at an end are among the first so many: rare words are at the ends by chance. */
const frequent = 20000;

function extremes(app: App, values: Float32Array, count: number): { low: number[]; high: number[] } {
  const ids: number[] = [];
  for (let id = 0; id < Math.min(values.length, frequent); ++id) if (app.words.isSpoken(id)) ids.push(id);
  ids.sort((a, b) => values[a] - values[b]);
  return { low: ids.slice(0, count), high: ids.slice(-count).reverse() };
}

export async function knownExample(app: App): Promise<[string, string, string, string] | null> {
  for (const { words } of examples) {
    const ids = await app.answers.find(words.flatMap((list) => list.split(",")).map(encode));
    if (ids.every((id) => id >= 0)) return words;
  }
  return null;
}

export function axesRoom(app: App, place: HTMLElement): Room {
  const latest = new Latest();
  let placement: Promise<Placement> | null = null;
  let asked = "";
  let listed: number[] = [];
  const submit = (): void => {
    const texts = sides.map((_, i) => fields[i].input.value.trim());
    const empty = texts.findIndex((text) => !text);
    if (empty >= 0) fields[empty].input.focus();
    else app.go({ ...Object.fromEntries(sides.map((side, i) => [side, texts[i]])), layout: "axes" });
  };
  const labels = ["Left", "Right", "Bottom", "Top"];
  const fields = sides.map((side, i) =>
    combobox(app.answers, { id: `axes-${side}`, label: labels[i], placeholder: examples[0].words[i], separator: ",", submit }),
  );
  const space = spaceChoice(app, "axes-space");
  const form = el("form", { id: "axes-form" },
    el("fieldset", {}, el("legend", {}, "Across"), el("div", { class: "pair" }, fields[0].field, fields[1].field)),
    el("fieldset", {}, el("legend", {}, "Up"), el("div", { class: "pair" }, fields[2].field, fields[3].field)),
    el("div", { class: "row" }, space, el("button", { type: "submit", class: "primary", id: "axes-submit" }, "Show on the map")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  const tries = el("div", { class: "chips", role: "group", "aria-label": "Examples" });
  const area = el("textarea", { id: "axes-words", rows: 3, spellcheck: "false" });
  area.value = occupations;
  const placed = el("p", { class: "note", id: "axes-placed", "aria-live": "polite" });
  const list = el("details", { open: true }, el("summary", {}, "Words to point out"),
    el("div", { class: "field" }, el("label", { for: "axes-words" }, "Separated by commas"), area),
    el("div", { class: "row" },
      button("Point out", () => void pointOut(), { id: "axes-place", class: "secondary" }),
      button("None", () => {
        listed = [];
        placed.textContent = "";
        app.marksChanged();
      }, { id: "axes-none", class: "quiet" })),
    placed);
  const ends = el("div", { id: "axes-ends" });
  const failed = el("div", { id: "axes-failure" });
  place.append(form, tries, failed, list, ends);

  tries.replaceChildren(
    ...examples.map(({ title, words }) =>
      button(title, () => app.go({ xf: words[0], xt: words[1], yf: words[2], yt: words[3], layout: "axes" }), { class: "chip" }),
    ),
  );

  async function pointOut(): Promise<void> {
    const words = area.value.split(/[,\n]/).map((text) => text.trim()).filter((text) => text);
    try {
      const ids = (await app.answers.find(words.slice(0, 500).map(encode))).filter((id) => id >= 0 && app.map.at(id));
      listed = [...new Set(ids)];
      placed.textContent = `${listed.length} of ${words.length} words are on the map.`;
    } catch (error) {
      placed.textContent = error instanceof Error ? error.message : String(error);
    }
    app.marksChanged();
  }

  const place2 = async (): Promise<Placement> => {
    const name = currentSpace(app);
    const [xf, xt, yf, yt] = sides.map((side) => app.state.encoded(side));
    const text = (side: (typeof sides)[number]): string => shown(app.state.text(side).replaceAll(",", ", "));
    const [x, y] = await Promise.all([app.answers.axis(xf, xt, name), app.answers.axis(yf, yt, name)]);
    const names = { x: { from: text("xf"), to: text("xt") }, y: { from: text("yf"), to: text("yt") } };
    const column = (title: string, ids: number[], values: Float32Array): HTMLElement =>
      el("section", {}, el("h3", {}, title), el("ol", { class: "ends" }, ...ids.map((id) =>
        el("li", {}, wordButton(app, app.words.text(id), id, el("span", { class: "number" }, number(values[id], 2)))))));
    const [ax, ay] = [extremes(app, x, 8), extremes(app, y, 8)];
    ends.replaceChildren(el("h2", {}, "At the ends"),
      el("p", { class: "note" }, `Of the ${Math.min(frequent, app.words.count).toLocaleString("en")} most frequent words, by cosine.`),
      el("div", { class: "columns" },
        column(`\u2190 ${names.x.from}`, ax.low, x), column(`${names.x.to} \u2192`, ax.high, x),
        column(`\u2193 ${names.y.from}`, ay.low, y), column(`${names.y.to} \u2191`, ay.high, y)));
    return placedByAxes(asked, [{ x: { values: x, names: names.x }, y: { values: y, names: names.y } }])[0];
  };

  return {
    show() {
      refill(space);
      sides.forEach((side, i) => {
        if (app.state.has(side)) fields[i].input.value = app.state.text(side);
      });
    },
    marks: (): Marks => ({ words: listed.map((id) => ({ id, role: "listed" as const })), lines: [] }),
    async placement() {
      if (!sides.every((side) => app.state.encoded(side))) {
        const words = await knownExample(app);
        if (!words) throw new Error("Give two words for each axis.");
        app.go(Object.fromEntries(sides.map((side, i) => [side, words[i]])), true);
      }
      const key = [...sides.map((side) => app.state.encoded(side)), currentSpace(app)].join("|");
      if (!placement || key !== asked) {
        asked = key;
        placement = place2();
        void latest.ask(() => placement!, () => {
          failed.replaceChildren();
          if (listed.length === 0) setTimeout(() => void pointOut(), 0);
        }, (error) => failed.replaceChildren(failure(error)));
      }
      return placement;
    },
  };
}
