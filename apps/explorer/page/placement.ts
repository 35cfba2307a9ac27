// Where the words stand: places scaled so that the map is about from -1 to 1, and what the scales mean.

/** The place of a word that has none. Not NaN, since shaders may do what they like with it. */
export const nowhere = 2e9;
export const isNowhere = (position: number): boolean => position > 1e9;

export interface Scale {
  middle: number;
  half: number;
}

export interface AxisNames {
  from: string;
  to: string;
}

export interface Placement {
  key: string;
  /** x, y of each word. */
  positions: Float32Array;
  x: Scale;
  y: Scale;
  /** Both axes by themselves fill the map; otherwise distances are alike in both. */
  stretched: boolean;
  /** What the axes mean; without them distances alone mean something. */
  axes?: { x: AxisNames; y: AxisNames };
  /** How many words stand along each axis, from the least place to the largest. */
  bins?: { x: Uint32Array; y: Uint32Array };
}

const binCount = 96;
const binReach = 1.25;

export const binStart = (bin: number): number => -binReach + (2 * binReach * bin) / binCount;

type Values = { values: Float32Array; offset: number; stride: number };

/** The range that all but the farthest few are in. */
function rangeOf(all: Values[], aside: number): { low: number; high: number } {
  const sample: number[] = [];
  for (const { values, offset, stride } of all) {
    const step = stride * Math.max(1, Math.floor(values.length / stride / 20000));
    for (let i = offset; i < values.length; i += step) if (Number.isFinite(values[i])) sample.push(values[i]);
  }
  if (sample.length === 0) return { low: -1, high: 1 };
  sample.sort((a, b) => a - b);
  const out = Math.floor(sample.length * aside);
  return { low: sample[out], high: sample[sample.length - 1 - out] };
}

const scaleOf = ({ low, high }: { low: number; high: number }): Scale => ({
  middle: (low + high) / 2,
  half: Math.max((high - low) / 2, 1e-6),
});

function scaled(x: Values, y: Values, count: number, scaleX: Scale, scaleY: Scale): Float32Array {
  const positions = new Float32Array(2 * count);
  for (let i = 0; i < count; ++i) {
    const px = (x.values[i * x.stride + x.offset] - scaleX.middle) / scaleX.half;
    const py = (y.values[i * y.stride + y.offset] - scaleY.middle) / scaleY.half;
    const placed = Number.isFinite(px) && Number.isFinite(py);
    positions[2 * i] = placed ? px : nowhere;
    positions[2 * i + 1] = placed ? py : nowhere;
  }
  return positions;
}

/** Places in a plane where distances count. Several of them share one scale. */
export function placedByMap(key: string, maps: Float32Array[]): Placement[] {
  const x = scaleOf(rangeOf(maps.map((values) => ({ values, offset: 0, stride: 2 })), 0.001));
  const y = scaleOf(rangeOf(maps.map((values) => ({ values, offset: 1, stride: 2 })), 0.001));
  x.half = y.half = Math.max(x.half, y.half);
  return maps.map((values, i) => ({
    key: i === 0 ? key : `${key} ${i}`,
    positions: scaled({ values, offset: 0, stride: 2 }, { values, offset: 1, stride: 2 }, values.length / 2, x, y),
    x,
    y,
    stretched: false,
  }));
}

function binned(positions: Float32Array, offset: 0 | 1): Uint32Array {
  const bins = new Uint32Array(binCount);
  for (let i = offset; i < positions.length; i += 2) {
    const bin = Math.floor(((positions[i] + binReach) / (2 * binReach)) * binCount);
    if (bin >= 0 && bin < binCount) ++bins[bin];
  }
  return bins;
}

export interface AxisValues {
  values: Float32Array;
  names: AxisNames;
}

/** Places by two numbers that mean something each. Several of them share the scales, so that they can be compared. */
export function placedByAxes(key: string, pairs: { x: AxisValues; y: AxisValues }[]): Placement[] {
  const values = (of: AxisValues): Values => ({ values: of.values, offset: 0, stride: 1 });
  const scale = (side: "x" | "y"): Scale => {
    // Of a pair all words are to be seen: those that move farthest are what it is about.
    const { low, high } = rangeOf(pairs.map((pair) => values(pair[side])), pairs.length > 1 ? 0 : 0.0004);
    return scaleOf({ low: Math.min(low, -0.02), high: Math.max(high, 0.02) });
  };
  const x = scale("x");
  const y = scale("y");
  return pairs.map((pair, i) => {
    const positions = scaled(values(pair.x), values(pair.y), pair.x.values.length, x, y);
    return {
      key: i === 0 ? key : `${key} ${i}`,
      positions,
      x,
      y,
      stretched: true,
      axes: { x: pair.x.names, y: pair.y.names },
      bins: { x: binned(positions, 0), y: binned(positions, 1) },
    };
  });
}

/** Round numbers between two, about so many. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((candidate) => candidate >= rough) ?? 10 * power;
  const found: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high && found.length < 50; ++i) found.push(i * step);
  return found;
}
