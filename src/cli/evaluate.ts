// vantage evaluate <run>: the measures of a trained run, on its own data or other data.
import type { Command } from "commander";
import { Engine } from "../runtime/index.js";
import { compareResult } from "./compare.js";
import { openData } from "./open-data.js";
import { formatBaselines, formatMetrics, printResult, say } from "./output.js";
import { openModel } from "./saved-model.js";
import { addDataFlags, engineOptions } from "./settings.js";

interface Flags {
  readonly data?: string;
  readonly views?: string;
  readonly labels?: string;
  readonly device?: string;
  readonly threads?: string;
  readonly json?: boolean;
}

export function addEvaluateCommand(root: Command): void {
  addDataFlags(root.command("evaluate <run>").description("evaluate a trained run, on its own data or on --data"))
    .option("--device <device>", "cpu, webgpu or cuda", "cpu")
    .option("--threads <n>", "threads for matrix products and kernels")
    .option("--json", "last line of stdout: the result as one JSON object")
    .action(evaluate);
}

async function evaluate(folder: string, flags: Flags): Promise<void> {
  const engine = await Engine.open(engineOptions({ ...flags, set: [] }));
  try {
    const started = performance.now();
    const { method, config, reopen, restore } = openModel(folder, engine);
    const { data: path, views, labels } = flags;
    const data = path === undefined ? await reopen() : await openData({ data: path, views, labels, seed: config.seed });
    if (path !== undefined) await restore();
    const metrics = path === undefined ? await method.evaluate() : await method.evaluateOn(data);
    const options = { engine, seed: config.seed };
    const found = await compareResult(method, metrics, options, path === undefined ? undefined : data);
    for (const note of found.notes) say(`  note: ${note}`);
    const { name, samples, dimensions, classes } = data;
    const summary = {
      method: config.method,
      task: config.task,
      dataset: { name, samples, views: dimensions, classes },
      seed: config.seed,
      metrics,
      ...found.parts,
      seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
      run: folder,
    };
    const lines = [`${config.method} on ${name}`, formatMetrics(metrics), ...formatBaselines(summary)];
    printResult(flags.json, summary, lines.filter((line) => line !== "").join("\n"));
  } finally {
    engine.close();
  }
}
