// What the page asks, whoever answers: the server (exact, all words) or the file that the page is in.

/** Text as it stands in an address: octets outside of A-Z a-z 0-9 - . _ ~ are %XX. So words that are not UTF-8 can be asked for. */
export type Encoded = string;

export type Layout = "neighbors" | "pca";

export interface Measure {
  measure: string;
  title: string;
  paper: string;
  takes: string;
  range: string;
  better: string;
  /** Those that it can be taken with, the usual one first. */
  sets: string[];
}

export interface Method {
  method: string;
  title: string;
  paper: string;
  changes: string;
}

export interface Info {
  program: string;
  vectors: string;
  reference: string | null;
  words: number;
  dimension: number;
  drawn: number;
  mapped: number;
  layouts: Layout[];
  measures: Measure[];
  sets: string[];
  methods: Method[];
  debias_sets: string[];
  evaluations: string[];
}

export interface Similar {
  word: string;
  similarity: number;
}

/** Words with their row numbers; -1 if unknown. */
export interface Ranked {
  list: Similar[];
  ids: number[];
}

export interface Measurement {
  measure: string;
  query: string;
  value: number | null;
  effect_size?: number | null;
  p_value?: number | null;
  interval?: [number, number] | null;
  figures?: Record<string, { value: number | null; interval: [number, number] | null }>;
  counts?: Record<string, number>;
  unbiased?: number;
  conventions?: Record<string, string | number>;
  used_words?: number;
  missing?: string[];
  words?: Record<string, unknown>[];
  error?: string;
}

export interface BiasDocument {
  sets: string;
  subspace?: { positive_pole: string; negative_pole: string };
  measures: Measurement[];
}

export interface EvaluationRow {
  set: string;
  part: string;
  measure: string;
  value: number | null;
  interval: [number, number] | null;
  known: number;
  missing: number;
}

export interface Condition {
  promise: string;
  worst: number;
  bound: number;
}

export interface DebiasDocument {
  method: string;
  conditions: Condition[];
}

export interface Answers {
  /** What limits the answers; empty if they are exact and among all words. */
  readonly limits: string;
  /** Whether vectors can be debiased, evaluated, and seen by the principal components of others. */
  readonly alive: boolean;
  info(): Promise<Info>;
  words(progress: (part: number) => void): Promise<ArrayBuffer>;
  map(layout: Layout, space: string, plane?: string, progress?: (part: number) => void): Promise<Float32Array>;
  /** The axis is that of the space `plane`, so that two spaces can be seen along one. */
  axis(from: Encoded, to: Encoded, space: string, plane?: string): Promise<Float32Array>;
  neighbors(query: Encoded, count: number, space: string): Promise<Ranked>;
  analogy(a: Encoded, b: Encoded, c: Encoded, count: number, space: string): Promise<Ranked>;
  complete(prefix: string, count: number): Promise<{ words: string[]; ids: number[] }>;
  find(words: Encoded[]): Promise<number[]>;
  /** Of some measures the most biased words are those of the reference, a space from before debiasing. */
  bias(measure: string, sets: string, space: string, reference?: string): Promise<BiasDocument>;
  evaluate(set: string, space: string): Promise<EvaluationRow[]>;
  debias(space: string): Promise<DebiasDocument>;
  moved(before: string, after: string, count: number): Promise<Ranked>;
}

/** What cannot be answered, in a line for people. */
export class AnswerError extends Error {
  constructor(message: string, readonly status = 0) {
    super(message);
  }
}

export const nameOf = (of: Measure | Method): string =>
  "measure" in of ? of.measure : of.method;
