// Fingerprints of the samples that a model was trained on, by which they are known again in other data.

import type { NamedTensor } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { gatherRows, type Matrix } from "../../data/matrix.js";
import { allRows } from "../feeding.js";

/** Values of all views that are gone through at most; of views that are read from disk fewer. */
const mostValues = 2 ** 27;
const mostLazyValues = 2 ** 24;
/** Values that are gathered at a time. */
const chunkValues = 2 ** 20;
/** A fingerprint is this many whole numbers below 2^21, which float32 holds exactly. */
const parts = 3;
const partBits = 21;

/** For each view, by name, what its values in each sample come to; undefined where the sample lacks the view. */
export type Fingerprints = ReadonlyMap<string, readonly (number | undefined)[]>;

/**
 * Fingerprints of the given rows; undefined where the views hold too many values to go through: 2^27, or 2^24 that are read
 * from disk. A fingerprint has 53 bits; equal values give equal ones, 0 and -0 count as equal.
 */
export function fingerprints({ views }: Pick<MultiViewDataset, "views">, rows: Int32Array): Fingerprints | undefined {
  const values = (lazy: boolean) =>
    views.reduce((sum, { matrix }) => sum + (!lazy || matrix.kind === "lazy" ? rows.length * matrix.columns : 0), 0);
  if (values(false) > mostValues || values(true) > mostLazyValues) return undefined;
  return new Map(
    views.map(({ name, matrix, present }) => {
      const hashes = hashRows(matrix, rows);
      return [name, Array.from(rows, (row, i) => (present?.[row] === 0 ? undefined : hashes[i]!))];
    }),
  );
}

function hashRows(matrix: Matrix, rows: Int32Array): Float64Array {
  const { columns } = matrix;
  const step = Math.max(1, Math.min(rows.length, Math.floor(chunkValues / columns)));
  const values = new Float32Array(step * columns);
  const bits = new Int32Array(values.buffer);
  const hashes = new Float64Array(rows.length);
  for (let start = 0; start < rows.length; start += step) {
    const chunk = rows.subarray(start, start + step);
    gatherRows(matrix, chunk, values);
    // -0 becomes 0
    for (let e = 0; e < chunk.length * columns; e++) values[e] = values[e]! + 0;
    for (let i = 0; i < chunk.length; i++) hashes[start + i] = hash(bits, i * columns, (i + 1) * columns);
  }
  return hashes;
}

/** Two multiplicative hashes of 32 bits side by side, 53 bits of both (after MurmurHash3's finaliser). */
function hash(words: Int32Array, from: number, to: number): number {
  let [a, b] = [0x9e3779b9 | 0, 0x85ebca6b | 0];
  for (let e = from; e < to; e++) {
    a = Math.imul(a ^ words[e]!, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(b ^ words[e]!, 0x5f356495);
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b >>> 11) * 2 ** 32 + (a >>> 0);
}

/** Views that are compared; of more, the first. Their numbers are bits of a pattern. */
const mostViews = 30;

/**
 * How many of the samples are, in all views that both have, the same as one of those of the fingerprints.
 * @returns undefined where the data is too large to go through.
 */
export function countTrained(data: MultiViewDataset, trained: Fingerprints): number | undefined {
  const common = data.views.filter(({ name }) => trained.has(name)).slice(0, mostViews);
  const own = fingerprints({ views: common }, allRows(data.samples));
  if (own === undefined) return undefined;
  const [known, requested] = [trained, own].map((of) => common.map(({ name }) => of.get(name)!)) as [
    Hashes[],
    Hashes[],
  ];
  const knownRows = rowsByPattern(known);
  let count = 0;
  for (const [pattern, rows] of rowsByPattern(requested)) {
    const sets = [...knownRows].flatMap(([other, members]) => {
      const shared = pattern & other;
      return shared === 0 ? [] : [{ shared, keys: new Set(members.map((row) => keyOf(known, row, shared))) }];
    });
    for (const row of rows) if (sets.some(({ shared, keys }) => keys.has(keyOf(requested, row, shared)))) count++;
  }
  return count;
}

/** Of one view, sample by sample. */
type Hashes = readonly (number | undefined)[];

/** Samples by the views that they have: bit v of the key for view v. */
function rowsByPattern(views: readonly Hashes[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let row = 0; row < (views[0]?.length ?? 0); row++) {
    let pattern = 0;
    for (let v = 0; v < views.length; v++) if (views[v]![row] !== undefined) pattern |= 1 << v;
    const group = groups.get(pattern);
    if (group === undefined) groups.set(pattern, [row]);
    else group.push(row);
  }
  return groups;
}

/** The fingerprints of a sample in some of the views as one number of 53 bits. */
function keyOf(views: readonly Hashes[], row: number, pattern: number): number {
  let [low, high] = [0, 0];
  for (let v = 0; v < views.length; v++) {
    if ((pattern & (1 << v)) === 0) continue;
    const value = views[v]![row]!;
    low = Math.imul(low ^ (value >>> 0), 0x9e3779b1) ^ (low >>> 15);
    high = Math.imul(high ^ (value / 2 ** 32), 0x5f356495) ^ (high >>> 13) ^ (low >>> 16);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** Fingerprints as they are kept: the views' side by side. */
export interface StoredFingerprints {
  /** [samples, views × 3] */
  readonly tensor: NamedTensor;
  /** Names of the views. */
  readonly views: readonly string[];
}

/** Fingerprints as a tensor [samples, views × 3] with the names of its views, to be stored. */
export function fingerprintTensor(of: Fingerprints): StoredFingerprints {
  const views = [...of.keys()];
  const samples = [...of.values()][0]?.length ?? 0;
  const width = views.length * parts;
  const data = new Float32Array(samples * width);
  views.forEach((name, v) => {
    of.get(name)!.forEach((value, i) => {
      let rest = value ?? 2 ** 53;
      for (let p = 0; p < parts; p++) {
        data[i * width + v * parts + p] = rest % 2 ** partBits;
        rest = Math.floor(rest / 2 ** partBits);
      }
    });
  });
  return { tensor: { shape: [samples, width], data }, views };
}

/** Fingerprints as `fingerprintTensor` stored them. */
export function storedFingerprints({ tensor: { shape, data }, views }: StoredFingerprints): Fingerprints {
  const [samples, width] = shape as [number, number];
  return new Map(
    views.map((name, v) => [
      name,
      Array.from({ length: samples }, (_, i) => {
        let value = 0;
        for (let p = parts - 1; p >= 0; p--) value = value * 2 ** partBits + data[i * width + v * parts + p]!;
        return value === 2 ** 53 ? undefined : value;
      }),
    ]),
  );
}
