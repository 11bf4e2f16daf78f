// vantage predict <run>: the class or cluster of each sample, as a table.
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { writeEncoded } from "../output/encoded-file.js";
import { printResult } from "../output/output.js";
import { engineOptions } from "../settings.js";
import { addUseFlags, formatOf, noteKnown, noteTable, openUsedRun, type UseFlags } from "../used-run.js";

export function addPredictCommand(root: Command): void {
  const command = root
    .command("predict <run>")
    .description("write the class or cluster that a trained run gives each sample");
  addUseFlags(command, "output file: .csv, .tsv, .parquet or .npz, with ids and labels").action(predict);
}

/** Names are printed for so many classes or clusters. */
const mostShown = 20;

async function predict(folder: string, flags: UseFlags): Promise<void> {
  const format = formatOf(flags);
  if (format === ".npy")
    throw new UserError("a .npy file holds one matrix: predictions go to .csv, .tsv, .parquet or .npz");
  const engine = await Engine.open(engineOptions(flags));
  try {
    const used = await openUsedRun(folder, flags, engine);
    const { method, data, notes } = used;
    if (!method.predicts) {
      const task = (method.options as { task?: string }).task;
      throw new UserError(
        `${folder} predicts no classes or clusters, since ${method.name} was trained for ${task ?? "codes"}; vantage encode writes what it learned`,
      );
    }
    const predicted = await method.predict(data, { onNote: notes.add });
    const views = data.views.map(({ name }) => name);
    noteKnown(used, flags, views);
    noteTable(data, format, notes);
    notes.say();
    const { samples, ids, labels } = data;
    const { classes } = method;
    writeEncoded(flags.out, format, { samples, ids, labels, predicted, classes });
    const counts = countsOf(predicted, classes);
    const shown = Object.entries(counts)
      .slice(0, mostShown)
      .map(([name, count]) => `${name} ${count}`);
    const more = Object.keys(counts).length > mostShown ? ", …" : "";
    const what = method.predicts === "clusters" ? "clusters" : "classes";
    printResult({ run: folder, data: data.name, out: flags.out, samples, predicts: what, counts, notes: notes.all }, [
      `${flags.out}: ${samples} samples; ${what} ${shown.join(", ")}${more}`,
    ]);
  } finally {
    await engine.close();
  }
}

/** Samples of each class or cluster that was predicted, by its name or number. */
function countsOf(predicted: Int32Array, classes: readonly string[] | undefined): Record<string, number> {
  const counts = new Map<number, number>();
  for (const value of predicted) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([value, count]) => [classes?.[value] ?? String(value), count]));
}
