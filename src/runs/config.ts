// config.yaml: everything needed to repeat a run.
import { stringify } from "yaml";
import { UserError } from "../errors.js";
import { writeFileAtomic } from "../files.js";
import { readYaml } from "../yaml.js";
import { keptWords } from "./command.js";

/** What `config.yaml` of a run folder holds. */
export interface RunConfig {
  readonly method: string;
  readonly task?: string;
  /** Its name, and how it was opened: path, views, labels, corruption, splits. */
  readonly dataset: { readonly name: string; readonly [setting: string]: unknown };
  readonly seed: number;
  /** Every option of the method, defaults included. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The command that repeats the run, word by word from "vantage" on; flags that do not (such as --token) are left out. */
  readonly command?: readonly string[];
}

/** A longer config.yaml is not read; that of a run with thousands of named columns is shorter. */
const mostBytes = 2 ** 20;
/** Version of the run folder, in config.yaml. */
const format = 1;

export function writeConfig(path: string, config: RunConfig): void {
  writeFileAtomic(path, stringify({ format, ...remembered(config) }));
}

/** Both ways, since older versions kept the command as it was typed. */
function remembered(config: RunConfig): RunConfig {
  return config.command === undefined ? config : { ...config, command: keptWords(config.command) };
}

/** @throws UserError where the file cannot be read, is not YAML, is of a later version or lacks a part. */
export function readConfig(path: string): RunConfig {
  const value = readYaml(path, { follow: false, most: mostBytes });
  if (!isObject(value)) throw new UserError(`${path}: expected a mapping with method, dataset, seed and options`);
  const { format: found, ...config } = value;
  if (found !== format) {
    throw new UserError(`${path}: run folder format ${found ?? "missing"}, this version of vantage knows ${format}`);
  }
  const { method, dataset, seed, options, task, command } = config;
  if (typeof method !== "string") throw new UserError(`${path}: method: expected a name, found ${shown(method)}`);
  if (!isObject(dataset) || typeof dataset.name !== "string") {
    throw new UserError(`${path}: dataset: expected a mapping with a name, found ${shown(dataset)}`);
  }
  if (!Number.isSafeInteger(seed)) throw new UserError(`${path}: seed: expected a whole number, found ${shown(seed)}`);
  if (!isObject(options)) throw new UserError(`${path}: options: expected a mapping, found ${shown(options)}`);
  if (task !== undefined && typeof task !== "string") {
    throw new UserError(`${path}: task: expected a name, found ${shown(task)}`);
  }
  if (command !== undefined && !(Array.isArray(command) && command.every((word) => typeof word === "string"))) {
    throw new UserError(`${path}: command: expected a list of words, found ${shown(command)}`);
  }
  return remembered(config as unknown as RunConfig);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
}
