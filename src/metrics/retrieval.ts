// Retrieval measures, accumulated query by query over relevance in rank order.

/** How a query without any relevant item in the database counts: 0 in every mean, or not at all. */
export type WithoutRelevant = "zero" | "skip";

/** How rankings are measured. */
export interface RetrievalOptions {
  /** Cut-offs k of the measures at k. Default 1, 5, 10, 20, 50, 100. */
  readonly at?: readonly number[];
  /** Default "zero". */
  readonly withoutRelevant?: WithoutRelevant;
}

/** Means over the queries that count (0 where none does). A cut-off past the end of the database means all of it. */
export interface RetrievalMetrics {
  /** Mean average precision over the whole ranking, ties in database order. */
  readonly map: number;
  /** The mean average precision expected where ties are in random order. */
  readonly expectedMap: number;
  /** By cut-off; average precision at k divides by the number of relevant items inside the first k (none: 0). */
  readonly mapAt: Readonly<Record<number, number>>;
  /** By cut-off: relevant share of the first k. */
  readonly precisionAt: Readonly<Record<number, number>>;
  /** By cut-off: share of all relevant items inside the first k. */
  readonly recallAt: Readonly<Record<number, number>>;
  /** By cut-off: discounted cumulative gain over the ideal ranking's, gain 2^(shared labels) − 1, discount log₂(rank + 1). */
  readonly ndcgAt: Readonly<Record<number, number>>;
  /** Hamming rankings only. */
  readonly byRadius?: RadiusMetrics;
  /** Queries that the means are over. */
  readonly queries: number;
  /** Queries to which no database item is relevant, whether they count or not. */
  readonly withoutRelevant: number;
}

/** What looking up all items within a Hamming radius gives; entry r of each is for radius r = 0 … bits. */
export interface RadiusMetrics {
  /** Mean over queries of the relevant share of what is found; 0 for a query that finds nothing. */
  readonly precision: Float64Array;
  /** Mean over queries of the share of relevant items that are found. */
  readonly recall: Float64Array;
  /** Share of queries that find anything; precision / answered is the mean precision over those alone. */
  readonly answered: Float64Array;
}

export interface RetrievalAccumulator {
  /**
   * Adds one query's ranking.
   * @param shared labels shared with the query, item by item in rank order, 0 = not relevant.
   * @param groupEnds how many items rank up to the end of each group of ties, ascending; may hold empty groups.
   * @param groups how many entries of groupEnds to use.
   */
  add(shared: Uint8Array, groupEnds: Int32Array, groups: number): void;
  result(): RetrievalMetrics;
}

const defaultCutOffs = [1, 5, 10, 20, 50, 100];

/**
 * Measures over rankings of `items` database items each.
 * @param maxShared bound on the counts of shared labels.
 * @param radii number of Hamming radii (bits + 1) where group g of every ranking is distance g; 0 for other rankings.
 * @throws RangeError where the database is empty or a cut-off is not a whole number from 1.
 */
