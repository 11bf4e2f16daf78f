// vantage encode <run>: representations, or packed codes of one view, as .npy, .npz or .parquet.
import { extname } from "node:path";
import type { Command } from "commander";
import type { MultiViewDataset } from "../data/dataset.js";
import { writeNpy, writeNpz, writeParquet } from "../data/readers/index.js";
import { UserError } from "../errors.js";
import { Engine } from "../runtime/index.js";
import { openData } from "./open-data.js";
import { printResult } from "./output.js";
import { openModel } from "./saved-model.js";
import { addDataFlags, engineOptions } from "./settings.js";

interface Flags {
  readonly data?: string;
  readonly views?: string;
  readonly labels?: string;
  readonly view?: string;
  readonly out: string;
  readonly threads?: string;
}

const formats = [".npy", ".npz", ".parquet"];

export function addEncodeCommand(root: Command): void {
  addDataFlags(root.command("encode <run>").description("representations or codes of a data set by a trained run"))
    .requiredOption("--out <file>", "where to: .npy (the matrix), .npz or .parquet (with ids, labels and predictions)")
    .option("--view <name>", "methods that make codes: which view to encode")
    .option("--threads <n>", "threads for matrix products and kernels")
    .action(encode);
}

interface Encoded {
  /** samples × columns. */
  readonly values: Float32Array | Uint8Array;
  readonly columns: number;
  /** "representation", or "codes" for packed bits. */
  readonly name: string;
}

async function encode(folder: string, flags: Flags): Promise<void> {
  const format = extname(flags.out);
  if (!formats.includes(format))
    throw new UserError(`--out ${flags.out}: expected a name that ends in ${formats.join(", ")}`);
  const engine = await Engine.open(engineOptions({ ...flags, set: [] }));
  try {
    const { method, restore, config, ownData } = openModel(folder, engine);
    const { data: path, views, labels, view } = flags;
    const data =
      path === undefined ? await ownData() : await openData({ data: path, views, labels, seed: config.seed });
    await restore();
    let encoded: Encoded;
    if (method.encode === undefined) {
      if (view !== undefined) throw new UserError(`--view: ${method.name} encodes all views together`);
      const z = await method.transform(data);
      encoded = { values: z.data, columns: z.columns, name: "representation" };
    } else {
      if (view === undefined)
        throw new UserError(`--view is missing: one of ${data.views.map((v) => v.name).join(", ")}`);
      const { codes, bits } = await method.encode(view, data);
      encoded = { values: codes, columns: bits / 8, name: "codes" };
    }
    const predicted = method.predicts ? await method.predict(data) : undefined;
    write(flags.out, format, encoded, data, predicted);
    printResult(
      false,
      {},
      `${flags.out}: ${data.samples} × ${encoded.columns} ${encoded.name === "codes" ? "bytes" : "values"}`,
    );
  } finally {
    engine.close();
  }
}

function write(path: string, format: string, encoded: Encoded, data: MultiViewDataset, predicted?: Int32Array): void {
  const { values, columns, name } = encoded;
  const rows = data.samples;
  const labels = data.labels?.kind === "single" ? data.labels.values : undefined;
  const extra = { ...(labels && { labels }), ...(predicted && { predicted }) };
  if (format === ".npy") writeNpy(path, values, [rows, columns]);
  else if (format === ".npz") {
    const vectors = Object.entries(extra).map(([key, vector]) => [key, { data: vector, shape: [rows] }] as const);
    writeNpz(path, { [name]: { data: values, shape: [rows, columns] }, ...Object.fromEntries(vectors) });
  } else {
    writeParquet(path, [
      ...(data.ids ? [{ name: "id", data: [...data.ids] }] : []),
      ...Object.entries(extra).map(([key, vector]) => ({ name: key, data: vector })),
      { name, data: values, width: columns },
    ]);
  }
}
