// vantage encode <run>: representations, or packed codes of one view, with ids, labels and predictions.
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { type Encoded, writeEncoded } from "../output/encoded-file.js";
import { printResult } from "../output/output.js";
import { engineOptions } from "../settings.js";
import { addUseFlags, formatOf, noteKnown, noteTable, openUsedRun, type UsedRun, type UseFlags } from "../used-run.js";

interface Flags extends UseFlags {
  readonly view?: string;
}

export function addEncodeCommand(root: Command): void {
  const command = root
    .command("encode <run>")
    .description("write the representations or codes that a trained run gives a data set");
  addUseFlags(
    command,
    "output file: .npz, .parquet, .csv or .tsv (with ids, labels and predictions), or .npy (the matrix alone)",
  )
    .option("--view <name>", "for methods that make codes: the view to encode")
    .action(encode);
}

async function encode(folder: string, flags: Flags): Promise<void> {
  const format = formatOf(flags);
  const engine = await Engine.open(engineOptions(flags));
  try {
    const used = await openUsedRun(folder, flags, engine);
    const { method, data, notes } = used;
    const { view } = flags;
    const matrix = await matrixOf(used, view);
    const predicted = method.predicts ? await method.predict(data) : undefined;
    const names = data.views.map(({ name }) => name);
    noteKnown(used, flags, view === undefined ? names : names.filter((name) => name === view));
    noteTable(data, format, notes);
    notes.say();
    const { samples, ids, labels } = data;
    writeEncoded(flags.out, format, { matrix, samples, ids, labels, predicted, classes: method.classes });
    const { columns, name } = matrix;
    const result = {
      ...{ run: folder, method: method.name, data: data.name, out: flags.out, samples, columns },
      ...{ values: name, view, notes: notes.all },
    };
    printResult(result, [`${flags.out}: ${samples} × ${columns} ${name === "codes" ? "bytes" : "values"}`]);
  } finally {
    await engine.close();
  }
}

/** @throws UserError where the view is missing or there can be none. */
async function matrixOf(
  { method, data, notes }: UsedRun,
  view: string | undefined,
): Promise<NonNullable<Encoded["matrix"]>> {
  const onNote = notes.add;
  if (method.encode === undefined) {
    if (view !== undefined) throw new UserError(`--view: ${method.name} encodes all views together`);
    const z = await method.transform(data, { onNote });
    return { values: z.data, columns: z.columns, name: "representation" };
  }
  if (view === undefined) throw new UserError(`--view is missing: one of ${data.views.map((v) => v.name).join(", ")}`);
  const { codes, bits } = await method.encode(view, data, { onNote });
  return { values: codes, columns: bits / 8, name: "codes" };
}
