// Several runs of one command: where they are, and one report of all of them.
import { join } from "node:path";
import { missingPackages } from "../optional.js";
import { writeReport } from "../report/pages/page.js";
import type { TrainingSummary } from "../train/summary.js";

/** The run folders, and the line that says where their report is; none where the packages of reports are missing. */
export function joinRuns(
  summaries: readonly TrainingSummary[],
  folder: string,
): { readonly runs: readonly string[]; readonly report: readonly string[] } {
  const runs = summaries.map(({ run }) => run);
  const report = missingPackages("reports") ? [] : [`report  ${writeReport(runs, join(folder, "report.html"))}`];
  return { runs, report };
}
