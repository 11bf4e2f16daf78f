// An index made from a run: its encoders copied, samples of a data set encoded and stored.
import type { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset, View, ViewEncoding } from "../../data/dataset.js";
import { gatherRows } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { readRegular } from "../../inside.js";
import type { ViewShape } from "../../methods/feeding.js";
import { matchViews } from "../../methods/matching/views.js";
import { needPackages } from "../../optional.js";
import { ownValue } from "../../records.js";
import { readViewEncodings } from "../../runs/view-encodings.js";
import { type RunEncoder, runEncoders } from "../encoders/run-encoders.js";
import { ViewEncoder } from "../encoders/view-encoder.js";
import type { Metadata } from "../stores/store.js";
import {
  type ColumnNames,
  clearIndexFolder,
  createIndexFolder,
  hasModel,
  type IndexContent,
  type IndexFolder,
  isIndexFolder,
  type ModelView,
  modelPath,
  readIndexFolder,
  type StoreKind,
} from "./index-folder.js";
import { checkSampleIds, type Details, emojiDetails, labelDetails, matchDetails, sampleId } from "./item-details.js";
import { leftOutOf } from "./left-out.js";
import { inIndexFolder } from "./place.js";
import { type IndexHooks, type IndexPart, type IndexSummary, storeItems } from "./store-items.js";
import { featuresOf, statesOf } from "./view-features.js";

/** Which samples are encoded by which run, and where their items are stored. */
export interface IndexRequest {
  /** The run folder. */
  readonly run: string;
  readonly method: string;
  /** Name of the data set that the run was trained on. */
  readonly trainedOn: string;
  readonly folder: string;
  readonly name: string;
  /** Default: the store that the index has, or else folder. */
  readonly store?: StoreKind;
  readonly data: MultiViewDataset;
  /** The views that the run was trained on, by which those of the data are known. */
  readonly shapes: readonly ViewShape[];
  /** Which samples. */
  readonly rows: Int32Array;
  /** Views whose items are stored; default: all that the run encodes and the data has. */
  readonly views?: readonly string[];
  /** Makes the index anew: what its folder, or a store of its name, held is deleted. */
  readonly replaces?: boolean;
  /** More to keep, by id. */
  readonly details?: ReadonlyMap<string, Metadata>;
}

/** Samples whose mean is the center of codes, for each view. */
const centerSamples = 10_000;

/**
 * Makes an index, or adds to one that is there: items of the same id and view are replaced.
 * @throws UserError where run, data, views and folder do not fit; the signal's reason once it is given.
 */
export async function buildIndex(request: IndexRequest, engine: Engine, hooks: IndexHooks = {}): Promise<IndexSummary> {
  const { data, rows, folder } = request;
  checkSampleIds(data, rows);
  if (data.ids === undefined) hooks.onNote?.("the data has no sample ids: the items are numbered by row, from 0");
  if (request.details !== undefined) matchDetails(request.details, data, rows, hooks.onNote);
  const encoders = runEncoders(request.run);
  const sources = chooseSources(encoders, request, hooks.onNote);
  if (request.store === "pglite") needPackages("an index in PGlite");
  if (request.store === "postgres") needPackages("PostgreSQL");
  return inIndexFolder(folder, () => fillIndex(request, encoders, sources, engine, hooks));
}

async function fillIndex(
  request: IndexRequest,
  encoders: readonly RunEncoder[],
  sources: ReadonlyMap<string, readonly View[]>,
  engine: Engine,
  hooks: IndexHooks,
): Promise<IndexSummary> {
  const { data, rows, folder } = request;
  const wasThere = isIndexFolder(folder);
  const index = await openFolder(request, encoders, sources, engine);
  const chosen = index.manifest.views.filter(hasModel).filter(({ name }) => sources.has(name));
  const parts = chosen.map((view): IndexPart => {
    const inputs = sources.get(view.name)!;
    const own = rowsIn(inputs, rows);
    return { view: view.name, rows: own, encodings: () => encodeRows(index, view, inputs, own, engine) };
  });
  const details = () => detailsOf(request, chosen);
  const leftOut = leftOutOf(sources, rows, hooks.onNote);
  const stored = { index, wasThere, parts, data, details, replaces: request.replaces, map: {} };
  return { ...(await storeItems(stored, engine, hooks)), ...leftOut };
}

