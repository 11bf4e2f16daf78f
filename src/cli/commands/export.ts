// vantage export <index>: the items of an index as lines of JSON.
import { dirname } from "node:path";
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { makeFolder } from "../../files.js";
import { exportItems } from "../../search/index/export-items.js";
import { readIndexFolder } from "../../search/index/index-folder.js";
import { openStore } from "../../search/stores/open-store.js";
import { printResult, say } from "../output/output.js";
import { withProgress } from "./index.js";

interface Flags {
  readonly out: string;
  readonly view?: string;
}

export function addExportCommand(root: Command): void {
  root
    .command("export <index>")
    .description("the items of an index as a file: ids, views, codes, vectors and metadata, one line of JSON each")
    .requiredOption("--out <file.jsonl>", "output file; a file of this name is replaced")
    .option("--view <name>", "items of this view only (default: all)")
    .action(exportIndex);
}

async function exportIndex(folder: string, { out, view }: Flags): Promise<void> {
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