export function retrievalAccumulator(
  items: number,
  maxShared: number,
  radii: number,
  options: RetrievalOptions = {},
): RetrievalAccumulator {
  if (items === 0) throw new RangeError("retrieval: the database is empty");
  const cutOffs = options.at ?? defaultCutOffs;
  for (const k of cutOffs) {
    if (!Number.isInteger(k) || k < 1) throw new RangeError(`retrieval: cut-off ${k}, expected a whole number from 1`);
  }
  const skip = options.withoutRelevant === "skip";
  const gains = Float64Array.from({ length: maxShared + 1 }, (_, shared) => 2 ** shared - 1);
  const discounts = Float64Array.from({ length: items }, (_, rank) => 1 / Math.log2(rank + 2));
  const discountSums = runningSums(discounts);
  const harmonic = runningSums(Float64Array.from({ length: items }, (_, rank) => 1 / (rank + 1)));
  // entry k: over the first k items of the present query
  const hits = new Int32Array(items + 1);
  const precisionSums = new Float64Array(items + 1);
  const gainSums = new Float64Array(items + 1);
  const levels = new Int32Array(maxShared + 1);

  let counted = 0;
  let withoutRelevant = 0;
  let map = 0;
  let expectedMap = 0;
  const sums = cutOffs.map(() => ({ map: 0, precision: 0, recall: 0, ndcg: 0 }));
  const radius = {
    precision: new Float64Array(radii),
    recall: new Float64Array(radii),
    answered: new Float64Array(radii),
  };

  function scan(shared: Uint8Array): void {
    levels.fill(0);
    let hit = 0;
    let precisionSum = 0;
    let gainSum = 0;
    for (let rank = 0; rank < items; rank++) {
      const level = shared[rank]!;
      if (level > 0) {
        hit++;
        precisionSum += hit / (rank + 1);
        gainSum += gains[level]! * discounts[rank]!;
        levels[level]!++;
      }
      hits[rank + 1] = hit;
      precisionSums[rank + 1] = precisionSum;
      gainSums[rank + 1] = gainSum;
    }
  }

  /** Gain of the first k items of the best possible ranking: those that share most labels come first. */
  function idealGain(k: number): number {
    let sum = 0;
    let rank = 0;
    for (let level = maxShared; level > 0 && rank < k; level--) {
      const end = Math.min(k, rank + levels[level]!);
      sum += gains[level]! * (discountSums[end]! - discountSums[rank]!);
      rank = end;
    }
    return sum;
  }

  /**
   * Average precision expected where each group of ties is in random order (McSherry and Najork, ECIR 2008, eq. 8): place j
   * of a group is relevant with chance r/n, and then (r−1)/(n−1) of the places before it in the group are too.
   */
  function expectedPrecision(groupEnds: Int32Array, groups: number): number {
    let sum = 0;
    let before = 0;
    for (let g = 0; g < groups; g++) {
      const end = groupEnds[g]!;
      const size = end - before;
      const relevant = hits[end]! - hits[before]!;
      if (relevant > 0) {
        const slope = size > 1 ? (relevant - 1) / (size - 1) : 0;
        const offset = hits[before]! + 1 - slope * (before + 1);
        sum += (relevant / size) * (slope * size + offset * (harmonic[end]! - harmonic[before]!));
      }
      before = end;
    }
    return sum / hits[items]!;
  }

  return {
    add(shared, groupEnds, groups) {
      scan(shared);
      const relevant = hits[items]!;
      if (relevant === 0) withoutRelevant++;
      if (relevant === 0 && skip) return;
      counted++;
      for (let r = 0; r < radii; r++) if (groupEnds[r]! > 0) radius.answered[r]!++;
      if (relevant === 0) return;
      map += precisionSums[items]! / relevant;
      expectedMap += expectedPrecision(groupEnds, groups);
      for (let c = 0; c < sums.length; c++) {
        const sum = sums[c]!;
        const k = Math.min(cutOffs[c]!, items);
        if (hits[k] === 0) continue;
        sum.map += precisionSums[k]! / hits[k]!;
        sum.precision += hits[k]! / k;
        sum.recall += hits[k]! / relevant;
        sum.ndcg += gainSums[k]! / idealGain(k);
      }
      for (let r = 0; r < radii; r++) {
        const found = groupEnds[r]!;
        if (found === 0) continue;
        radius.precision[r]! += hits[found]! / found;
        radius.recall[r]! += hits[found]! / relevant;
      }
    },
    result() {
      const mean = (sum: number) => (counted === 0 ? 0 : sum / counted);
      const at = (measure: "map" | "precision" | "recall" | "ndcg") =>
        Object.fromEntries(cutOffs.map((k, c) => [k, mean(sums[c]![measure])]));
      return {
        map: mean(map),
        expectedMap: mean(expectedMap),
        mapAt: at("map"),
        precisionAt: at("precision"),
        recallAt: at("recall"),
        ndcgAt: at("ndcg"),
        ...(radii > 0 && {
          byRadius: {
            precision: radius.precision.map(mean),
            recall: radius.recall.map(mean),
            answered: radius.answered.map(mean),
          },
        }),
        queries: counted,
        withoutRelevant,
      };
    },
  };
}

/** Entry k is the sum of the first k values. */
function runningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + values[i]!;
  return sums;
}
