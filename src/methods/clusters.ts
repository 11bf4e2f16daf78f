// How many clusters are looked for: asked for before training where nothing says it.
import { UserError } from "../errors.js";

/** @throws UserError where there are fewer than two: no option says how many, and there are no classes to count. */
export function requireClusters(dataset: string, clusters: number): void {
  if (clusters >= 2) return;
  throw new UserError(`option clusters: ${dataset} has no classes to count; say how many to find (--set clusters=10)`);
}
