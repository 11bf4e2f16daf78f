// The three ways in which GMAE's authors corrupt data to test robustness: missing views, conflicting views, noise.

import { Random } from "../core/kernels/random.js";
import { UserError } from "../errors.js";
import { MultiViewDataset, samplesByClass, type View } from "./dataset.js";
import { dense, gatherRows, type LazyMatrix, type Matrix } from "./matrix.js";

export const corruptionKinds = ["missing", "conflict", "noise"] as const;
/** How samples are corrupted; see `corrupt`. */
export type CorruptionKind = (typeof corruptionKinds)[number];

/** A kind of corruption and the share of the samples that it touches, 0 … 1. */
export interface Corruption {
  readonly kind: CorruptionKind;
  readonly rate: number;
}

/** Standard deviation of the noise; meant for features scaled to [0, 1]. */
const noiseDeviation = 0.5;

/**
 * Reads `kind=rate`, such as `missing=0.3`.
 * @throws UserError for another kind or a rate that is not a number from 0 to 1.
 * @example
 * ```ts
 * import { parseCorruption } from "vantage-ml/data";
 *
 * console.log(parseCorruption("missing=0.3")); // { kind: 'missing', rate: 0.3 }
 * ```
 */
export function parseCorruption(text: string): Corruption {
  const [kind, rate, more] = text.split("=").map((part) => part.trim());
  const known = corruptionKinds.find((each) => each === kind);
  const number = rate ? Number(rate) : Number.NaN;
  if (!known || more !== undefined || !(number >= 0 && number <= 1)) {
    throw new UserError(
      `corruption "${text}": expected one of ${corruptionKinds.join(", ")} with a share from 0 to 1, as in missing=0.3`,
    );
  }
  return { kind: known, rate: number };
}

/**
 * A corrupted copy of a data set (as GMAE was tested, Zou et al. 2026); views and masks are copied only where something changes.
 * With V views, a random share `rate` of the samples (rounded to whole samples) suffers, each:
 * - `missing`: 1 … V-1 random views set to zeros, and 0 in the view's `present` mask
 * - `conflict`: one random view replaced by that view (and its mask) of a random sample of the next class that has samples
 * - `noise`: 1 … V random views plus N(0, 0.5²) on every column; a view that is missing stays as it is
 * The same seed gives the same bits; a conflict copies from the original data.
 * @throws UserError where `missing` finds a single view, or `conflict` no single-label classes or just one that has samples.
 * @example
 * ```ts
 * import { corrupt, synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 100, classes: 4 });
 * const holes = corrupt(data, { kind: "missing", rate: 0.3 }, 0);
 * console.log(holes.views.map(({ present }) => present?.filter((each) => each === 0).length)); // such as [ 14, 16 ]: samples that lack each view
 * ```
 */
export function corrupt(dataset: MultiViewDataset, { kind, rate }: Corruption, seed: number): MultiViewDataset {
  const random = new Random(seed, "corruption", kind);
  const rows = random.choice(dataset.samples, Math.round(rate * dataset.samples)).sort();
  if (kind === "missing") return missing(dataset, rows, random);
  if (kind === "conflict") return conflict(dataset, rows, random);
  return noise(dataset, rows, random);
}

function missing(dataset: MultiViewDataset, rows: Int32Array, random: Random): MultiViewDataset {
  const count = dataset.views.length;
  if (count < 2) throw new UserError(`${dataset.name}: "missing" needs two views or more, it has one`);
  const lost = chooseViews(rows, count, count - 1, random);
  return withViews(dataset, (view, v) => {
    if (lost[v]!.length === 0) return view;
    const present = view.present?.slice() ?? new Uint8Array(dataset.samples).fill(1);
    for (const row of lost[v]!) present[row] = 0;
    return { ...view, present, matrix: rewriteRows(view.matrix, lost[v]!, (_, values) => values.fill(0)) };
  });
}

function conflict(dataset: MultiViewDataset, rows: Int32Array, random: Random): MultiViewDataset {
  const { labels } = dataset;
  if (labels?.kind !== "single") {
    throw new UserError(
      `${dataset.name}: "conflict" needs one class per sample, it has ${labels ? "several" : "no labels"}`,
    );
  }
  const members = samplesByClass(labels);
  const inhabited = members.filter((each) => each.length > 0);
  if (inhabited.length < 2) throw new UserError(`${dataset.name}: "conflict" needs samples of two classes or more`);

  const donors: Map<number, number>[] = dataset.views.map(() => new Map());
  for (const row of rows) {
    // A sample without a label has no next class.
    if (labels.values[row]! < 0) continue;
    const own = inhabited.indexOf(members[labels.values[row]!]!);
    const next = inhabited[(own + 1) % inhabited.length]!;
    donors[random.integer(dataset.views.length)]!.set(row, next[random.integer(next.length)]!);
  }
  return withViews(dataset, (view, v) => {
    const from = donors[v]!;
    if (from.size === 0) return view;
    const matrix = rewriteRows(view.matrix, [...from.keys()], (row, values) =>
      gatherRows(view.matrix, [from.get(row)!], values),
    );
    const { present } = view;
    return { ...view, matrix, ...(present && { present: present.map((_, row) => present[from.get(row) ?? row]!) }) };
  });
}

