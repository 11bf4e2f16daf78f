// Seeded splits of samples into training, test, query and database sets; rows come out in ascending order.

import { Random } from "../core/kernels/random.js";
import { UserError } from "../errors.js";
import { type Labels, samplesByClass } from "./dataset.js";

/** How a random split is drawn. */
export interface RandomSplitOptions {
  /** Share of the samples that trains, rounded down to whole samples. */
  readonly train: number;
  readonly seed: number;
  /** Labels of the samples, where every class shall be split in the same proportion. */
  readonly stratify?: Labels;
}

/**
 * A random split into train and test, over all samples alike or class by class. Stratified, each class gives its share
 * rounded down and the classes that lost most by rounding give one more, until the total is right; samples without a label
 * count as a class of their own.
 * @throws UserError where a part would be empty, or stratification finds more than one class per sample.
 * @example
 * ```ts
 * import { randomSplit } from "vantage-ml/data";
 *
 * const { train, test } = randomSplit(10, { train: 0.8, seed: 0 });
 * console.log(train.length, test.length); // 8 2
 * ```
 */
export function randomSplit(samples: number, options: RandomSplitOptions): { train: Int32Array; test: Int32Array } {
  const { train: share, seed, stratify } = options;
  // 1e-9 so that 0.7 · 10 = 6.999… counts as 7.
  const total = Math.floor(share * samples + 1e-9);
  if (!(total > 0 && total < samples)) {
    throw new UserError(
      `a split of ${samples} samples with a training share of ${share} leaves one part empty; expected a share between 0 and 1`,
    );
  }
  const random = new Random(seed, "split");
  const inTrain = new Uint8Array(samples);
  if (!stratify) {
    for (const row of random.choice(samples, total)) inTrain[row] = 1;
  } else {
    const groups = groupByClass(stratify, samples);
    const counts = shareOut(
      total,
      groups.map((group) => group.length * (total / samples)),
    );
    groups.forEach((group, k) => {
      for (const i of random.fork(k).choice(group.length, counts[k]!)) inTrain[group[i]!] = 1;
    });
  }
  return { train: rowsWhere(inTrain, 1), test: rowsWhere(inTrain, 0) };
}

/**
 * Queries at one end of the file and the database at the other: `{ last: 693 }` makes the last 693 samples queries and
 * the ones before them the database, `{ first: 2000 }` the first 2000.
 * @throws UserError where queries or database would be empty.
 * @example
 * ```ts
 * import { querySplit } from "vantage-ml/data";
 *
 * const { query, database } = querySplit(10, { last: 2 });
 * console.log(query, database.length); // Int32Array(2) [ 8, 9 ] 8
 * ```
 */
export function querySplit(
  samples: number,
  queries: { readonly first: number } | { readonly last: number },
): { query: Int32Array; database: Int32Array } {
  const count = "first" in queries ? queries.first : queries.last;
  if (!(Number.isInteger(count) && count > 0 && count < samples)) {
    throw new UserError(`${count} of ${samples} samples as queries: expected 1 … ${samples - 1}`);
  }
  const cut = "first" in queries ? count : samples - count;
  const [head, tail] = [range(0, cut), range(cut, samples)];
  return "first" in queries ? { query: head, database: tail } : { query: tail, database: head };
}

/** How many samples each label gives, as DJSRH draws them on MIRFLICKR. */
export interface PerLabelDraw {
  /** Queries from the first label, and from every other. */
  readonly query: readonly [first: number, others: number];
  /** Training samples likewise. */
  readonly train: readonly [first: number, others: number];
  /** Training is filled up to this many samples at random. */
  readonly trainTotal: number;
  readonly seed: number;
}

/** DJSRH's numbers for MIRFLICKR-25K with its 24 labels: 2000 queries and 5000 training samples. */
export const mirflickrDraw = { query: [160, 80], train: [400, 200], trainTotal: 5000 } as const;

/**
 * Label by label, draws queries and then training samples among the samples with that label that no earlier label has
 * taken; the database is everything that is not a query, and training is filled up from it (Su, Zhong and Zhang 2019).
 * A label with too few samples left gives what it has.
 * @throws UserError where no sample is left for the database.
 */
export function perLabelSplit(
  labels: Labels,
  draw: PerLabelDraw,
): { query: Int32Array; train: Int32Array; database: Int32Array } {
  const classes = labels.names.length;
  const samples = labels.kind === "single" ? labels.values.length : labels.matrix.length / classes;
  const has = (row: number, label: number) =>
    labels.kind === "single" ? labels.values[row] === label : labels.matrix[row * classes + label] === 1;
  const random = new Random(draw.seed, "per-label-split");
  const part = new Uint8Array(samples);
  const [query, train] = [1, 2];

  for (let label = 0; label < classes; label++) {
    const free = rowsWhere(part, 0).filter((row) => has(row, label));
    const order = random.fork(label).shuffle(free);
    const which = label === 0 ? 0 : 1;
    const queries = draw.query[which];
    for (const row of order.subarray(0, queries)) part[row] = query;
    for (const row of order.subarray(queries, queries + draw.train[which])) part[row] = train;
  }
  const free = random.fork("fill").shuffle(rowsWhere(part, 0));
  const missing = draw.trainTotal - rowsWhere(part, train).length;
  for (const row of free.subarray(0, Math.max(0, missing))) part[row] = train;

  const queries = rowsWhere(part, query);
  if (queries.length === samples)
    throw new UserError(`all ${samples} samples became queries: none is left for the database`);
  return {
    query: queries,
    train: rowsWhere(part, train),
    database: range(0, samples).filter((row) => part[row] !== query),
  };
}

function groupByClass(labels: Labels, samples: number): number[][] {
  if (labels.kind !== "single")
    throw new UserError("a stratified split needs one class per sample, these samples have several");
  if (labels.values.length !== samples) throw new RangeError(`${labels.values.length} labels for ${samples} samples`);
  const groups = samplesByClass(labels);
  const unlabeled = Array.from(labels.values.keys()).filter((row) => labels.values[row]! < 0);
  return unlabeled.length > 0 ? [...groups, unlabeled] : groups;
}

/** Whole numbers that add up to `total`, each share rounded down or up by largest remainder. */
function shareOut(total: number, shares: readonly number[]): number[] {
  const counts = shares.map((share) => Math.floor(share + 1e-9));
  const byLoss = shares.map((_, k) => k).sort((a, b) => shares[b]! - counts[b]! - (shares[a]! - counts[a]!) || a - b);
  const short = total - counts.reduce((sum, count) => sum + count, 0);
  for (const k of byLoss.slice(0, short)) counts[k]!++;
  return counts;
}

function rowsWhere(part: Uint8Array, value: number): Int32Array {
  return range(0, part.length).filter((row) => part[row] === value);
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}
