// Opening a data set by what the user typed: a path to a file, or a name in the catalog of sets that need no download.
import { existsSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { UserError } from "../errors.js";
import { didYouMean } from "../near-names.js";
import { cardFiles, findCard, openCard, type PlacedCard, shippedCards } from "./cards/index.js";
import { checkDataset } from "./check.js";
import { MultiViewDataset } from "./dataset.js";
import { isNone } from "./layout/columns.js";
import { layoutBeside } from "./layout/layout-file.js";
import { type FileOptions, type OpenedFiles, openFiles, pickViews } from "./open-files.js";
import {
  defaultEmojiViews,
  type EmojiOptions,
  type EmojiView,
  emoji,
  emojiLabelings,
  languages,
  makers,
} from "./sets/emoji/index.js";
import { type NoisyMnistVariant, noisyMnist } from "./sets/noisy-mnist.js";
import { type SyntheticOptions, synthetic, syntheticDefaults } from "./sets/synthetic.js";

/** How a data set is opened. */
export interface OpenOptions extends FileOptions {
  /** Seed of data that is made up, 0 by default; `seed=1` in the name goes before it. */
  readonly seed?: number;
  /** Receives the share of a set that is built, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  /** Receives what was worked out about a file and what is odd about the data. */
  readonly onNote?: (note: string) => void;
}

/** A set in the catalog. */
export interface CatalogEntry {
  readonly name: string;
  readonly description: string;
  readonly samples: number;
  readonly views: readonly string[];
  readonly classes: number;
  /** What can be set after a colon, as in `synthetic:samples=5000,views=3`. */
  readonly parameters: readonly string[];
}

type ParameterValues = Readonly<Record<string, number | readonly number[] | readonly string[]>>;

interface Recipe extends CatalogEntry {
  /** For parameters that are words instead of numbers: those they can be. */
  readonly words?: Readonly<Record<string, readonly string[]>>;
  make(parameters: ParameterValues & { readonly seed: number }, options: OpenOptions): Promise<MultiViewDataset>;
}

const recipes: readonly Recipe[] = [
  mnistRecipe(
    "noisy-mnist",
    70_000,
    "turned digits and noisy digits of the same class (Wang et al. 2015), 60,000 of them training",
  ),
  mnistRecipe("noisy-mnist-10k", 10_000, "5000 training and 5000 test samples of noisy-mnist"),
  {
    name: "synthetic",
    description: "made-up views of shared and private factors, mixed nonlinearly",
    samples: syntheticDefaults.samples,
    views: Array.from({ length: syntheticDefaults.views }, (_, v) => `view${v + 1}`),
    classes: syntheticDefaults.classes,
    parameters: Object.keys(syntheticDefaults),
    make: async (parameters) => synthetic(parameters as Partial<SyntheticOptions>),
  },
  {
    name: "emoji",
    description: `pictures by ${makers.join(", ")}, names and keywords in ${languages.length} languages (en, de, fr, ja, …)`,
    samples: 1594,
    views: defaultEmojiViews,
    classes: 9,
    parameters: ["views", "labels"],
    words: { views: [...makers, ...languages], labels: emojiLabelings },
    make: makeEmoji,
  },
];

/** Views come from the parameter, or else are those that the selection names. */
async function makeEmoji(parameters: ParameterValues, options: OpenOptions): Promise<MultiViewDataset> {
  const { views, labels = options.labels === undefined ? [] : [options.labels] } = parameters as EmojiParameters;
  const known = [...makers, ...languages] as string[];
  const requested = options.views?.map(({ variable }) => variable) ?? [];
  const missing = requested.find((name) => !known.includes(name) && !/^\d+$/.test(name));
  if (missing !== undefined) throw new UserError(`emoji: no view "${missing}"; its views are ${known.join(", ")}`);
  const byName = requested.filter((name) => known.includes(name)) as EmojiView[];
  // A number means one of the views that are taken by default.
  const wanted = new Set(byName.length === requested.length ? byName : [...defaultEmojiViews, ...byName]);
  const [labeling = "group", ...more] = labels;
  if (more.length > 0 || !(emojiLabelings as readonly string[]).includes(labeling)) {
    throw new UserError(`emoji: labels are "${labels.join("/")}", expected one of ${emojiLabelings.join(", ")}`);
  }
  const { onProgress, onNote } = options;
  const chosen = views ?? (wanted.size > 0 ? [...wanted] : defaultEmojiViews);
  return emoji({ views: chosen, labels: labeling as EmojiOptions["labels"], onProgress, onNote });
}

interface EmojiParameters {
  readonly views?: readonly EmojiView[];
  readonly labels?: readonly string[];
}

function mnistRecipe(variant: NoisyMnistVariant, samples: number, description: string): Recipe {
  return {
    name: variant,
    description,
    samples,
    views: ["rotated", "noisy"],
    classes: 10,
    parameters: ["seed"],
    make: ({ seed }, { onProgress, onNote }) => noisyMnist({ variant, seed, onProgress, onNote }),
  };
}

/**
 * The sets that can be opened by name.
 * @example
 * ```ts
 * import { catalog } from "vantage-ml/data";
 *
 * console.log(catalog().map(({ name }) => name)); // [ 'noisy-mnist', 'noisy-mnist-10k', 'synthetic', 'emoji' ]
 * ```
 */
export function catalog(): readonly CatalogEntry[] {
  return recipes.map(({ make: _, ...entry }) => entry);
}

/**
 * Opens a data set and checks it (`checkDataset`). Several paths are one data set, joined by the ids of the samples. What is before a colon, or the whole, is looked up in the catalog
 * first, then among the dataset cards (`findCard`); everything else is a path. A file's set is named after the file, without
 * its extension.
 * @param nameOrPath such as `noisy-mnist`, `synthetic:samples=100000,views=3,dimensions=64/32/16`, `data/Digits-2V.mat`,
 *   `xmedia:downloads/XMedia`, or a folder or YAML file with a dataset card.
 * @throws UserError where there is no such set or file, a parameter or view does not exist, or the data cannot be used.
 */
export async function openDataset(
  nameOrPath: string | readonly string[],
  options: OpenOptions = {},
): Promise<MultiViewDataset> {
  const { onNote = () => {} } = options;
  const opened =
    typeof nameOrPath === "string" ? await openOne(nameOrPath, options) : await openFiles(nameOrPath, options);
  const { dataset, notes } = opened;
  // A reader may have reported a part of what the check says.
  const all = [...notes, ...checkDataset(dataset)];
  for (const [i, note] of all.entries()) if (!all.some((other, j) => j > i && other.startsWith(note))) onNote(note);
  return dataset;
}

async function openOne(nameOrPath: string, options: OpenOptions): Promise<OpenedFiles> {
  const [name, ...rest] = nameOrPath.split(":");
  const recipe = recipes.find((each) => each.name === name);
  if (!recipe) return openFile(nameOrPath, options);
  return { dataset: await makeByRecipe(recipe, rest.join(":"), options), notes: [] };
}

/** The files that `openDataset` reads for a name or path: none for a set of the catalog, a card and its files, or one file. */
export function dataFiles(nameOrPath: string | readonly string[]): string[] {
  if (typeof nameOrPath !== "string") return nameOrPath.flatMap(dataFiles);
  if (recipes.some(({ name }) => name === nameOrPath.split(":")[0])) return [];
  const placed = findCard(nameOrPath);
  if (placed === undefined) return [nameOrPath, ...[layoutBeside(nameOrPath) ?? []].flat()];
  const own = existsSync(nameOrPath) && statSync(nameOrPath).isFile() ? [nameOrPath] : [];
  return [...own, ...cardFiles(placed.card).map((file) => join(placed.folder, file))];
}

async function makeByRecipe(recipe: Recipe, text: string, options: OpenOptions): Promise<MultiViewDataset> {
  if (isNone(options.labels)) return withoutLabels(await makeByRecipe(recipe, text, { ...options, labels: undefined }));
  if (options.labels !== undefined && !recipe.words?.labels) {
    throw new UserError(
      `${recipe.name} has its own labels, which --labels none leaves out; labels "${options.labels}" can only be chosen from a file`,
    );
  }
  const dataset = await recipe.make({ seed: options.seed ?? 0, ...parseParameters(recipe, text) }, options);
  return options.views === undefined ? dataset : pickViews(dataset, options.views);
}

function withoutLabels(dataset: MultiViewDataset): MultiViewDataset {
  return new MultiViewDataset({ ...dataset, labels: undefined }, { values: "trusted" });
}

async function openFile(path: string, options: OpenOptions): Promise<OpenedFiles> {
  const placed = findCard(path);
  if (placed) return openByCard(placed, options);
  const looksLikePath = /[/\\]/.test(path) || extname(path) !== "";
  if (!looksLikePath && !existsSync(path)) {
    const names = [...recipes, ...shippedCards()].map((each) => each.name);
    const hint = didYouMean(path, names) ?? `the catalog has ${names.join(", ")}`;
    throw new UserError(`"${path}" is neither a file nor a data set of the catalog; ${hint}`);
  }
  return openFiles([path], options);
}

async function openByCard(
  { card, folder, cameWithFiles }: PlacedCard,
  { views, labels, seed = 0 }: OpenOptions,
): Promise<OpenedFiles> {
  if (labels !== undefined && !isNone(labels)) {
    throw new UserError(
      `${card.name}: its card says which labels it has, and --labels none leaves them out; labels "${labels}" can only be chosen from a file`,
    );
  }
  const notes: string[] = [];
  const whole = await openCard(card, folder, { seed, cameWithFiles, onNote: (note) => notes.push(note) });
  const dataset = isNone(labels) ? withoutLabels(whole) : whole;
  return { dataset: views === undefined ? dataset : pickViews(dataset, views), notes };
}

/** Reads `name=value` pairs, comma-separated; several values are separated by slashes. Words always come as a list. */
function parseParameters(recipe: Recipe, text: string): ParameterValues {
  const values: Record<string, number | number[] | string[]> = {};
  for (const pair of text === "" ? [] : text.split(",")) {
    const [name = "", value = ""] = pair.split("=").map((part) => part.trim());
    if (!recipe.parameters.includes(name)) {
      throw new UserError(`${recipe.name}: no parameter "${name}"; it has ${recipe.parameters.join(", ")}`);
    }
    const words = recipe.words?.[name];
    if (words) {
      const chosen = value.split("/").map((part) => part.trim());
      const odd = chosen.find((word) => !words.includes(word));
      if (odd !== undefined)
        throw new UserError(`${recipe.name}: ${name} is "${odd}", expected one or more of ${words.join(", ")}`);
      values[name] = chosen;
      continue;
    }
    const numbers = value.split("/").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    if (numbers.some(Number.isNaN))
      throw new UserError(`${recipe.name}: ${name} is "${value}", expected a number as in ${name}=10`);
    values[name] = numbers.length === 1 ? numbers[0]! : numbers;
  }
  return values;
}