/** The data's views that feed each view to be indexed, by name, their columns as the run was trained on them. */
function chooseSources(
  encoders: readonly RunEncoder[],
  { data, shapes, views, run }: IndexRequest,
  onNote?: (note: string) => void,
): ReadonlyMap<string, readonly View[]> {
  const known = encoders.map(({ view }) => view).join(", ");
  const chosen = views?.map((name) => {
    const encoder = encoders.find(({ view }) => view === name);
    if (encoder === undefined) throw new UserError(`${run} encodes no view "${name}"; it encodes ${known}`);
    return encoder;
  });
  const wanted = chosen ?? encoders;
  const inputs = wanted.flatMap((encoder) => encoder.inputs);
  const expected = inputs.map((each) => ({ ...shapes.find(({ name }) => name === each.name), ...each }));
  const apart = chosen === undefined && encoders.every((encoder) => encoder.inputs.length === 1);
  const matched = matchViews(data, expected, { some: apart, onNote });
  const view = (name: string) => matched.views.find((each) => each.name === name);
  const usable = wanted.filter((encoder) => encoder.inputs.every(({ name }) => view(name) !== undefined));
  return new Map(usable.map((encoder) => [encoder.view, encoder.inputs.map(({ name }) => view(name)!)]));
}

/** Samples that are present in all of the views. */
function rowsIn(sources: readonly View[], rows: Int32Array): Int32Array {
  return rows.filter((row) => sources.every(({ present }) => present === undefined || present[row] === 1));
}

async function openFolder(
  request: IndexRequest,
  encoders: readonly RunEncoder[],
  sources: ReadonlyMap<string, readonly View[]>,
  engine: Engine,
): Promise<IndexFolder> {
  const { folder, method, name, run, data, store } = request;
  const encodings = encodingsOf(request);
  const views = encoders.map((encoder) => viewOf(encoder, encodings));
  const models = new Map(encoders.map(({ file, bytes }) => [file, bytes]));
  const [{ dimensions, makesCodes }] = encoders as [RunEncoder];
  const about: IndexContent = {
    name,
    created: new Date().toISOString(),
    method,
    dataset: data.name,
    run,
    bits: Math.ceil(dimensions / 8) * 8,
    dimensions,
    codes: makesCodes ? "sign" : "centred",
    views,
    store: store ?? "folder",
  };
  const named = {
    columns: columnNames(encoders, request.shapes),
    states: statesOf(
      encodings,
      views.map((view) => view.name),
    ),
  };
  if (request.replaces && isIndexFolder(folder)) {
    const { manifest } = readIndexFolder(folder);
    clearIndexFolder(folder);
    return openFolder({ ...request, store: store ?? manifest.store }, encoders, sources, engine);
  }
  if (isIndexFolder(folder)) return extendFolder(readIndexFolder(folder), about, models, named, store);
  if (makesCodes) return createIndexFolder(folder, about, models, named);
  // The encoders are where the run has them until the folder is made.
  const start = { folder: run, manifest: { format: 1, ...about }, ...named } as const;
  const center = await meanVector(start, sources, request.rows, engine);
  return createIndexFolder(folder, about, models, { ...named, center });
}

/** Names of the features of each view, its inputs side by side; of those that have any, all different. */
function columnNames(encoders: readonly RunEncoder[], shapes: readonly ViewShape[]): ColumnNames {
  const named = encoders.flatMap(({ view, inputs }): [string, string[]][] => {
    const features = inputs.flatMap(({ name }) => shapes.find((shape) => shape.name === name)?.features ?? []);
    const columns = inputs.reduce((sum, input) => sum + input.columns, 0);
    return features.length === columns && new Set(features).size === columns ? [[view, features]] : [];
  });
  return Object.fromEntries(named);
}

/** How the run's views were made; of a run that does not say it, how those of its own data set are. */
function encodingsOf({ run, data, trainedOn }: IndexRequest): Readonly<Record<string, ViewEncoding>> {
  const own = readViewEncodings(run);
  return Object.keys(own).length > 0 || data.name !== trainedOn ? own : (data.encoders ?? {});
}

