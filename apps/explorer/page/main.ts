// The page of equivec explore: puts its parts together.

import { AnswerError, type Answers, type Layout } from "./answers";
import { analogyRoom } from "./analogy_room";
import type { App, Room } from "./app";
import { axesRoom } from "./axes_room";
import { biasRoom } from "./bias_room";
import { changeRoom, showMix } from "./change_room";
import { byId, save } from "./dom";
import { FileAnswers } from "./file_answers";
import { MapView, type Theme } from "./map_view";
import { isNowhere, type Placement, placedByMap } from "./placement";
import { searchRoom } from "./search_room";
import { selectionRoom } from "./selection_room";
import { ServerAnswers } from "./server_answers";
import { State, takeToken } from "./state";
import { grouped, shown } from "./text";
import { Words } from "./words";

const roomNames = ["search", "analogy", "axes", "bias", "change", "selection"] as const;
type RoomName = (typeof roomNames)[number];
const narrow = matchMedia("(max-width: 760px)");

function tell(text: string): void {
  byId("live").textContent = text;
}

function progressTo(part: number, text: string): void {
  byId<HTMLProgressElement>("progress").value = part;
  byId("progress-text").textContent = text;
}

function stop(error: unknown): void {
  byId("loading").hidden = true;
  const stopped = byId("stopped");
  stopped.hidden = false;
  delete document.documentElement.dataset.open;
  byId("stopped-text").textContent = error instanceof Error ? error.message : String(error);
}