function noise(dataset: MultiViewDataset, rows: Int32Array, random: Random): MultiViewDataset {
  const noisy = chooseViews(rows, dataset.views.length, dataset.views.length, random);
  return withViews(dataset, (view, v) => {
    const touched = noisy[v]!.filter((row) => view.present?.[row] !== 0);
    if (touched.length === 0) return view;
    const stream = random.fork(v);
    const matrix = rewriteRows(view.matrix, touched, (_, values) => {
      for (let j = 0; j < values.length; j++) values[j]! += noiseDeviation * stream.normal();
    });
    return { ...view, matrix };
  });
}

/** For each view the rows that it was drawn for, ascending: every row draws 1 … most views. */
function chooseViews(rows: Int32Array, views: number, most: number, random: Random): number[][] {
  const chosen: number[][] = Array.from({ length: views }, () => []);
  for (const row of rows) {
    for (const view of random.choice(views, 1 + random.integer(most))) chosen[view]!.push(row);
  }
  return chosen;
}

function withViews(dataset: MultiViewDataset, change: (view: View, v: number) => View): MultiViewDataset {
  return new MultiViewDataset({ ...dataset, views: dataset.views.map(change) }, { values: "trusted" });
}

/** A copy of the matrix, of the same kind, in which `write` has changed the values (given dense) of the named rows. */
function rewriteRows(
  matrix: Matrix,
  rows: readonly number[],
  write: (row: number, values: Float32Array) => void,
): Matrix {
  const { columns } = matrix;
  if (matrix.kind === "dense") {
    const copy = dense(matrix.rows, columns, matrix.data.slice());
    for (const row of rows) write(row, copy.data.subarray(row * columns, (row + 1) * columns));
    return copy;
  }
  if (matrix.kind === "lazy") return rewriteLazily(matrix, rows, write);
  const buffer = new Float32Array(columns);
  const columnNumbers = Uint32Array.from(buffer, (_, j) => j);
  const changed = new Map<number, { indices: Uint32Array; values: Float32Array }>();
  for (const row of rows) {
    gatherRows(matrix, [row], buffer);
    write(row, buffer);
    const indices = columnNumbers.filter((j) => buffer[j] !== 0);
    changed.set(row, { indices, values: Float32Array.from(indices, (j) => buffer[j]!) });
  }
  const offsets = new Uint32Array(matrix.rows + 1);
  for (let row = 0; row < matrix.rows; row++) {
    const length = changed.get(row)?.indices.length ?? matrix.offsets[row + 1]! - matrix.offsets[row]!;
    offsets[row + 1] = offsets[row]! + length;
  }
  const indices = new Uint32Array(offsets[matrix.rows]!);
  const values = new Float32Array(offsets[matrix.rows]!);
  for (let row = 0; row < matrix.rows; row++) {
    const [from, to] = [matrix.offsets[row]!, matrix.offsets[row + 1]!];
    const entries = changed.get(row);
    indices.set(entries?.indices ?? matrix.indices.subarray(from, to), offsets[row]!);
    values.set(entries?.values ?? matrix.values.subarray(from, to), offsets[row]!);
  }
  return { kind: "sparse", rows: matrix.rows, columns, offsets, indices, values };
}

/** The same over a lazy matrix: the changed rows alone are kept in memory. */
function rewriteLazily(
  matrix: LazyMatrix,
  rows: readonly number[],
  write: (row: number, values: Float32Array) => void,
): LazyMatrix {
  const { columns } = matrix;
  const changed = new Map<number, Float32Array>();
  for (const row of rows) {
    const values = new Float32Array(columns);
    gatherRows(matrix, [row], values);
    write(row, values);
    changed.set(row, values);
  }
  const gather = (requested: ArrayLike<number>, target: Float32Array) => {
    matrix.gather(requested, target);
    for (let i = 0; i < requested.length; i++) {
      const values = changed.get(requested[i]!);
      if (values) target.set(values, i * columns);
    }
  };
  return { ...matrix, gather };
}
