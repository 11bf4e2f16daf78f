// What a command is given: flags, --set, a configuration file; and the option schema as help text.
import type { Command } from "commander";
import { parse } from "yaml";
import { z } from "zod";
import { checkThreads, devices, type EngineOptions } from "../core/runtime/index.js";
import { imputations } from "../data/imputation/imputer.js";
import { UserError } from "../errors.js";
import type { MethodDefinition } from "../methods/define.js";
import { recordOf } from "../records.js";
import type { EventPlace } from "../runs/tensorboard/event-file.js";
import { readYaml } from "../yaml.js";
import { addDataFlags, addImputeFlag, type DataFlags } from "./data-flags.js";
import { describeOption } from "./method-flags.js";
import { say } from "./output/output.js";
import { presetOptions } from "./presets.js";
import { collect } from "./repeated.js";

export interface CommonFlags extends DataFlags {
  readonly task?: string;
  readonly epochs?: string;
  readonly batch?: string;
  readonly seed?: string;
  readonly seeds?: string;
  readonly bits?: string;
  readonly queries?: string;
  readonly reuse?: string;
  readonly pretrainOnly?: boolean;
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly config?: string;
  readonly out?: string;
  readonly device?: string;
  readonly threads?: string;
  readonly resume?: string | true;
  readonly log?: string;
}

/** A file given with --config: config.yaml of a run, or any part of one. */
const configFile = z.looseObject({
  method: z.string().optional(),
  task: z.string().optional(),
  seed: z.number().int().optional(),
  dataset: z
    .looseObject({
      data: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
      views: z.string().optional(),
      labels: z.string().optional(),
      ids: z.string().optional(),
      splits: z.string().optional(),
      ignore: z.array(z.string()).optional(),
      samples: z.enum(["rows", "columns"]).optional(),
      layout: z.string().optional(),
      impute: z.enum(imputations).optional(),
      dropIncomplete: z.boolean().optional(),
      media: z
        .looseObject({
          textColumns: z.array(z.string()).readonly().optional(),
          textAs: z.enum(["joined", "each"]).optional(),
          labelLevel: z.int().min(0).optional(),
        })
        .catchall(z.unknown())
        .optional(),
      imageEncoder: z.string().optional(),
      textEncoder: z.string().optional(),
      text: z
        .looseObject({ header: z.enum(["yes", "no"]).optional(), missing: z.array(z.string()).readonly().optional() })
        .catchall(z.unknown())
        .optional(),
    })
    .optional(),
  options: recordOf(z.unknown()).optional(),
});
export type ConfigFile = z.output<typeof configFile>;

/** @throws UserError where the file cannot be read, is not YAML, or has a part of the wrong type. */
export function readConfigFile(path: string | undefined): ConfigFile {
  if (path === undefined) return {};
  const result = configFile.safeParse(readYaml(path) ?? {});
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new UserError(`${path}: ${issue.path.join(".") || "the file"}: ${issue.message}`);
  }
  return result.data;
}

/** Flags that are whole numbers to every method that has an option of the name. */
const numberFlags = ["epochs", "batch", "seed"] as const;
const otherFlags = ["task", "queries", "reuse", "pretrainOnly"] as const;

/**
 * Options of a method from a preset, a configuration file, flags and --set: the later ones win.
 * @param own flags of the method's own options, as text by name.
 */
export function methodOptions(
  flags: CommonFlags,
  config: ConfigFile,
  method: Parameters<typeof presetOptions>[1],
  own: ReadonlyMap<string, string> = new Map(),
): Record<string, unknown> {
  const options = new Map(Object.entries({ ...presetOptions(flags.preset, method), ...config.options }));
  if (config.task !== undefined) options.set("task", config.task);
  if (config.seed !== undefined) options.set("seed", config.seed);
  for (const name of numberFlags) {
    const text = flags[name];
    if (text !== undefined) options.set(name, wholeNumber(`--${name}`, text));
  }
  for (const name of otherFlags) if (flags[name] !== undefined) options.set(name, flags[name]);
  for (const [name, text] of own) options.set(name, yamlValue(text));
  for (const setting of flags.set ?? []) {
    const [, name, text] = /^([\w.-]+)=(.*)$/s.exec(setting) ?? [];
    if (name === undefined) throw new UserError(`--set ${setting}: expected name=value`);
    options.set(name, yamlValue(text!));
  }
  return Object.fromEntries(options);
}

function yamlValue(text: string): unknown {
  try {
    return parse(text) ?? text;
  } catch {
    return text;
  }
}

export function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new UserError(`${flag} ${text}: expected a whole number`);
  }
  return value;
}

/** @throws UserError where device or threads are none that there can be. */
export function engineOptions({ device, threads }: Pick<CommonFlags, "device" | "threads">): EngineOptions {
  if (device !== undefined && !(devices as readonly string[]).includes(device)) {
    throw new UserError(`--device ${device}: expected ${devices.join(", ")}`);
  }
  return {
    device: device as (typeof devices)[number] | undefined,
    threads: threads === undefined ? undefined : threadsOf(threads),
    onNote: (note) => say(`  note: ${note}`),
  };
}

/** The number of `--threads`. */
export function threadsOf(text: string): number {
  return checkThreads(wholeNumber("--threads", text), "--threads");
}

/** Flags that training commands share; those of options that the method lacks are left out. */
export function addCommonFlags(
  command: Command,
  { options, tasks }: Pick<MethodDefinition, "options" | "tasks">,
): Command {
  const { shape } = options as z.ZodObject;
  addImputeFlag(addDataFlags(command)).option(
    `--task <${tasks.join("|")}>`,
    `task of the result (default: ${tasks[0]})`,
  );
  for (const name of numberFlags) {
    if (name in shape) command.option(`--${name} <n>`, describeOption(shape[name] as z.ZodType));
  }
  return command
    .option("--seeds <0..4|0,1,2>", "train with several seeds; report mean and deviation")
    .option("--set <name=value>", "any option of the method; may be repeated", collect)
    .option("--config <file.yaml>", "settings from a file, such as config.yaml of another run")
    .option("--out <folder>", "run folder (default: runs/<method>-<data>-<seed>)")
    .option(`--device <${devices.join("|")}>`, "where the networks run", "cpu")
    .option("--threads <n>", "threads for matrix products and kernels (default: one per processor)")
    .option("--resume [run]", "resume an interrupted run: a run folder, or the one given with --out")
    .option("--log <tensorboard[:DIR]>", "also write TensorBoard event files: into the run folder, or into DIR");
}

/**
 * Where `--log` sends TensorBoard event files.
 * @throws UserError for another kind of log.
 */
export function eventPlace({ log }: Pick<CommonFlags, "log">): EventPlace | undefined {
  if (log === undefined) return undefined;
  if (log === "tensorboard") return true;
  const [, folder] = /^tensorboard:(.+)$/s.exec(log) ?? [];
  if (folder !== undefined) return folder;
  throw new UserError(`--log ${log}: expected tensorboard, or tensorboard:DIR`);
}
