// A finished run in the layout of the Hugging Face Hub: model card, config.json, ONNX models.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UserError } from "../../errors.js";
import { makeFolder, writeFileAtomic } from "../../files.js";
import type { CardFacts } from "./card-metadata.js";
import { describeRun, type ExportedRun } from "./describe-run.js";
import { modelCard } from "./model-card.js";

/** What was written. */
export interface HubExport {
  readonly out: string;
  readonly files: readonly string[];
  /** What the user should add. */
  readonly notes: readonly string[];
}

const modelType = "vantage";

/**
 * Writes README.md, config.json, preprocessor_config.json and onnx/*.onnx. A folder of an earlier export is written over.
 * @throws UserError where the folder is no finished run, `out` holds something else, or a fact is not of its form.
 */
export async function exportToHub(folder: string, out: string, facts: CardFacts = {}): Promise<HubExport> {
  checkFacts(facts);
  checkOut(out);
  const exported = await describeRun(folder);
  const name = basename(resolve(folder)).replaceAll(/[^\w.-]+/g, "-");
  const files = new Map<string, string | Uint8Array>([
    ...exported.encoders.map(({ name: file, bytes }): [string, Uint8Array] => [`onnx/${file}.onnx`, bytes]),
    ["preprocessor_config.json", json(preprocessor(exported))],
    ["README.md", modelCard(name, exported, facts)],
    ["config.json", json(configOf(exported))],
  ]);
  makeFolder(join(out, "onnx"));
  for (const [file, content] of files) writeFileAtomic(join(out, file), content);
  const notes = [
    facts.license === undefined && "the license is unknown: --license says it",
    facts.dataset === undefined && "the card names no data set of the Hub: --dataset OWNER/NAME does",
  ].filter((note) => note !== false);
  return { out, files: [...files.keys()].sort(), notes };
}

function checkFacts({ license, dataset }: CardFacts): void {
  if (license !== undefined && !/^[a-z0-9][a-z0-9.-]*$/.test(license)) {
    throw new UserError(`--license ${license}: expected a license as the Hub calls it, such as mit or cc-by-4.0`);
  }
  if (dataset !== undefined && !/^[\w.-]+\/[\w.-]+$/.test(dataset)) {
    throw new UserError(`--dataset ${dataset}: expected a data set of the Hub, as OWNER/NAME`);
  }
}

/** Nothing but an earlier export is written over. */
function checkOut(out: string): void {
  if (!existsSync(out) || readdirSync(out).length === 0) return;
  const config = join(out, "config.json");
  const isOurs = existsSync(config) && readFileSync(config, "utf8").includes(`"model_type": "${modelType}"`);
  if (!isOurs) throw new UserError(`${out} is not empty, and no export of a run: give another --out`);
}

function configOf({ run, views, encoders, classes }: ExportedRun): object {
  const { config, environment } = run;
  const named = classes && {
    id2label: Object.fromEntries(classes.map((name, id) => [id, name])),
    label2id: Object.fromEntries(classes.map((name, id) => [name, id])),
  };
  return {
    model_type: modelType,
    vantage_version: environment.vantage,
    method: config.method,
    task: run.result.task,
    seed: config.seed,
    options: config.options,
    views: views.map(({ name, columns }) => ({ name, columns })),
    onnx: encoders.map(({ name, inputs, outputs }) => ({ file: `onnx/${name}.onnx`, inputs, outputs })),
    ...named,
  };
}

function preprocessor({ views }: ExportedRun): object {
  return {
    scaling: "inside the ONNX models",
    dtype: "float32",
    views: views.map(({ name, columns, features, encoder, material }) => ({
      ...{ name, columns, features: features ?? null },
      ...(encoder !== undefined && { encoder, material }),
    })),
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
