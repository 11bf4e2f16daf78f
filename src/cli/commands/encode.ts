// vantage encode <run>: representations, or packed codes of one view, as .npy, .npz, .parquet or .csv.
import { extname } from "node:path";
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { openModel } from "../../train/saved-model.js";
import { addDataFlags, type DataFlags, dataName, dataSettings } from "../data-flags.js";
import { Notes, noteTrained, openOtherData } from "../other-data.js";
import { type Encoded, encodedFormats, writeEncoded } from "../output/encoded-file.js";
import { printResult } from "../output/output.js";
import { addPictureFlags, type PictureFlags, pictureSettings } from "../picture-flags.js";
import { engineOptions } from "../settings.js";

interface Flags extends DataFlags, PictureFlags {
  readonly view?: string;
  readonly out: string;
  readonly threads?: string;
}

export function addEncodeCommand(root: Command): void {
  addPictureFlags(
    addDataFlags(root.command("encode <run>").description("representations or codes of a data set by a trained run")),
  )
    .requiredOption(
      "--out <file>",
      "output file: .npz, .parquet or .csv (with ids, labels and predictions), or .npy (the matrix alone)",
    )
    .option("--view <name>", "methods that make codes: which view to encode")
    .option("--threads <n>", "threads for matrix products and kernels")
    .action(encode);
}

async function encode(folder: string, flags: Flags): Promise<void> {
  const format = extname(flags.out);
  if (!encodedFormats.includes(format))
    throw new UserError(`--out ${flags.out}: expected a name that ends in ${encodedFormats.join(", ")}`);
  const engine = await Engine.open(engineOptions(flags));
  try {
    const { method, restore, config, ownData } = openModel(folder, engine);
    const { view } = flags;
    const path = dataName(flags);
    const notes = new Notes();
    const onNote = notes.add;
    const data =
      path === undefined
        ? await ownData()
        : await openOtherData(
            folder,
            config,
            { ...dataSettings(flags), ...pictureSettings(flags), data: path },
            onNote,
          );
    await restore();
    let encoded: Pick<Encoded, "values" | "columns" | "name">;
    if (method.encode === undefined) {
      if (view !== undefined) throw new UserError(`--view: ${method.name} encodes all views together`);
      const z = await method.transform(data, { onNote });
      encoded = { values: z.data, columns: z.columns, name: "representation" };
    } else {
      if (view === undefined)
        throw new UserError(`--view is missing: one of ${data.views.map((v) => v.name).join(", ")}`);
      const { codes, bits } = await method.encode(view, data, { onNote });
      encoded = { values: codes, columns: bits / 8, name: "codes" };
    }
    const predicted = method.predicts ? await method.predict(data) : undefined;
    const encodes = (name: string) => view === undefined || view === name;
    const used = data.views.filter(({ name }) => encodes(name)).map(({ name }) => name);
    if (path !== undefined && used.length > 0) noteTrained(method, data.selectViews(used), onNote);
    noteClasses(method.unknownClasses(data), onNote);
    if (format === ".npy")
      onNote("a .npy file holds the matrix alone: .npz, .parquet and .csv have ids, labels and predictions");
    notes.say();
    const { ids, labels } = data;
    writeEncoded(flags.out, { ...encoded, samples: data.samples, ids, labels, predicted, classes: method.classes });
    const { samples } = data;
    const result = {
      out: flags.out,
      method: method.name,
      view,
      samples,
      columns: encoded.columns,
      values: encoded.name,
    };
    const unit = encoded.name === "codes" ? "bytes" : "values";
    printResult(result, [`${flags.out}: ${samples} × ${encoded.columns} ${unit}`]);
  } finally {
    await engine.close();
  }
}

function noteClasses(unknown: Readonly<Record<string, number>>, onNote: (note: string) => void): void {
  const names = Object.entries(unknown).map(([name, samples]) => `"${name}" ${samples}`);
  if (names.length === 0) return;
  onNote(`samples of classes that the model does not know, and cannot predict: ${names.slice(0, 10).join(", ")}`);
}
