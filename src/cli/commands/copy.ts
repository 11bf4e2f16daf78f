// vantage copy <index>: an index into another folder and another store.
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import { copyIndex } from "../../search/index/copy-index.js";
import { nameOfIndex } from "../../search/index/create-index.js";
import { storeKinds } from "../../search/index/index-folder.js";
import { Notes } from "../other-data.js";
import { printResult } from "../output/output.js";
import { engineOptions } from "../settings.js";
import { formatIndex, storeKind, withProgress } from "./index.js";

interface Flags {
  readonly out: string;
  readonly name?: string;
  readonly store?: string;
  readonly threads?: string;
}

export function addCopyCommand(root: Command): void {
  root
    .command("copy <index>")
    .description("copy an index to another folder and store; run it again to resume")
    .requiredOption("--out <folder>", "index folder, created if missing")
    .option(`--store <${storeKinds.join("|")}>`, "where to store the items (default: as in the index)")
    .option("--name <name>", "name of the copy in requests (default: the folder's name)")
    .option("--threads <n>", "threads for kernels")
    .action(copy);
}

async function copy(from: string, flags: Flags): Promise<void> {
  const { out: folder } = flags;
  const store = storeKind(flags.store);
  const engine = await Engine.open(engineOptions(flags));
  const notes = new Notes();
  try {
    const name = flags.name ?? nameOfIndex(folder, from);
    const summary = await withProgress((hooks) =>
      copyIndex({ from, folder, name, store }, engine, { ...hooks, onNote: notes.add }),
    );
    notes.say();
    printResult(summary, formatIndex(summary));
  } finally {
    await engine.close();
  }
}
