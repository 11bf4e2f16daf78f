// Training as the command line shows it: the data, notes, progress, Ctrl-C, and the outcome as text.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { accountLines } from "../data/layout/account.js";
import { findMethod } from "../methods/index.js";
import type { TrainingOutcome, TrainingSummary } from "../train/summary.js";
import type { TrainingHooks } from "../train/train-run.js";
import { interruption } from "./interruption.js";
import { sayEstimate } from "./output/long-work.js";
import { formatDuration, formatMetrics, isVerbose, say } from "./output/output.js";
import { openingProgress, trainingProgress } from "./output/progress.js";
import { resultTable } from "./output/result-table.js";
import { presetNote } from "./presets.js";

/**
 * Trains with progress on stderr; the first Ctrl-C ends it after the epoch, with a checkpoint.
 * @param shorter what makes it shorter, where it will be long.
 */
export async function withTraining<R>(
  work: (hooks: TrainingHooks) => Promise<R>,
  shorter = "Ctrl-C keeps a checkpoint",
): Promise<R> {
  const progress = trainingProgress();
  const opening = openingProgress();
  let interrupt: ReturnType<typeof interruption> | undefined;
  try {
    return await work({
      get signal() {
        // While data is opened, Ctrl-C ends the process: there is nothing to keep yet.
        interrupt ??= interruption();
        return interrupt.signal;
      },
      onOpening: (share) => opening.update(share),
      onData(data, notes) {
        opening.stop();
        const shapes = data.views.map((view) => `${view.name} ${view.matrix.columns}`).join(", ");
        say(`${data.name}: ${data.samples} samples, ${data.classes} classes, views ${shapes}`);
        for (const line of accountLines(data.account ?? [])) say(`  ${line}`);
        // The account has said what is not used.
        for (const note of notes) if (!data.account || !note.startsWith("not used: ")) say(`  note: ${note}`);
      },
      onNote: (note) => say(`  note: ${note}`),
      onEpoch: (report) => progress.update(report),
      onStep: (report) => progress.step(report),
      onEstimate: (estimate) => sayEstimate(estimate, shorter),
      onTrained: () => progress.stop(),
    });
  } finally {
    opening.stop();
    progress.stop();
    interrupt?.release();
  }
}

/** The outcome of a training for people. */
export function formatOutcome({ summary }: TrainingOutcome): string[] {
  const { method, dataset, metrics, run, preset } = summary;
  const setting = presetNote(preset) === undefined ? "" : ", --preset quick (not the published setting)";
  return [
    `${method} on ${dataset.name}: ${formatCourse(summary)}${setting}`,
    "",
    ...resultTable(method, metrics, summary),
    ...(isVerbose() ? ["", "  all measures", ...formatMetrics(metrics, "    ")] : []),
    "",
    `run     ${run}`,
    ...(existsSync(join(run, "report.html")) ? [`report  ${run}/report.html`] : []),
  ];
}

/** How long it was trained: the epochs that --epochs sets, and where there are several stages what each had. */
function formatCourse({ method, epochs, stages, seconds, secondsPerEpoch }: TrainingSummary): string {
  const time = formatDuration(seconds);
  if (!("epochs" in findMethod(method).options.shape)) return `solved in ${time}`;
  const course = `${epochs} ${epochs === 1 ? "epoch" : "epochs"} in ${time}`;
  if (stages.length === 1) return `${course} (${secondsPerEpoch.toFixed(3)} s each)`;
  return `${course} (stages: ${stages.map((stage) => `${stage.name} ${stage.epochs}`).join(", ")})`;
}