/** Colours are those of the style sheet. */
function themeNow(): Theme {
  const probe = byId("probe");
  const color = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const rgb = (of: string): [number, number, number] => {
    const [r, g, b] = of.match(/[\d.]+/g)!.map((part) => Number(part) / 255);
    return [r, g, b];
  };
  const dark = getComputedStyle(probe).colorScheme === "dark" ||
    (getComputedStyle(probe).colorScheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  return {
    ground: color("ground"), ink: color("ink"), soft: color("soft"), faint: color("faint"), accent: color("accent"),
    onAccent: color("on-accent"), line: color("line"),
    points: { lightness: dark ? 0.74 : 0.6, chroma: 0.17, accent: rgb(color("accent")), ground: rgb(color("ground")) },
    alpha: dark ? 0.85 : 1,
  };
}

function prepareTheme(map: MapView): void {
  const root = document.documentElement;
  const apply = (): void => map.setTheme(themeNow());
  const kept = "equivec-theme";
  try {
    const theme = localStorage.getItem(kept);
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Without storage the system's theme is taken.
  }
  byId("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem(kept, root.dataset.theme);
    } catch {
      // It lasts as long as the page.
    }
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  apply();
}

class Page implements App {
  state = State.read();
  comparison: App["comparison"] = null;
  selection: number[] = [];
  readonly map: MapView;
  readonly #rooms: Record<RoomName, Room>;
  readonly #placements = new Map<string, Placement>();
  readonly #selectionPanel: ReturnType<typeof selectionRoom>;
  #layoutAsked = 0;
  readonly tell = tell;

  constructor(readonly answers: Answers, readonly info: App["info"], readonly words: Words, held: [string, string][] | null) {
    this.map = new MapView(byId("map"), byId<HTMLCanvasElement>("points"), byId<HTMLCanvasElement>("labels"), words, {
      picked: (id) => this.go({ room: "search", q: { encoded: words.encoded(id) } }),
      lassoed: (ids) => {
        this.#setLasso(false);
        this.select(ids);
      },
      touched: () => document.getElementById("hint")?.remove(),
      mixed: (part) => {
        showMix(part);
        this.#showSide(part);
      },
    }, this.state.text("points"));
    prepareTheme(this.map);
    const place = (name: RoomName): HTMLElement => byId(`room-${name}`);
    this.#selectionPanel = selectionRoom(this, place("selection"), () => this.#setLasso(true));
    this.#rooms = {
      search: searchRoom(this, place("search")),
      analogy: analogyRoom(this, place("analogy")),
      axes: axesRoom(this, place("axes")),
      bias: biasRoom(this, place("bias"), held),
      change: changeRoom(this, place("change"), held),
      selection: this.#selectionPanel,
    };
    this.#wire();
  }

  /** The first places: words keep the colours that they have there. */
  begin(placement: Placement): void {
    this.#placements.set(placement.key, placement);
    this.measureFree();
    this.map.setHomes(placement);
    this.map.show(placement);
  }

  get #room(): RoomName {
    const name = this.state.text("room", "search") as RoomName;
    return roomNames.includes(name) && !byId(`tab-${name}`).hidden ? name : "search";
  }

  go(changes: Parameters<App["go"]>[0], replace = false): void {
    if (!replace) document.getElementById("hint")?.remove();
    this.state = this.state.with(changes);
    const fragment = this.state.fragment;
    if (fragment.length < 20000 && fragment !== location.hash)
      history[replace ? "replaceState" : "pushState"](null, "", fragment);
    this.apply();
  }

  marksChanged(): void {
    this.map.mark(this.#rooms[this.#room].marks());
  }

  comparisonChanged(): void {
    byId("layout-change").hidden = !this.comparison;
  }

  select(ids: number[]): void {
    this.selection = ids.slice().sort((a, b) => a - b);
    this.map.setChosen(this.selection);
    this.#selectionPanel.refresh();
    tell(`${grouped(ids.length)} words are selected.`);
    if (ids.length > 0) {
      this.#openSheet();
      this.go({ room: "selection" });
    }
  }

  apply(): void {
    const open = this.#room;
    for (const name of roomNames) {
      const tab = byId(`tab-${name}`);
      tab.setAttribute("aria-selected", String(name === open));
      tab.tabIndex = name === open ? 0 : -1;
      byId(`room-${name}`).hidden = name !== open;
    }
    this.#rooms[open].show();
    // Where the map shows axes or a change, their rooms' fields must say what it shows.
    void this.applyLayout();
    this.marksChanged();
  }

  async applyLayout(): Promise<void> {
    const mine = ++this.#layoutAsked;
    const standard = this.info.layouts.includes("neighbors") && this.info.mapped > 0 ? "neighbors" : "pca";
    const asked = this.state.text("layout", standard);
    if (asked === "change" && !this.comparison && this.state.has("method")) this.#rooms.change.show();
    const layout = ["axes", "change", ...this.info.layouts].includes(asked) ? asked : standard;
    const room = layout === "axes" ? this.#rooms.axes : layout === "change" && this.comparison ? this.#rooms.change : null;
    try {
      const placement = room?.placement ? await room.placement() : await this.basic((room || layout === "change" ? standard : layout) as Layout);
      if (mine !== this.#layoutAsked) return;
      this.#say("");
      const shownLayout = room ? layout : layout === "change" ? standard : layout;
      for (const name of ["neighbors", "pca", "axes", "change"])
        byId(`layout-${name}`).setAttribute("aria-pressed", String(name === shownLayout));
      if (Array.isArray(placement)) this.map.showPair(placement[0], placement[1], this.map.isPaired ? byId<HTMLInputElement>("change-slider").valueAsNumber / 100 : 0);
      else this.map.show(placement, () => this.#focus());
      byId("side").hidden = !Array.isArray(placement);
      this.#count(placement);
      this.marksChanged();
    } catch (error) {
      if (mine === this.#layoutAsked && error instanceof Error && error.message) this.#say(error.message);
    }
  }

  async basic(layout: Layout, progress?: (part: number) => void): Promise<Placement> {
    let placement = this.#placements.get(layout);
    if (!placement) {
      const places = await this.answers.map(layout, "vectors", undefined, progress);
      placement = placedByMap(layout, [places])[0];
      this.#placements.set(layout, placement);
    }
    return placement;
  }

  /** What an analogy is about is small on the whole map. */
  #focus(): void {
    const { words, lines } = this.#rooms[this.#room].marks();
    if (lines.some(({ kind }) => kind === "arrow")) this.map.lookAtWords(words.map(({ id }) => id), true);
  }

  #say(text: string): void {
    byId("notice").textContent = text;
    byId("notice").hidden = !text;
  }

  /** How many words the map shows. */
  #count(placement: Placement | [Placement, Placement]): void {
    const { positions } = Array.isArray(placement) ? placement[0] : placement;
    let placed = 0;
    for (let i = 0; i < positions.length; i += 2) if (!isNowhere(positions[i])) ++placed;
    byId("count").textContent = `${grouped(placed)} of ${grouped(this.info.words)} words on the map`;
  }

  #showSide(part: number): void {
    if (!this.comparison) return;
    const { before, after } = this.comparison;
    const name = (space: string): string => (space === "vectors" ? this.info.vectors : space === "reference" ? (this.info.reference ?? space) : space);
    byId("side").textContent = part === 0 ? `Before: ${shown(name(before))}` : part === 1 ? `After: ${shown(name(after))}` : "Before \u2192 after";
  }

  #setLasso(on: boolean): void {
    this.map.setLasso(on);
    byId("map").classList.toggle("lasso", on);
    byId("lasso").setAttribute("aria-pressed", String(on));
    if (on) {
      tell("Draw around words on the map.");
      if (narrow.matches) byId("panel").classList.add("low");
      this.measureFree();
    }
  }

  #openSheet(): void {
    byId("panel").classList.remove("low");
    byId("sheet").setAttribute("aria-expanded", "true");
    this.measureFree();
  }

  /** The map keeps to where no panel is. */
  measureFree = (): void => {
    const map = byId("map").getBoundingClientRect();
    const panel = byId("panel").getBoundingClientRect();
    const bar = byId("bar").getBoundingClientRect();
    const top = bar.bottom + 8;
    this.map.setFree(
      narrow.matches
        ? { left: 8, top, width: map.width - 62, height: Math.max(Math.min(panel.top, map.height) - top - 8, 60) }
        : { left: panel.right + 12, top, width: map.width - panel.right - 76, height: map.height - top - 36 },
    );
  };

  #wire(): void {
    const on = (id: string, act: () => void): void => byId(id).addEventListener("click", act);
    for (const name of roomNames) {
      const tab = byId(`tab-${name}`);
      tab.addEventListener("click", () => {
        this.#openSheet();
        if (name === "axes") this.go({ room: name, layout: "axes" });
        else if (name === "change" && (this.comparison || this.state.has("method"))) this.go({ room: name, layout: "change" });
        // Sums of vectors are parallelograms only where places are linear.
        else if (name === "analogy" && this.info.layouts.includes("pca") && !this.state.has("layout")) this.go({ room: name, layout: "pca" });
        else this.go({ room: name });
      });
      tab.addEventListener("keydown", (event) => {
        const tabs = roomNames.filter((of) => !byId(`tab-${of}`).hidden);
        const at = tabs.indexOf(name);
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const next = byId(`tab-${tabs[(to + tabs.length) % tabs.length]}`);
        next.focus();
        next.click();
      });
    }
    for (const name of ["neighbors", "pca", "axes", "change"])
      on(`layout-${name}`, () => this.go(name === "change" ? { layout: name, room: name } : { layout: name }));
    byId("skip").addEventListener("click", (event) => {
      event.preventDefault(); // the fragment is the page's state
      byId(`tab-${this.#room}`).focus();
    });
    on("zoom-in", () => this.map.zoomBy(1.7));
    on("zoom-out", () => this.map.zoomBy(1 / 1.7));
    on("zoom-reset", () => this.map.reset());
    on("lasso", () => this.#setLasso(byId("lasso").getAttribute("aria-pressed") !== "true"));
    on("picture", () => {
      this.map.picture().then(
        (picture) => save("map.png", picture),
        (error) => this.#say(String(error)),
      );
    });
    on("help", () => byId<HTMLDialogElement>("help-dialog").showModal());
    on("help-close", () => byId<HTMLDialogElement>("help-dialog").close());
    on("hint-close", () => document.getElementById("hint")?.remove());
    on("sheet", () => {
      const low = byId("panel").classList.toggle("low");
      byId("sheet").setAttribute("aria-expanded", String(!low));
      this.measureFree();
    });
    byId("map").addEventListener("walked", (event) => tell(this.words.text((event as CustomEvent<number>).detail)));
    document.addEventListener("keydown", (event) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key === "Escape") this.#setLasso(false);
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "?") byId<HTMLDialogElement>("help-dialog").showModal();
      if (event.key === "/") {
        event.preventDefault();
        this.#openSheet();
        this.go({ room: "search" });
        byId("search-input").focus();
        byId<HTMLInputElement>("search-input").select(); // what is typed takes the place of the last question
      }
    });
    addEventListener("popstate", () => {
      takeToken();
      this.state = State.read();
      this.apply();
    });
    addEventListener("resize", this.measureFree);
    new ResizeObserver(this.measureFree).observe(byId("panel"));
    byId("layout-neighbors").hidden = !this.info.layouts.includes("neighbors");
    byId("layout-pca").hidden = !this.info.layouts.includes("pca");
    byId("layout-change").hidden = true;
    byId("tab-change").hidden = !this.info.reference && (!this.answers.alive || this.info.methods.length === 0);
    byId("tab-bias").hidden = this.info.measures.length === 0 && this.info.evaluations.length === 0;
  }
}

