// Search: the nearest words of a word or of a sum of words.

import type { Ranked } from "./answers";
import { type App, currentSpace, failure, Latest, type Room, waiting } from "./app";
import { combobox } from "./combobox";
import { button, el, option, word } from "./dom";
import type { Marks } from "./overlay";
import { refill, resultList, spaceChoice } from "./results";
import { decode, decodeToBytes, encode, shown } from "./text";

const examples = ["king - man + woman", "paris - france + italy", "music", "coffee", "doctor"];

/** The rows of the words in a query: what is a sign or a number is not found. */
async function wordsOf(app: App, query: string): Promise<number[]> {
  const whole = (await app.answers.find([query]))[0];
  if (whole >= 0) return [whole];
  const parts = decode(query).split(/\s+/).filter((part) => part && !/^[+-]$/.test(part));
  return (await app.answers.find(parts.map(encode))).filter((id) => id >= 0);
}

export function searchRoom(app: App, place: HTMLElement): Room {
  const latest = new Latest();
  let asked = "";
  let marks: Marks = { words: [], lines: [] };
  let all: number[] = [];
  let typed = "";
  let typedAs = "";

  const submit = (): void => {
    const text = input.value.trim();
    // What was put in for a word that is not text stands for its octets as long as it is not changed.
    if (text) app.go({ q: input.value === typed ? { encoded: typedAs } : text });
  };
  const { field, input } = combobox(app.answers, {
    id: "search-input", label: "A word, or a sum of words", placeholder: "king - man + woman", separator: " ", submit,
  });
  const count = el("select", { id: "search-count" }, ...["10", "25", "50", "100"].map((k) => option(k)));
  count.addEventListener("change", () => app.go({ k: count.value }));
  const space = spaceChoice(app, "search-space");
  const form = el("form", { id: "search-form", role: "search" }, field,
    el("div", { class: "row" },
      el("div", { class: "field" }, el("label", { for: "search-count" }, "Neighbours"), count),
      space,
      el("button", { type: "submit", class: "primary", id: "search-submit" }, "Search")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  const tries = el("div", { class: "chips", role: "group", "aria-label": "Examples" });
  const answer = el("div", { id: "search-answer" });
  place.append(form, tries, answer);

  void Promise.all(
    examples.map(async (text) => {
      const parts = text.split(" ").filter((part) => !/^[+-]$/.test(part));
      const known = await app.answers.find(parts.map(encode)).catch(() => [-1]);
      return known.every((id) => id >= 0) ? text : "";
    }),
  ).then((known) =>
    tries.replaceChildren(
      ...known.filter((text) => text).map((text) => button(text, () => app.go({ q: text }), { class: "chip", "data-example": text })),
    ),
  );

  const present = (query: string, ranked: Ranked, own: number[]): void => {
    const placed = (id: number): boolean => id >= 0 && app.map.at(id) !== null;
    const found = ranked.ids.filter(placed);
    const from = own.filter(placed);
    all = [...from, ...found];
    marks = {
      words: [...from.map((id) => ({ id, role: "query" as const })), ...found.map((id) => ({ id, role: "answer" as const }))],
      // A line from a single word; a sum has no place of its own.
      lines: own.length === 1 && from.length === 1 ? found.map((to) => ({ from: from[0], to, kind: "link" as const })) : [],
    };
    const text = shown(decode(query));
    const title = el("h2", { id: "search-title" }, own.length === 1 ? "Nearest to " : "", word(text));
    const zoom = button("Zoom to these", () => app.map.lookAtWords(all, true), { id: "search-zoom", class: "quiet" });
    zoom.disabled = all.length === 0;
    const rest = ranked.list.length - found.length;
    answer.replaceChildren(
      el("div", { class: "title-row" }, title, zoom),
      resultList(app, ranked, "Neighbours"),
      el("p", { class: "note" },
        app.answers.limits ? `${app.answers.limits[0].toUpperCase()}${app.answers.limits.slice(1)}.` : "Exact, among all words.",
        rest > 0 ? ` ${rest} of them ${rest === 1 ? "is" : "are"} not on the map.` : ""),
    );
    app.tell(`${ranked.list.length} neighbours of ${text}: ${ranked.list.slice(0, 3).map(({ word: of }) => shown(of)).join(", ")}`);
    app.marksChanged();
    app.map.lookAtWords(own.length === 1 ? all : found, false);
  };

  return {
    show() {
      const query = app.state.encoded("q");
      const k = app.state.text("k", "10");
      const number = Math.min(Math.max(Number.parseInt(k, 10) || 10, 1), 1000);
      const spaceName = currentSpace(app);
      refill(space);
      tries.hidden = query !== "";
      count.value = k;
      const key = [query, number, spaceName].join("|");
      if (key === asked) return;
      asked = key;
      typedAs = query;
      typed = query.length < 3000 ? decode(query) : "";
      if (query || input !== document.activeElement) input.value = typed;
      if (!query) {
        marks = { words: [], lines: [] };
        answer.replaceChildren();
        app.marksChanged();
        return;
      }
      if (!answer.firstChild) answer.replaceChildren(waiting("Searching\u2026"));
      answer.classList.add("stale");
      void latest.ask(
        async () => {
          const ranked = await app.answers.neighbors(query, number, spaceName);
          const own = decodeToBytes(query).length < 2000 ? await wordsOf(app, query) : [];
          return { ranked, own };
        },
        ({ ranked, own }) => {
          answer.classList.remove("stale");
          present(query, ranked, own);
        },
        (error) => {
          answer.classList.remove("stale");
          marks = { words: [], lines: [] };
          answer.replaceChildren(failure(error));
          app.marksChanged();
        },
      );
    },
    marks: () => marks,
  };
}
