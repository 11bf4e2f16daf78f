// result.json and map.safetensors: what a finished run found, enough to make its report again from the folder alone.
import { existsSync, rmSync } from "node:fs";
import type { DatasetDescription } from "../data/describe.js";
import { UserError } from "../errors.js";
import { writeFileAtomic } from "../files.js";
import { inside, readRegular } from "../inside.js";
import { parseAs, parseJson } from "../json.js";
import type { Metrics } from "./metrics-log.js";
import { resultSchema } from "./result-schema.js";
import { readTensors, type StoredTensor, writeTensors } from "./safetensors.js";
import type { StageSummary } from "./stages.js";

/** Counts of samples by true class and predicted class (clusters: the class that each is matched to). */
export interface Confusion {
  /** True classes. */
  readonly rows: readonly string[];
  /** Predicted classes; one more, such as "unmatched", where there are more clusters than classes. */
  readonly columns: readonly string[];
  /** rows × columns. */
  readonly counts: readonly (readonly number[])[];
}

/** Curves of one direction of cross-view retrieval. Fractions. */
export interface RetrievalCurves {
  /** As in "image->text". */
  readonly direction: string;
  /** By Hamming radius 0, 1, 2 …: precision and recall of everything within it. */
  readonly byRadius?: { readonly precision: readonly number[]; readonly recall: readonly number[] };
  /** Precision of the first k items. */
  readonly precisionAt?: { readonly k: readonly number[]; readonly precision: readonly number[] };
}

/** Measures by name. */
export interface BaselineMetrics {
  readonly [name: string]: number;
}

/** What simple methods reach on the samples that a result was measured on. */
export interface Baselines {
  /** k-means, or a linear SVM, on all views side by side, features scaled to [0, 1]. */
  readonly joined?: BaselineMetrics;
  /** The same on the view alone on which it does best, as the labels say. */
  readonly bestView?: { readonly name: string } & Readonly<Record<string, number | string>>;
  /** The same on every view alone, by name. */
  readonly views?: Readonly<Record<string, BaselineMetrics>>;
  /** Plain CCA: measures keyed by direction, as in the result. */
  readonly cca?: Metrics;
  /** What was left out, and why. */
  readonly notes?: readonly string[];
}

/** Clusters of samples without labels. */
export interface ClusterSummary {
  /** Samples of each cluster. */
  readonly sizes: readonly number[];
  /** Mean silhouette in the joined views, features scaled to [0, 1]; absent where there is one cluster only. */
  readonly silhouette?: number;
  /** Samples that the silhouette is of, where these are not all. */
  readonly silhouetteSamples?: number;
  /** Mean adjusted Rand index of k-means on random subsamples of the representation (Ben-Hur et al. 2002); 1 = always the same. */
  readonly stability?: number;
}

export interface RunResult {
  readonly method: string;
  readonly task: string;
  readonly seed: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly secondsPerEpoch: number;
  /** Final measures, as in the last line of `--json`. */
  readonly metrics: Metrics;
  readonly dataset: DatasetDescription;
  /** Each stage with its epochs; absent in runs of older versions. */
  readonly stages?: readonly StageSummary[];
  readonly baselines?: Baselines;
  readonly clusters?: ClusterSummary;
  /** By view name: what one view reaches alone. */
  readonly viewMetrics?: Readonly<Record<string, Metrics>>;
  readonly confusion?: Confusion;
  readonly retrieval?: readonly RetrievalCurves[];
}

/** A way to color the points of a map. */
export interface Coloring {
  /** "label", "cluster" (as the label that it is matched to), "modality". */
  readonly name: string;
  /** Per point: a place in `names`, or −1 for none. */
  readonly values: Int32Array;
  readonly names: readonly string[];
}

/** The representation in two dimensions. */
export interface EmbeddingMap {
  /** How it was made: "PCA", "t-SNE". */
  readonly projection: string;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly colorings: readonly Coloring[];
  /** Ids of the points, where they are known. */
  readonly ids?: readonly string[];
}

const resultFile = "result.json";
const mapFile = "map.safetensors";
const prefix = "colouring.";
/** A larger result.json is not read. */
const mostBytes = 2 ** 26;

/**
 * Writes the result of a run, the map first: a folder with result.json is complete. An older map goes where there is none now.
 * @throws RangeError for a map whose lengths differ; UserError where the folder cannot be written.
 */
export function writeResult(folder: string, result: RunResult, map?: EmbeddingMap): void {
  if (map) writeMap(inside(folder, mapFile), map);
  else rmSync(inside(folder, mapFile), { force: true });
  writeFileAtomic(inside(folder, resultFile), `${JSON.stringify(result, null, 2)}\n`);
}

/**
 * The result of a run, undefined where it has not been finished.
 * @throws UserError where a file cannot be read or is not one of ours.
 */
export function readResult(folder: string): { result: RunResult; map?: EmbeddingMap } | undefined {
  const path = inside(folder, resultFile);
  if (!existsSync(path)) return undefined;
  const result = parseResult(path);
  const mapPath = inside(folder, mapFile);
  return existsSync(mapPath) ? { result, map: readMap(mapPath) } : { result };
}

function parseResult(path: string): RunResult {
  return parseAs(resultSchema, parseJson(readRegular(path, mostBytes).toString("utf8"), path), path);
}

/** @throws RangeError for lengths that differ; UserError where the file cannot be written. */
export function writeMap(path: string, { projection, x, y, colorings, ids }: EmbeddingMap): void {
  const points = [x.length];
  const tensors = new Map<string, StoredTensor>([
    ["x", { shape: points, data: x }],
    ["y", { shape: points, data: y }],
  ]);
  for (const { name, values } of colorings) tensors.set(prefix + name, { shape: points, data: values });
  const names = Object.fromEntries(colorings.map((each) => [each.name, each.names]));
  const metadata = { format: "vantage-map-1", projection, names: JSON.stringify(names) };
  writeTensors(path, tensors, ids ? { ...metadata, ids: JSON.stringify(ids) } : metadata);
}

/** @throws UserError where the file cannot be read or is no map. */
export function readMap(path: string): EmbeddingMap {
  const { tensors, metadata } = readTensors(path);
  const x = tensors.get("x")?.data;
  const y = tensors.get("y")?.data;
  const { projection, names: text, ids } = metadata;
  if (!(x instanceof Float32Array) || !(y instanceof Float32Array) || text === undefined || projection === undefined) {
    throw new UserError(`${path} is not a map: expected tensors x and y of type F32, and projection and names`);
  }
  const colorings = Object.entries(parseJson(text, `${path}: names`) ?? {}).map(([name, names]): Coloring => {
    const values = tensors.get(prefix + name)?.data;
    if (!(values instanceof Int32Array) || values.length !== x.length || y.length !== x.length) {
      throw new UserError(`${path}: expected ${x.length} values of type I32 for "${name}"`);
    }
    if (!isTexts(names)) throw new UserError(`${path}: expected a list of names for "${name}"`);
    return { name, values, names };
  });
  const known = ids === undefined ? undefined : parseJson(ids, `${path}: ids`);
  if (known !== undefined && !(isTexts(known) && known.length === x.length)) {
    throw new UserError(`${path}: expected ${x.length} ids`);
  }
  return { projection, x, y, colorings, ...(known && { ids: known }) };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
