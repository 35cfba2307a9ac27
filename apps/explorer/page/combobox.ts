// An input that completes words (the combobox pattern of the ARIA practices).

import type { Answers } from "./answers";
import { el, word } from "./dom";
import { shown } from "./text";

export interface Combobox {
  field: HTMLElement;
  input: HTMLInputElement;
}

interface Choices {
  id: string;
  label: string;
  placeholder?: string;
  hideLabel?: boolean;
  /** What words are separated by: the last of them is completed. */
  separator?: "" | " " | ",";
  submit?(): void;
}

export function combobox(answers: Answers, choices: Choices): Combobox {
  const { id, separator = "" } = choices;
  const input = el("input", {
    id, type: "text", role: "combobox", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`, dir: "auto",
    placeholder: choices.placeholder ?? "",
  });
  const list = el("ul", { id: `${id}-list`, class: "completions", role: "listbox", "aria-label": "Completions", hidden: true });
  const label = el("label", { for: id, class: choices.hideLabel ? "unseen" : "" }, choices.label);
  let found: string[] = [];
  let active = -1;
  let asked = 0;
  let timer = 0;

  const lastStart = (): number => {
    const text = input.value;
    return separator ? text.lastIndexOf(separator) + 1 : 0;
  };
  const close = (): void => {
    ++asked;
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (choice: string): void => {
    const start = lastStart();
    const space = input.value.slice(start).match(/^\s*/)![0];
    input.value = input.value.slice(0, start) + space + choice;
    close();
    if (separator !== ",") choices.submit?.();
  };
  const activate = (index: number): void => {
    active = index;
    [...list.children].forEach((item, i) => {
      item.setAttribute("aria-selected", String(i === index));
      if (i === index) item.scrollIntoView({ block: "nearest" });
    });
    if (index < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${id}-option-${index}`);
  };
  const open = (words: string[]): void => {
    found = words;
    list.replaceChildren(
      ...words.map((text, i) => {
        const item = el("li", { id: `${id}-option-${i}`, role: "option", "aria-selected": "false" }, word(shown(text)));
        // Before the input loses the focus, which would close the list.
        item.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          take(text);
        });
        return item;
      }),
    );
    active = -1;
    list.hidden = words.length === 0;
    input.setAttribute("aria-expanded", String(words.length > 0));
  };
  const complete = async (): Promise<void> => {
    const prefix = input.value.slice(lastStart()).trim();
    if (!prefix || (separator === " " && /^([+\-]|[\d.]+)$/.test(prefix))) return close();
    const mine = ++asked;
    try {
      const { words } = await answers.complete(prefix, 8);
      if (mine === asked && document.activeElement === input) open(words.filter((text) => text.length < 500));
    } catch {
      close(); // completing is a help; the question itself says what is wrong
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void complete(), 90);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) void complete();
      else activate(next(event.key));
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter") {
      clearTimeout(timer);
      if (isOpen && active >= 0) {
        event.preventDefault();
        take(found[active]);
      } else {
        close();
      }
    }
  });
  const next = (key: string): number => {
    const count = found.length;
    return key === "ArrowDown" ? (active + 1 >= count ? -1 : active + 1) : active < 0 ? count - 1 : active - 1;
  };
  return { field: el("div", { class: "field" }, label, el("div", { class: "combobox" }, input, list)), input };
}