function viewOf(
  { view, file, inputs, output }: RunEncoder,
  encodings: Readonly<Record<string, ViewEncoding>>,
): ModelView {
  const columns = inputs.reduce((sum, input) => sum + input.columns, 0);
  const encoding = ownValue(encodings, view);
  return {
    ...{ name: view, columns, model: file, inputs: [...inputs], output },
    ...(encoding && { features: featuresOf(encoding) }),
  };
}

/** An index that is there takes further views of the same run, and keeps everything else. @throws UserError where it is of another run. */
export function extendFolder(
  index: IndexFolder,
  about: IndexContent,
  models: ReadonlyMap<string, Uint8Array>,
  named: Pick<IndexFolder, "columns" | "states">,
  store: StoreKind | undefined,
): IndexFolder {
  const { folder, manifest, center, coder } = index;
  const otherRun = () =>
    new UserError(
      `${folder} was made with another run (${manifest.run}): give another --out, or --replace to delete its items`,
    );
  if (manifest.codes !== about.codes || manifest.dimensions !== about.dimensions) throw otherRun();
  if (store !== undefined && store !== manifest.store) {
    throw new UserError(
      `${folder} keeps its items in ${manifest.store}, not in ${store}: give another --out, or --replace to delete them`,
    );
  }
  if (about.name !== manifest.name) {
    throw new UserError(
      `${folder} is called ${manifest.name}, not ${about.name}, and an existing index keeps its name: leave it out, or give --replace to replace the index`,
    );
  }
  for (const view of manifest.views) {
    if (!hasModel(view)) continue;
    const bytes = models.get(view.model);
    if (bytes === undefined || Buffer.compare(bytes, readRegular(modelPath(folder, view))) !== 0) throw otherRun();
  }
  const more = about.views.filter(({ name }) => !manifest.views.some((view) => view.name === name));
  if (more.length === 0) return index;
  return createIndexFolder(folder, { ...manifest, views: [...manifest.views, ...more] }, models, {
    ...named,
    center,
    coder,
  });
}

async function meanVector(
  index: IndexFolder,
  sources: ReadonlyMap<string, readonly View[]>,
  rows: Int32Array,
  engine: Engine,
): Promise<Float32Array> {
  const sums = new Float64Array(index.manifest.dimensions);
  let count = 0;
  for (const view of index.manifest.views.filter(hasModel)) {
    const inputs = sources.get(view.name);
    if (inputs === undefined) continue;
    const own = rowsIn(inputs, rows);
    const step = Math.max(1, Math.ceil(own.length / centerSamples));
    const sample = own.filter((_, i) => i % step === 0);
    for await (const { vector } of encodeRows(index, view, inputs, sample, engine)) {
      for (let j = 0; j < sums.length; j++) sums[j]! += vector[j]!;
      count++;
    }
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(1, count));
}

async function* encodeRows(
  index: IndexFolder,
  view: ModelView,
  sources: readonly View[],
  rows: Int32Array,
  engine: Engine,
): AsyncGenerator<{ row: number; code: Uint8Array; vector: Float32Array }> {
  const encoder = await ViewEncoder.open(index, view, engine);
  const { together } = encoder;
  const parts = view.inputs.map(({ columns }) => new Float32Array(together * columns));
  try {
    for (let start = 0; start < rows.length; start += together) {
      const chunk = rows.subarray(start, start + together);
      for (const [i, { matrix }] of sources.entries()) gatherRows(matrix, chunk, parts[i]!);
      const encodings = Array.from(chunk, (_, i) => {
        const features = new Float32Array(view.columns);
        let offset = 0;
        for (const [v, { columns }] of view.inputs.entries()) {
          features.set(parts[v]!.subarray(i * columns, (i + 1) * columns), offset);
          offset += columns;
        }
        return encoder.encode(features);
      });
      const done = await Promise.all(encodings);
      for (const [i, encoding] of done.entries()) yield { row: chunk[i]!, ...encoding };
    }
  } finally {
    await encoder.release();
  }
}

async function detailsOf(request: IndexRequest, views: readonly ModelView[]): Promise<Details> {
  const { data, folder, rows, details: user } = request;
  const label = labelDetails(data);
  const own = data.name === "emoji" ? await emojiDetails(folder, views, rows) : undefined;
  return (row, view) => ({ ...own?.(row, view), ...label(row, view), ...user?.get(sampleId(data, row)) });
}
