// What baselines have in common: the best of several views, and a note where not all samples were taken.
import type { BaselineMetrics, Baselines } from "../../runs/result.js";
import type { Protocol } from "../protocol.js";

/** The views with their measures and the best of them by one measure; nothing where there is no view. */
export function best(views: ReadonlyMap<string, BaselineMetrics>, by: string): Pick<Baselines, "bestView" | "views"> {
  if (views.size === 0) return {};
  const [name, measures] = [...views].reduce((a, b) => (b[1][by]! > a[1][by]! ? b : a));
  return { bestView: { name, ...measures }, views: Object.fromEntries(views) };
}

/** Says so where there were more samples than a baseline takes. */
export function sampleNote({ train, test }: Protocol, ownTrain: Int32Array | undefined, ownTest: Int32Array): string[] {
  const all = (train?.length ?? 0) + test.length;
  const taken = (train === undefined ? 0 : ownTrain!.length) + ownTest.length;
  return taken < all
    ? [`the baselines are of ${taken} of ${all} samples drawn by the seed; using all would take too long`]
    : [];
}
