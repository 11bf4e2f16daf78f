// Search from every view into every other by Hamming distance, and how good the rankings are.

import type { Engine } from "../../../core/runtime/index.js";
import type { Labels } from "../../../data/dataset.js";
import { retrievalMetrics } from "../../../metrics/hamming-retrieval.js";
import { hammingPairRanks, type PairMetrics, pairMetrics, pairsByDirection } from "../../../metrics/pair-recall.js";
import type { RetrievalMetrics, WithoutRelevant } from "../../../metrics/retrieval.js";
import type { RetrievalCurves } from "../../../runs/result.js";
import type { Metrics } from "../../training.js";
import { byDirection, curvesOf, cutOffs, type RetrievalResult } from "./retrieval.js";

export interface CodedSamples {
  /** Packed codes, sample after sample. */
  readonly codes: Uint8Array;
  readonly labels: Labels;
}

/** What a view brings to the search; undefined where it has no such samples. */
export interface CodedView {
  readonly name: string;
  readonly query?: CodedSamples;
  readonly database?: CodedSamples;
}

/** The queries of a view by their rows, labeled or not: those that two views share are pairs. */
export interface PairedView {
  readonly name: string;
  readonly pairs: { readonly rows: Int32Array; readonly codes: Uint8Array };
}

/** What searches, and what ends it. */
export interface SearchBetween {
  readonly engine: Engine;
  readonly signal?: AbortSignal;
}

/** Cut-offs of the precision curve, as far as the database goes. */
const CURVE = [1, 5, 10, 20, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1500, 2000, 3000, 4000, 5000];

/**
 * Measures of every ordered pair of different views that have queries and a database; of the view with itself where there
 * is one only. Every measure is keyed by direction, as in map["image->text"].
 */
export async function hammingRetrieval(
  views: readonly CodedView[],
  bits: number,
  withoutRelevant: WithoutRelevant,
  how: SearchBetween,
): Promise<RetrievalResult> {
  const found = new Map<string, RetrievalMetrics>();
  const curves: RetrievalCurves[] = [];
  for (const { name: from, query } of views) {
    for (const { name: to, database } of views) {
      if ((from === to && views.length > 1) || query === undefined || database === undefined) continue;
      const task = {
        queryCodes: query.codes,
        databaseCodes: database.codes,
        bytes: bits / 8,
        queryLabels: query.labels,
        databaseLabels: database.labels,
      };
      const items = database.codes.length / task.bytes;
      const at = cutOffs(CURVE, items);
      const measures = await retrievalMetrics({ ...task, ...how, at, withoutRelevant });
      found.set(`${from}->${to}`, measures);
      curves.push(curvesOf(`${from}->${to}`, measures, items));
    }
  }
  return { metrics: byDirection(found, true), curves };
}

/** The pair itself searched from every view in every other by Hamming distance, among the queries that have both. */
export async function hammingPairs(views: readonly PairedView[], bits: number, how: SearchBetween): Promise<Metrics> {
  const bytes = bits / 8;
  const found = new Map<string, PairMetrics>();
  for (const from of views) {
    for (const to of views) {
      const places = new Map(Array.from(to.pairs.rows, (row, i) => [row, i]));
      const both = Array.from(from.pairs.rows.entries()).filter(([, row]) => places.has(row));
      if (from === to || both.length < 2) continue;
      const queries = pick(
        from.pairs.codes,
        bytes,
        both.map(([place]) => place),
      );
      const candidates = pick(
        to.pairs.codes,
        bytes,
        both.map(([, row]) => places.get(row)!),
      );
      const ranks = await hammingPairRanks({ ...how, queries, database: candidates, bytes });
      found.set(`${from.name}->${to.name}`, pairMetrics(ranks));
    }
  }
  return pairsByDirection(found);
}

/** Codes at the given places, in their order. */
function pick(codes: Uint8Array, bytes: number, places: readonly number[]): Uint8Array {
  const picked = new Uint8Array(places.length * bytes);
  places.forEach((place, i) => {
    picked.set(codes.subarray(place * bytes, (place + 1) * bytes), i * bytes);
  });
  return picked;
}
