// vantage export: the items of an index as lines of JSON; a run for the Hugging Face Hub, or as TensorBoard event files.
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { exportToHub } from "../../exports/hugging-face/export-run.js";
import { makeFolder } from "../../files.js";
import { quoted } from "../../runs/command.js";
import { isRunFolder, openRun } from "../../runs/run-folder.js";
import { eventFolder, writeEvents } from "../../runs/tensorboard/event-file.js";
import { exportItems } from "../../search/index/export-items.js";
import { readIndexFolder } from "../../search/index/index-folder.js";
import { openStore } from "../../search/stores/open-store.js";
import { printResult, say } from "../output/output.js";
import { withProgress } from "./index.js";

interface Flags {
  readonly to?: string;
  readonly out?: string;
  readonly license?: string;
  readonly dataset?: string;
  readonly view?: string;
}

export function addExportCommand(root: Command): void {
  root
    .command("export <folder>")
    .description("export a run for the Hugging Face Hub or TensorBoard, or the items of an index as JSON lines")
    .option("--to <form>", "for a run: hf or tensorboard; for an index: jsonl (default: jsonl)")
    .option("--out <path>", "output path (default: hf or tensorboard in the run's folder; an index needs a file.jsonl)")
    .option("--view <name>", "for an index: items of this view only (default: all)")
    .option("--license <id>", "hf: the license of the model, by its name on the Hub (default: unknown)")
    .option("--dataset <owner/name>", "hf: the data set on the Hub")
    .action(exportFolder);
}

async function exportFolder(folder: string, flags: Flags): Promise<void> {
  const { to = "jsonl" } = flags;
  const form = forms.get(to);
  if (form === undefined) throw new UserError(`--to ${to}: expected ${[...forms.keys()].join(", ")}`);
  const stray = (["view", "license", "dataset"] as const).find(
    (name) => flags[name] !== undefined && !form.flags.includes(name),
  );
  if (stray !== undefined) throw new UserError(`--${stray} does not go with --to ${to}`);
  if (to === "jsonl" && isRunFolder(folder)) {
    throw new UserError(`${folder} is a run: use --to hf or --to tensorboard; an index is exported as jsonl`);
  }
  await form.run(folder, flags);
}

const forms = new Map<string, { flags: readonly string[]; run: (folder: string, flags: Flags) => Promise<void> }>([
  ["jsonl", { flags: ["view"], run: exportIndex }],
  ["hf", { flags: ["license", "dataset"], run: exportRun }],
  ["tensorboard", { flags: [], run: exportEvents }],
]);

async function exportRun(folder: string, { out = join(folder, "hf"), license, dataset }: Flags): Promise<void> {
  const { files, notes } = await exportToHub(folder, out, { license, dataset });
  for (const note of notes) say(`  note: ${note}`);
  printResult({ run: folder, out, files, notes }, [`${out}: ${files.join(", ")}`]);
}

async function exportEvents(folder: string, { out }: Flags): Promise<void> {
  const run = openRun(folder);
  const place = writeEvents(run, eventFolder(folder, out ?? true));
  const events = run.metrics.length;
  printResult({ run: folder, out: place, epochs: events }, [
    `${place}: ${events} epochs; see it with: tensorboard --logdir ${quoted(out ?? folder)}`,
  ]);
}

async function exportIndex(folder: string, { out, view }: Flags): Promise<void> {
  if (out === undefined) throw new UserError("--out is missing: expected a file name that ends in .jsonl");
  if (!out.endsWith(".jsonl")) throw new UserError(`--out ${out}: expected a name that ends in .jsonl`);
  const index = readIndexFolder(folder);
  const { name, views } = index.manifest;
  if (view !== undefined && !views.some((each) => each.name === view)) {
    const known = views.map((each) => each.name).join(", ");
    throw new UserError(`--view ${view}: ${folder} has no such view; it has ${known}`);
  }
  const engine = await Engine.open({ threads: 1 });
  try {
    const items = await withProgress(async (hooks) => {
      const store = await openStore(index, engine, { onNote: (note) => say(`  note: ${note}`) });
      try {
        makeFolder(dirname(out));
        return await exportItems(store, out, { ...hooks, view });
      } finally {
        await store.close();
      }
    }, "no file is written");
    printResult({ index: name, out, items }, [`${out}: ${items} items of ${name}`]);
  } finally {
    await engine.close();
  }
}
