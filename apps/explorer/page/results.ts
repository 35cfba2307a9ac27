// Lists of words with a number each, from which one walks on.

import type { Ranked } from "./answers";
import { type App, askedFor, currentSpace } from "./app";
import { el, word } from "./dom";
import { number, shown } from "./text";

/** A button for a word: it asks for the word's neighbours. */
export function wordButton(app: App, text: string, id: number, ...more: (Node | false)[]): HTMLButtonElement {
  const made = el("button", { type: "button", class: "result", "data-id": id, "data-word": shown(text) }, word(shown(text)), ...more);
  made.addEventListener("click", () => app.go({ room: "search", q: { encoded: askedFor(app, text, id) } }));
  return made;
}

/** Bars are as long as the words are similar, or as `length` says. */
export function resultList(app: App, { list, ids }: Ranked, name: string, length = (similarity: number): number => similarity): HTMLOListElement {
  return el(
    "ol",
    { class: "results", "aria-label": name },
    ...list.map(({ word: text, similarity }, i) => {
      const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
      (bar.firstChild as HTMLElement).style.width = `${Math.max(0, Math.min(1, length(similarity))) * 100}%`;
      const off = ids[i] < 0 || !app.map.at(ids[i]);
      const made = wordButton(app, text, ids[i], bar, el("span", { class: "number" }, number(similarity)));
      if (off) made.title = "not on the map";
      return el("li", { class: off ? "off" : "" }, made);
    }),
  );
}

/** Which of the two compared spaces is asked; nothing if there is one. */
export function spaceChoice(app: App, id: string): HTMLElement {
  const place = el("div", { class: "field space-choice" });
  const select = el("select", { id });
  select.addEventListener("change", () => app.go({ space: select.value }));
  place.append(el("label", { for: id }, "Vectors"), select);
  const fill = (): void => {
    place.hidden = !app.comparison;
    if (!app.comparison) return;
    const { before, after } = app.comparison;
    select.replaceChildren(
      el("option", { value: before }, before === "vectors" ? "before" : `before (${before})`),
      el("option", { value: after }, after === "vectors" ? "after" : `after (${after})`),
    );
    select.value = currentSpace(app);
  };
  place.addEventListener("fill", fill);
  fill();
  return place;
}

export const refill = (choice: HTMLElement): boolean => choice.dispatchEvent(new Event("fill"));
