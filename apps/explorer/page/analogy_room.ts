// Analogy: a is to b as c is to ... ?

import type { Ranked } from "./answers";
import { type App, currentSpace, failure, Latest, type Room, waiting } from "./app";
import { combobox } from "./combobox";
import { button, el, word } from "./dom";
import type { Marks } from "./overlay";
import { refill, resultList, spaceChoice } from "./results";
import { encode, shown } from "./text";

const examples = [
  ["man", "king", "woman"],
  ["france", "paris", "italy"],
  ["walk", "walked", "go"],
  ["big", "bigger", "small"],
  ["japan", "sushi", "germany"],
];

export function analogyRoom(app: App, place: HTMLElement): Room {
  const latest = new Latest();
  let asked = "";
  let marks: Marks = { words: [], lines: [] };
  const submit = (): void => {
    const [a, b, c] = fields.map(({ input }) => input.value.trim());
    if (a && b && c) app.go({ a, b, c });
    else fields.find(({ input }) => !input.value.trim())?.input.focus();
  };
  const labels = ["If this word", "goes with this,", "this word goes with \u2026 ?"];
  const fields = (["a", "b", "c"] as const).map((name, i) =>
    combobox(app.answers, { id: `analogy-${name}`, label: labels[i], placeholder: examples[0][i] }),
  );
  const space = spaceChoice(app, "analogy-space");
  const form = el("form", { id: "analogy-form" }, ...fields.map(({ field }) => field),
    el("div", { class: "row" }, space, el("button", { type: "submit", class: "primary", id: "analogy-submit" }, "Complete")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  const tries = el("div", { class: "chips", role: "group", "aria-label": "Examples" });
  const answer = el("div", { id: "analogy-answer" });
  place.append(form, tries, answer);
  void Promise.all(examples.map((words) => app.answers.find(words.map(encode)).catch(() => [-1]))).then((known) =>
    tries.replaceChildren(
      ...examples
        .filter((_, i) => known[i].every((id) => id >= 0))
        .map(([a, b, c]) => button(`${a} : ${b} :: ${c} : ?`, () => app.go({ a, b, c }), { class: "chip" })),
    ),
  );

  const present = (texts: string[], ranked: Ranked, [a, b, c]: number[]): void => {
    const placed = (id: number): boolean => id >= 0 && app.map.at(id) !== null;
    const best = ranked.ids[0] ?? -1;
    const query = [a, b, c].filter(placed).map((id) => ({ id, role: "query" as const }));
    marks = {
      words: [...query, ...(placed(best) ? [{ id: best, role: "answer" as const }] : [])],
      lines: [
        { from: a, to: b, kind: "arrow" },
        { from: c, to: best, kind: "arrow" },
        { from: a, to: c, kind: "dashed" },
        { from: b, to: best, kind: "dashed" },
      ],
    };
    const first = ranked.list[0];
    const all = marks.words.map(({ id }) => id);
    const zoom = button("Zoom to these", () => app.map.lookAtWords(all, true), { id: "analogy-zoom", class: "quiet" });
    answer.replaceChildren(
      el("div", { class: "title-row" },
        el("h2", { id: "analogy-title" }, ...texts.flatMap((text, i) => [word(shown(text)), [" : ", " :: ", " : "][i]]), first ? word(shown(first.word)) : "?"),
        zoom),
      resultList(app, ranked, "Answers"),
      el("p", { class: "note" },
        `Nearest to b \u2212 a + c, ${app.answers.limits || "among all words"}. The arrows show the pairs; on a flat map they are seldom parallel.`),
    );
    app.tell(`${texts.map(shown).join(", ")}: ${ranked.list.slice(0, 3).map(({ word: of }) => shown(of)).join(", ")}`);
    app.marksChanged();
    app.map.lookAtWords(all, true);
  };

  return {
    show() {
      const words = (["a", "b", "c"] as const).map((name) => app.state.encoded(name));
      const name = currentSpace(app);
      refill(space);
      tries.hidden = words.every((text) => text);
      const key = [...words, name].join("|");
      if (key === asked) return;
      asked = key;
      (["a", "b", "c"] as const).forEach((of, i) => (fields[i].input.value = app.state.text(of)));
      if (!words.every((text) => text)) {
        marks = { words: [], lines: [] };
        answer.replaceChildren();
        app.marksChanged();
        return;
      }
      if (!answer.firstChild) answer.replaceChildren(waiting("Searching\u2026"));
      void latest.ask(
        () => Promise.all([app.answers.analogy(words[0], words[1], words[2], 10, name), app.answers.find(words)]),
        ([ranked, ids]) => present((["a", "b", "c"] as const).map((of) => app.state.text(of)), ranked, ids),
        (error) => {
          marks = { words: [], lines: [] };
          answer.replaceChildren(failure(error));
          app.marksChanged();
        },
      );
    },
    marks: () => marks,
  };
}
