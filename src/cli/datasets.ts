// vantage datasets: what there is by name, what a file holds, building a set ahead of time.
import type { Command } from "commander";
import { catalogue } from "../data/catalogue.js";
import { describeDataset, formatDescription } from "../data/describe.js";
import { openData } from "./open-data.js";
import { printResult, say } from "./output.js";
import { addDataFlags, wholeNumber } from "./settings.js";

interface Flags {
  readonly views?: string;
  readonly labels?: string;
  readonly seed: string;
  readonly json?: boolean;
}

export function addDatasetsCommand(root: Command): void {
  const datasets = root
    .command("datasets")
    .description("data sets: list, describe, build")
    .action(() => list({}));
  datasets
    .command("list")
    .description("data sets that need no download")
    .option("--json", "as one JSON array")
    .action(list);
  for (const [verb, text] of [
    ["info", "what a file or data set holds: views, shapes, types, sparsity, classes, ranges, what is missing"],
    ["build", "make a data set and keep it in the cache"],
  ] as const) {
    addDataFlags(datasets.command(`${verb} <path|name>`).description(text))
      .option("--seed <n>", "of data that is made up", "0")
      .option("--json", "as one JSON object")
      .action(describe);
  }
}

function list({ json }: { json?: boolean }): void {
  const sets = catalogue();
  const width = Math.max(...sets.map((set) => set.name.length));
  const text = sets.map(({ name, samples, classes, views, description }) => {
    return `${name.padEnd(width)}  ${samples} samples, ${classes} classes, views ${views.join(", ")}: ${description}`;
  });
  printResult(
    json,
    sets,
    `${text.join("\n")}\nAny file of a supported format works by its path: .mat .h5 .npz .npy .csv .parquet`,
  );
}

async function describe(source: string, { views, labels, seed, json }: Flags): Promise<void> {
  const notes: string[] = [];
  let shown = -1;
  const request = { data: source, views, labels, seed: wholeNumber("--seed", seed) };
  const data = await openData(request, {
    onNote: (note) => notes.push(note),
    onProgress(share) {
      const percent = Math.floor(share * 10) * 10;
      if (percent > shown) say(`building ${source}: ${percent}%`);
      shown = Math.max(shown, percent);
    },
  });
  const description = describeDataset(data, notes);
  printResult(json, description, formatDescription(description));
}
