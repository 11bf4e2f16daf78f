// Retrieval between views: which measures and curves are reported of rankings in every direction.

import type { RetrievalMetrics } from "../../../metrics/retrieval.js";
import type { RetrievalCurves } from "../../../runs/result.js";
import type { Metrics } from "../../training.js";

/** Cut-offs that are reported as measures. */
const REPORTED = [10, 50, 100] as const;

/** Measures by direction, such as "image->text", and curves of precision. */
export interface RetrievalResult {
  readonly metrics: Metrics;
  readonly curves: readonly RetrievalCurves[];
}

/** Cut-offs to measure at: those that are reported, those of a curve as far as the items go, and all items. */
export function cutOffs(curve: readonly number[], items: number): number[] {
  return [...new Set([...REPORTED, ...curve.filter((k) => k < items), items])];
}

/**
 * Every measure keyed by direction, as in map["image->text"].
 * @param ties whether rankings have ties, over whose orders the expected average precision is then given; otherwise the mean
 *   of all directions is.
 */
export function byDirection(found: ReadonlyMap<string, RetrievalMetrics>, ties: boolean): Metrics {
  if (found.size === 0) return {};
  const each = <T>(measure: (measures: RetrievalMetrics) => T) =>
    Object.fromEntries([...found].map(([direction, measures]) => [direction, measure(measures)]));
  const at = (measure: "precisionAt" | "recallAt" | "ndcgAt") =>
    each((measures) => Object.fromEntries(REPORTED.map((k) => [k, measures[measure][k]!])));
  const maps = [...found.values()].map(({ map }) => map);
  return {
    map: each(({ map }) => map),
    ...(!ties && { meanMap: maps.reduce((sum, map) => sum + map, 0) / maps.length }),
    mapAt50: each(({ mapAt }) => mapAt[50]!),
    ...(ties && { expectedMap: each(({ expectedMap }) => expectedMap) }),
    precisionAt: at("precisionAt"),
    recallAt: at("recallAt"),
    ndcgAt: at("ndcgAt"),
  };
}

/** Precision at every cut-off that there are items for and, of rankings by Hamming distance, within every radius. */
export function curvesOf(
  direction: string,
  { byRadius, precisionAt }: RetrievalMetrics,
  items: number,
): RetrievalCurves {
  const k = Object.keys(precisionAt)
    .map(Number)
    .filter((each) => each <= items);
  return {
    direction,
    ...(byRadius && { byRadius: { precision: [...byRadius.precision], recall: [...byRadius.recall] } }),
    precisionAt: { k, precision: k.map((each) => precisionAt[each]!) },
  };
}
