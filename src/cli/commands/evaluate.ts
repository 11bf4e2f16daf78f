// vantage evaluate <run>: the measures of a trained run, on its own data or other data.
import type { Command } from "commander";
import { devices, Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import type { Metrics } from "../../methods/training.js";
import { compareResult } from "../../train/compare-result.js";
import { openModel } from "../../train/saved-model.js";
import { addDataFlags, type DataFlags, dataName, dataSettings } from "../data-flags.js";
import { Notes, noteChanged, noteTrained, openOtherData } from "../other-data.js";
import { formatMetrics, isVerbose, printResult } from "../output/output.js";
import { resultTable } from "../output/result-table.js";
import { addPictureFlags, type PictureFlags, pictureSettings } from "../picture-flags.js";
import { engineOptions } from "../settings.js";

interface Flags extends DataFlags, PictureFlags {
  readonly device?: string;
  readonly threads?: string;
}

export function addEvaluateCommand(root: Command): void {
  addPictureFlags(
    addDataFlags(root.command("evaluate <run>").description("evaluate a trained run, on its own data or on --data")),
  )
    .option(`--device <${devices.join("|")}>`, "where the networks run", "cpu")
    .option("--threads <n>", "threads for matrix products and kernels")
    .action(evaluate);
}

async function evaluate(folder: string, flags: Flags): Promise<void> {
  const engine = await Engine.open(engineOptions(flags));
  try {
    const started = performance.now();
    const { method, config, reopen, restore } = openModel(folder, engine);
    const path = dataName(flags);
    const notes = new Notes();
    let data: MultiViewDataset;
    let metrics: Metrics;
    let known: object = {};
    if (path === undefined) {
      data = await reopen();
      noteChanged(method, data, notes.add);
      metrics = await method.evaluate();
    } else {
      data = await openOtherData(
        folder,
        config,
        { ...dataSettings(flags), ...pictureSettings(flags), data: path },
        notes.add,
      );
      await restore();
      metrics = await method.evaluateOn(data, { onNote: notes.add });
      const trainedOn = noteTrained(method, data, notes.add);
      const unknownClasses = method.unknownClasses(data);
      known = {
        ...(Object.keys(unknownClasses).length > 0 && { unknownClasses }),
        ...(trainedOn !== undefined && { trainedOn }),
      };
    }
    const options = { engine, seed: config.seed };
    const found = await compareResult(method, metrics, options, path === undefined ? undefined : data);
    for (const note of found.notes) notes.add(note);
    notes.say();
    const { name, samples, dimensions, classes } = data;
    const summary = {
      method: config.method,
      task: config.task,
      dataset: { name, samples, views: dimensions, classes },
      seed: config.seed,
      metrics,
      ...known,
      ...found.parts,
      ...(notes.all.length > 0 && { notes: notes.all }),
      seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
      run: folder,
    };
    const lines = [
      `${config.method} on ${name}`,
      "",
      ...resultTable(config.method, metrics, summary),
      ...(isVerbose() ? ["", "  all measures", ...formatMetrics(metrics, "    ")] : []),
    ];
    printResult(summary, lines);
  } finally {
    await engine.close();
  }
}
