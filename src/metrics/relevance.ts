// Which database items are relevant to a query: those that share a label with it, counted by how many they share.
import type { Labels } from "../data/dataset.js";
import { UserError } from "../errors.js";
import { popcount32 } from "./popcount.js";

export interface Relevance {
  readonly queries: number;
  readonly items: number;
  /** The greatest count of shared labels there can be. */
  readonly maxShared: number;
  /** Writes how many labels the query shares with each database item (0 = not relevant; more than 255 count as 255). */
  shared(query: number, target: Uint8Array): void;
}

/**
 * Relevance between labeled queries and a labeled database, single- or multi-label; memory is linear in both.
 * @throws UserError where one side is single- and the other multi-label, or their numbers of classes differ.
 */
export function relevance(queryLabels: Labels, databaseLabels: Labels): Relevance {
  if (queryLabels.kind === "single" && databaseLabels.kind === "single") {
    return singleLabel(queryLabels.values, databaseLabels.values);
  }
  const classes = databaseLabels.names.length;
  if (queryLabels.kind !== "multi" || databaseLabels.kind !== "multi" || queryLabels.names.length !== classes) {
    throw new UserError(
      `labels: queries have ${describe(queryLabels)} but the database has ${describe(databaseLabels)}; both need the same classes`,
    );
  }
  return multiLabel(packLabels(queryLabels.matrix, classes), packLabels(databaseLabels.matrix, classes), classes);
}

function singleLabel(queries: Int32Array, items: Int32Array): Relevance {
  return {
    queries: queries.length,
    items: items.length,
    maxShared: 1,
    shared(query, target) {
      const label = queries[query]!;
      // Without a label (-1) a sample is relevant to nothing.
      for (let i = 0; i < items.length; i++) target[i] = label >= 0 && items[i] === label ? 1 : 0;
    },
  };
}

function multiLabel(queries: Int32Array, items: Int32Array, classes: number): Relevance {
  const words = wordsFor(classes);
  const count = items.length / words;
  return {
    queries: queries.length / words,
    items: count,
    maxShared: Math.min(classes, 255),
    shared(query, target) {
      const first = queries[query * words]!;
      if (words === 1) {
        for (let i = 0; i < count; i++) target[i] = popcount32(first & items[i]!);
        return;
      }
      for (let i = 0, e = 0; i < count; i++) {
        let sum = 0;
        for (let w = 0; w < words; w++, e++) sum += popcount32(queries[query * words + w]! & items[e]!);
        target[i] = Math.min(sum, 255);
      }
    },
  };
}

/** samples × classes zeros and ones as bit masks of 32 classes a word. */
function packLabels(matrix: Uint8Array, classes: number): Int32Array {
  const words = wordsFor(classes);
  const samples = matrix.length / classes;
  const packed = new Int32Array(samples * words);
  for (let i = 0, e = 0; i < samples; i++) {
    for (let c = 0; c < classes; c++, e++) {
      if (matrix[e]) packed[i * words + (c >>> 5)]! |= 1 << (c & 31);
    }
  }
  return packed;
}

function wordsFor(classes: number): number {
  return Math.ceil(classes / 32);
}

function describe(labels: Labels): string {
  return labels.kind === "single" ? "one label each" : `several labels each out of ${labels.names.length} classes`;
}