/** For tests, and for people at the console. Places are on the screen, in CSS pixels. */
interface Hook {
  ready: boolean;
  /** How many times the points were drawn. */
  frames(): number;
  /** Who draws the points: webgl2, or plain where that would be slower. */
  layer: string;
  /** How many points are drawn while the map moves. */
  drawnInMotion(): number;
  moving(): boolean;
  words(): number;
  labels(): { id: number; text: string; x: number; y: number }[];
  /** Of a word, or of a row number. */
  place(of: number | string): { x: number; y: number } | null;
  selection(): number;
  /** Milliseconds from the page's start to its first picture. */
  firstPicture: number;
}

async function start(): Promise<void> {
  const data = document.getElementById("data");
  const answers: Answers = data ? new FileAnswers(data.textContent ?? "") : new ServerAnswers(takeToken());
  const hook: Hook = {
    ready: false, firstPicture: 0, layer: "", frames: () => 0, drawnInMotion: () => 0, moving: () => false, words: () => 0, labels: () => [],
    place: () => null, selection: () => 0,
  };
  (window as unknown as { equivecExplorer: Readonly<Hook> }).equivecExplorer = hook;
  try {
    const info = await answers.info();
    document.title = `${shown(info.vectors)} \u2013 equivec`;
    byId("vectors").textContent = shown(info.vectors);
    byId("size").textContent = `${grouped(info.words)} words, ${grouped(info.dimension)} numbers each`;
    if (answers.limits) byId("size").textContent += `; answers ${answers.limits}`;
    const first: Layout = info.layouts.includes("neighbors") && info.mapped > 0 ? "neighbors" : "pca";
    const parts = { words: 0, map: 0 };
    const progress = (name: "words" | "map") => (part: number) => {
      parts[name] = part;
      progressTo((parts.words + parts.map) / 2, `Loading ${grouped(info.drawn)} words and their places`);
    };
    progress("words")(0);
    const [words, places] = await Promise.all([answers.words(progress("words")), answers.map(first, "vectors", undefined, progress("map"))]);
    const page = new Page(answers, info, new Words(words), data ? FileAnswers.measured(data.textContent ?? "") : null);
    page.begin(placedByMap(first, [places])[0]);
    document.documentElement.dataset.open = "true";
    byId("loading").hidden = true;
    byId("hint").hidden = false;
    page.apply();
    Object.assign(hook, {
      layer: page.map.points.kind,
      frames: () => page.map.frames,
      drawnInMotion: () => page.map.drawnInMotion,
      moving: () => page.map.moving,
      words: () => page.words.count,
      labels: () => page.map.labelled.map((id) => ({ id, text: page.words.text(id), ...page.map.at(id)! })),
      place: (of: number | string) => page.map.at(typeof of === "number" ? of : page.words.find(of)),
      selection: () => page.selection.length,
    });
    requestAnimationFrame(() =>
      setTimeout(() => {
        hook.firstPicture = Math.round(performance.now());
        hook.ready = true;
        document.documentElement.dataset.ready = "true";
      }),
    );
  } catch (error) {
    if (!(error instanceof AnswerError)) console.error(error);
    stop(error);
  }
}

void start();
