// Answers from the server that sent the page.

import {
  AnswerError,
  type Answers,
  type BiasDocument,
  type DebiasDocument,
  type Encoded,
  type EvaluationRow,
  type Info,
  type Layout,
  type Ranked,
  type Similar,
} from "./answers";
import { encode } from "./text";

// The server takes 8 KiB of headers; the rest of them needs room.
const longestAddress = 6000;
const mostWords = 60; // it takes 64 parameters

type Progress = (part: number) => void;

async function octets(response: Response, progress?: Progress): Promise<ArrayBuffer> {
  const total = Number(response.headers.get("Content-Length"));
  if (!progress || !response.body || !total) return response.arrayBuffer();
  const all = new Uint8Array(total);
  let done = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { value, done: ended } = await reader.read();
    if (ended) break;
    if (done + value.length > total) throw new AnswerError("the server sent more than it said");
    all.set(value, done);
    done += value.length;
    progress(done / total);
  }
  return all.buffer;
}

async function reasonOf(response: Response): Promise<string> {
  if (response.status === 403)
    return "The server did not accept the token. Open the whole address that equivec printed, with what follows the #.";
  try {
    const document: unknown = await response.json();
    if (document && typeof document === "object" && "error" in document) return String(document.error);
  } catch {
    // No document: the status must do.
  }
  return `The server answered with status ${response.status}.`;
}

export class ServerAnswers implements Answers {
  readonly limits = "";
  readonly alive = true;
  readonly #kept = new Map<string, Promise<Float32Array>>();
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  info(): Promise<Info> {
    return this.#document("/info");
  }

  async words(progress: Progress): Promise<ArrayBuffer> {
    return octets(await this.#ask("/words"), progress);
  }

  map(layout: Layout, space: string, plane?: string, progress?: Progress): Promise<Float32Array> {
    const of = plane && layout === "pca" ? `&plane=${encode(plane)}` : "";
    return this.#numbers(`/map?layout=${layout}&space=${encode(space)}${of}`, progress);
  }

  axis(from: Encoded, to: Encoded, space: string, plane?: string): Promise<Float32Array> {
    const of = plane ? `&plane=${encode(plane)}` : "";
    return this.#numbers(`/axis?from=${from}&to=${to}&space=${encode(space)}${of}`);
  }

  async neighbors(query: Encoded, count: number, space: string): Promise<Ranked> {
    const answer = await this.#document<{ neighbors: Similar[]; ids: number[] }>(
      `/neighbors?q=${query}&k=${count}&space=${encode(space)}`,
    );
    return { list: answer.neighbors, ids: answer.ids };
  }

  async analogy(a: Encoded, b: Encoded, c: Encoded, count: number, space: string): Promise<Ranked> {
    const answer = await this.#document<{ answers: Similar[]; ids: number[] }>(
      `/analogy?a=${a}&b=${b}&c=${c}&k=${count}&space=${encode(space)}`,
    );
    return { list: answer.answers, ids: answer.ids };
  }

  complete(prefix: string, count: number): Promise<{ words: string[]; ids: number[] }> {
    return this.#document(`/complete?prefix=${encode(prefix)}&k=${count}`);
  }

  async find(words: Encoded[]): Promise<number[]> {
    const ids: number[] = [];
    // In parts, since an address has a length.
    for (let i = 0; i < words.length; ) {
      let address = "";
      const first = i;
      while (i < words.length && i - first < mostWords && (i === first || address.length + words[i].length < longestAddress - 100))
        address += `${address ? "&" : "?"}word=${words[i++]}`;
      ids.push(...(await this.#document<{ ids: number[] }>(`/find${address}`)).ids);
    }
    return ids;
  }

  bias(measure: string, sets: string, space: string, reference?: string): Promise<BiasDocument> {
    const before = reference ? `&reference=${encode(reference)}` : "";
    return this.#document(`/bias?measure=${encode(measure)}&sets=${encode(sets)}&space=${encode(space)}${before}`);
  }

  async evaluate(set: string, space: string): Promise<EvaluationRow[]> {
    return (await this.#document<{ table: EvaluationRow[] }>(`/evaluate?set=${encode(set)}&space=${encode(space)}`))
      .table;
  }

  debias(space: string): Promise<DebiasDocument> {
    return this.#document(`/debias?space=${encode(space)}`);
  }

  async moved(before: string, after: string, count: number): Promise<Ranked> {
    const answer = await this.#document<{ moved: Similar[]; ids: number[] }>(
      `/moved?before=${encode(before)}&after=${encode(after)}&k=${count}`,
    );
    return { list: answer.moved, ids: answer.ids };
  }

  async #ask(address: string): Promise<Response> {
    if (address.length > longestAddress) throw new AnswerError("This is too long to ask for.");
    let response: Response;
    try {
      response = await fetch(address, { headers: { "X-Equivec-Token": this.#token }, cache: "no-store" });
    } catch {
      throw new AnswerError("The server does not answer. Is equivec explore still running?");
    }
    if (!response.ok) throw new AnswerError(await reasonOf(response), response.status);
    return response;
  }

  async #document<T>(address: string): Promise<T> {
    return (await (await this.#ask(address)).json()) as T;
  }

  /** The last few are kept: people go back and forth between them. */
  #numbers(address: string, progress?: Progress): Promise<Float32Array> {
    const known = this.#kept.get(address);
    if (known) {
      this.#kept.delete(address);
      this.#kept.set(address, known);
      return known;
    }
    const asked = this.#ask(address).then(async (response) => new Float32Array(await octets(response, progress)));
    this.#kept.set(address, asked);
    asked.catch(() => this.#kept.delete(address));
    if (this.#kept.size > 8) this.#kept.delete(this.#kept.keys().next().value!);
    return asked;
  }
}
