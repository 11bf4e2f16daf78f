// vantage datasets croissant: metadata of a data set for Croissant's readers.
import type { Command } from "commander";
import { dataFiles } from "../../data/catalog.js";
import { UserError } from "../../errors.js";
import { croissant, type DatasetFacts } from "../../exports/croissant.js";
import { writeFileAtomic } from "../../files.js";
import { openData } from "../../train/data-source.js";
import { isPictureFolder } from "../../train/open-pictures.js";
import { addDataFlags, type DataFlags, dataSettings } from "../data-flags.js";
import { printResult, say } from "../output/output.js";

interface Flags extends DataFlags, DatasetFacts {
  readonly out: string;
}

export function addCroissantCommand(datasets: Command): void {
  const command = datasets
    .command("croissant <path|name>")
    .description(
      "write metadata of a data set as JSON-LD (Croissant 1.0): files with checksums, views, classes, columns",
    );
  addDataFlags(command)
    .option("--out <file.json>", "output file; contentUrl is relative to it", "croissant.json")
    .option("--license <address>", "URL of the license (default: omitted)")
    .option("--url <address>", "URL of the data set (default: omitted)")
    .option("--description <text>", "description (default: numbers of samples, views and classes)")
    .action(writeCroissant);
}

async function writeCroissant(source: string, flags: Flags): Promise<void> {
  const { out, license, url, description, data: more = [] } = flags;
  if (isPictureFolder(source)) {
    throw new UserError(`${source} is a folder of pictures; Croissant metadata needs files of features`);
  }
  const data = more.length > 0 ? [source, ...more] : source;
  const readAs: string[] = [];
  const opened = await openData({ data, ...dataSettings(flags) }, { onNote: (note) => void readAs.push(note) });
  const facts = { license, url, description };
  const { metadata, notes } = await croissant(opened, { files: dataFiles(data), out, readAs, facts });
  writeFileAtomic(out, `${JSON.stringify(metadata, null, 2)}\n`);
  for (const note of notes) say(`  note: ${note}`);
  printResult({ out, notes }, [`${out}: ${opened.name}, ${opened.samples} samples`]);
}
