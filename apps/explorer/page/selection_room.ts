// The words that were chosen on the map.

import type { App, Room } from "./app";
import { button, el, save } from "./dom";
import { noMarks } from "./overlay";
import { wordButton } from "./results";
import { grouped } from "./text";

const listed = 300;

export function selectionRoom(app: App, place: HTMLElement, startLasso: () => void): Room & { refresh(): void } {
  const title = el("h2", { id: "selection-title", "aria-live": "polite" });
  const list = el("ol", { class: "results", id: "selection-list", "aria-label": "Selected words" });
  const note = el("p", { class: "note" });
  const lines = (): Uint8Array<ArrayBuffer>[] => app.selection.flatMap((id) => [app.words.bytes(id) as Uint8Array<ArrayBuffer>, Uint8Array.of(10)]);
  const textButton = button("Save .txt", () => save("words.txt", new Blob(lines(), { type: "text/plain" })), { id: "selection-text", class: "secondary" });
  const jsonButton = button("Save .json", () => {
    const decoder = new TextDecoder();
    const words = app.selection.map((id) => ({ word: decoder.decode(app.words.bytes(id)), rank: id }));
    save("words.json", new Blob([JSON.stringify({ vectors: app.info.vectors, words }, null, 1)], { type: "application/json" }));
  }, { id: "selection-json", class: "secondary" });
  const clear = button("Clear", () => app.select([]), { id: "selection-clear", class: "quiet" });
  place.append(
    el("p", { class: "intro" }, "Draw around words with the lasso, or take all that are in view."),
    el("div", { class: "row" },
      button("Lasso", startLasso, { id: "selection-lasso", class: "primary" }),
      button("Words in view", () => app.select(app.map.inView()), { id: "selection-view", class: "secondary" })),
    title,
    el("div", { class: "row" }, textButton, jsonButton, clear),
    list,
    note,
  );
  const refresh = (): void => {
    const count = app.selection.length;
    title.textContent = count === 0 ? "No words are selected" : `${grouped(count)} ${count === 1 ? "word" : "words"}`;
    for (const made of [textButton, jsonButton, clear]) made.disabled = count === 0;
    list.replaceChildren(...app.selection.slice(0, listed).map((id) => el("li", {}, wordButton(app, app.words.text(id), id))));
    note.textContent = count > listed ? `The ${listed} most frequent are listed; the files have all.` : "";
  };
  refresh();
  return { show: refresh, refresh, marks: () => noMarks };
}
