// What candidates found of the held-out pairs, for people.
import type { CandidateResult } from "../../open/compare-candidates.js";
import { textTable } from "../../text-table.js";

/** A row for each candidate: recall@1, 5 and 10 by direction in percent, and the seconds that it took. */
export function recallTable(candidates: readonly CandidateResult[], chosen: CandidateResult): string[] {
  const directions = Object.keys(chosen.recall);
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const head = ["", ...directions.flatMap((direction) => [`${direction} @1`, "@5", "@10"]), "time"];
  const rows = candidates.map((each) => [
    each === chosen ? `${each.method} (chosen)` : each.method,
    ...directions.flatMap((direction) => {
      const { at1, at5, at10 } = each.recall[direction]!;
      return [at1, at5, at10].map(percent);
    }),
    `${each.seconds.toFixed(1)} s`,
  ]);
  return textTable([head, ...rows], "numbers").map((line) => `  ${line}`);
}
