// vantage export <index>: the items of an index as lines of JSON.
import { dirname } from "node:path";
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { makeFolder } from "../../files.js";
import { InterruptedError } from "../../methods/training.js";
import { exportItems } from "../../search/index/export-items.js";
import { readIndexFolder } from "../../search/index/index-folder.js";
import { openStore } from "../../search/stores/open-store.js";
import { interruption } from "../interruption.js";
import { printResult, say } from "../output/output.js";
import { itemProgress } from "../output/progress.js";

interface Flags {
  readonly out: string;
  readonly view?: string;
  readonly json?: boolean;
}

export function addExportCommand(root: Command): void {
  root
    .command("export <index>")
    .description("the items of an index as a file: ids, views, codes, vectors and metadata, one line of JSON each")
    .requiredOption("--out <file.jsonl>", "where to; a file of this name is replaced")
    .option("--view <name>", "items of this view only (default: all)")
    .option("--json", "last line of stdout: the result as one JSON object")
    .action(exportIndex);
}

async function exportIndex(folder: string, { out, view, json }: Flags): Promise<void> {
  if (!out.endsWith(".jsonl")) throw new UserError(`--out ${out}: expected a name that ends in .jsonl`);
  const index = readIndexFolder(folder);
  const { name, views } = index.manifest;
  if (view !== undefined && !views.some((each) => each.name === view)) {
    const known = views.map((each) => each.name).join(", ");
    throw new UserError(`--view ${view}: ${folder} has no such view; it has ${known}`);
  }
  const interrupt = interruption("stopping; no file is written");
  const progress = itemProgress();
  const engine = await Engine.open({ threads: 1 });
  try {
    const store = await openStore(index, engine, { onNote: (note) => say(`  note: ${note}`) });
    try {
      makeFolder(dirname(out));
      const onItems = (done: number, total: number) => progress.update(done, total);
      const items = await exportItems(store, out, { view, signal: interrupt.signal, onItems });
      progress.stop();
      printResult(json, { index: name, out, items }, [`${out}: ${items} items of ${name}`]);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (interrupt.signal.aborted && error === interrupt.signal.reason) {
      throw new InterruptedError("interrupted; no file is written");
    }
    throw error;
  } finally {
    progress.stop();
    interrupt.release();
    await engine.close();
  }
}
