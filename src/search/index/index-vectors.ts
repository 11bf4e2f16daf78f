// An index of vectors, or of packed codes, as they are: nothing is trained, and no run is needed.
import type { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset, View, ViewEncoding } from "../../data/dataset.js";
import { gatherRows } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { allRows } from "../../methods/feeding.js";
import { needPackages } from "../../optional.js";
import { ownValue } from "../../records.js";
import type { Metadata } from "../stores/store.js";
import { bitsOf, codesOf, fitCoder, type ViewRows } from "./coder.js";
import {
  clearIndexFolder,
  createIndexFolder,
  hasModel,
  type IndexContent,
  type IndexFolder,
  type IndexView,
  isIndexFolder,
  readIndexFolder,
  type StoreKind,
  type VectorCodes,
} from "./index-folder.js";
import { checkSampleIds, labelDetails, matchDetails, sampleId } from "./item-details.js";
import { leftOutOf } from "./left-out.js";
import { inIndexFolder } from "./place.js";
import { type IndexHooks, type IndexSummary, storeItems } from "./store-items.js";
import { type Encoded, isUsable } from "./vector-view.js";
import { featuresOf, type LearnedStates, statesOf } from "./view-features.js";

/** Vectors encoded and stored at a time. */
const together = 256;
/** Nobody has waited for a training before: t-SNE may take a second or two. */
const mostForTsne = 2000;

/** Which vectors go into which index. */
export interface VectorRequest {
  /** A view's matrix holds vectors, or bytes of packed codes. */
  readonly data: MultiViewDataset;
  /** Where the data came from, for the index to say. */
  readonly source: string;
  readonly folder: string;
  readonly name: string;
  /** Default: those that the index has, or else signs. */
  readonly codes?: VectorCodes | "packed";
  /** Default: the store that the index has, or else folder. */
  readonly store?: StoreKind;
  /** Makes the index anew: what its folder, or a store of its name, held is deleted. */
  readonly replaces?: boolean;
  /** Whether the page gets a map of the items. Default: true. */
  readonly withMap?: boolean;
  /** More to keep, by id. */
  readonly details?: ReadonlyMap<string, Metadata>;
  /** More to keep, by row. */
  readonly columns?: (row: number) => Metadata;
}

/**
 * Makes an index of vectors as they are, or adds to one that is there: items of the same id and view are replaced.
 * @throws UserError where the vectors have no cosine with each other (zeros, another length) or do not fit the index that is there; the signal's reason once it is given.
 */
export async function indexVectors(
  request: VectorRequest,
  engine: Engine,
  hooks: IndexHooks = {},
): Promise<IndexSummary> {
  const { data, folder, details, store } = request;
  const rows = allRows(data.samples);
  checkSampleIds(data, rows);
  if (data.ids === undefined) hooks.onNote?.("the data has no sample ids: the items are numbered by row, from 0");
  if (details !== undefined) matchDetails(details, data, rows, hooks.onNote);
  checkLengths(data, request.codes);
  const views = data.views.map((view): ViewRows => ({ view, rows: presentRowsOf(view, rows) }));
  const before = isIndexFolder(folder) && !request.replaces ? readIndexFolder(folder) : undefined;
  const codes = request.codes ?? vectorCodesOf(before) ?? "signs";
  for (const each of views) checkVectors(data, each, codes === "packed");
  if (store === "pglite") needPackages("an index in PGlite");
  if (store === "postgres") needPackages("PostgreSQL");
  return inIndexFolder(folder, async () => {
    const index = await openFolder({ ...request, codes }, views, before, engine);
    const parts = views.map(({ view, rows: own }) => ({
      view: view.name,
      rows: own,
      encodings: () => encodings(index, view, own, engine),
    }));
    const label = labelDetails(data);
    const metadata = (row: number, view: string) => ({
      ...request.columns?.(row),
      ...label(row, view),
      ...details?.get(sampleId(data, row)),
    });
    const { replaces } = request;
    const map = (request.withMap ?? true) && { mostForTsne };
    const all = { index, wasThere: before !== undefined, parts, data, details: async () => metadata, replaces, map };
    const leftOut = leftOutOf(new Map(data.views.map((view) => [view.name, [view]])), rows, hooks.onNote);
    return { ...(await storeItems(all, engine, hooks)), ...leftOut };
  });
}

function presentRowsOf({ present }: View, rows: Int32Array): Int32Array {
  return present === undefined ? rows : rows.filter((row) => present[row] === 1);
}

function vectorCodesOf(index: IndexFolder | undefined): VectorCodes | "packed" | undefined {
  const codes = index?.manifest.codes;
  return codes === "sign" || codes === "centred" ? undefined : codes;
}

/** @throws UserError where two views have vectors of different lengths. */
function checkLengths({ name, views }: MultiViewDataset, codes: VectorRequest["codes"]): void {
  const [first] = views as [View];
  const other = views.find(({ matrix }) => matrix.columns !== first.matrix.columns);
  if (other === undefined) return;
  const what = codes === "packed" ? ["packed codes", "bytes", "Hamming distance"] : ["vectors", "values", "cosine"];
  throw new UserError(
    `${name}: views "${first.name}" and "${other.name}" have ${what[0]} of ${first.matrix.columns} and ${other.matrix.columns} ${what[1]}, between which there is no ${what[2]}: choose views of one length with --views, make an index of each, or train a method that brings them together (vantage train cca --task retrieval)`,
  );
}

/** @throws UserError where a row has no direction, or is no packed code. */
function checkVectors(data: MultiViewDataset, { view, rows }: ViewRows, isPacked: boolean): void {
  const { columns } = view.matrix;
  const part = new Float32Array(together * columns);
  const zeros: number[] = [];
  let greatest = 0;
  for (let start = 0; start < rows.length; start += together) {
    const chunk = rows.subarray(start, start + together);
    gatherRows(view.matrix, chunk, part);
    for (const [i, row] of chunk.entries()) {
      const vector = part.subarray(i * columns, (i + 1) * columns);
      if (isPacked) {
        const odd = vector.findIndex((value) => !Number.isInteger(value) || value < 0 || value > 255);
        if (odd >= 0) {
          throw new UserError(
            `${data.name}: view "${view.name}", row ${row}, column ${odd} is ${vector[odd]}; packed codes are bytes, 0 to 255, as numpy.packbits gives them`,
          );
        }
        greatest = vector.reduce((most, value) => Math.max(most, value), greatest);
      } else if (!isUsable(vector)) zeros.push(row);
    }
  }
  if (isPacked && greatest <= 1) {
    throw new UserError(
      `${data.name}: view "${view.name}" holds only 0 and 1, which are not packed codes: pack them first, numpy.packbits(codes, axis=1)`,
    );
  }
  if (zeros.length > 0) {
    const ids = zeros.slice(0, 3).map((row) => JSON.stringify(sampleId(data, row)));
    throw new UserError(
      `${data.name}: view "${view.name}": ${zeros.length} of ${rows.length} vectors are all zeros and have no cosine (${data.ids ? "ids" : "rows"} ${ids.join(", ")}${zeros.length > 3 ? ", …" : ""}): leave them out, or make them NaN to mark them as missing`,
    );
  }
}

async function openFolder(
  request: VectorRequest & { readonly codes: VectorCodes | "packed" },
  views: readonly ViewRows[],
  before: IndexFolder | undefined,
  engine: Engine,
): Promise<IndexFolder> {
  const { data, folder, name, source, codes } = request;
  if (before !== undefined) return extended(before, request, views, engine);
  const store = request.store ?? (isIndexFolder(folder) ? readIndexFolder(folder).manifest.store : "folder");
  const about = vectorIndex({ name, source, dataset: data.name, codes, store }, describeViews(views), data.encoders);
  const coder = codes === "packed" ? undefined : await fitCoder(views, codes, engine);
  if (isIndexFolder(folder)) clearIndexFolder(folder);
  return createIndexFolder(folder, about, new Map(), {
    coder,
    columns: columnNames(views),
    states: learned(data, views),
  });
}

/** The length of each view's vectors, or of its packed codes in bytes, by name. */
type ViewColumns = ReadonlyMap<string, number>;

function describeViews(views: readonly ViewRows[]): ViewColumns {
  return new Map(views.map(({ view }) => [view.name, view.matrix.columns]));
}

function columnNames(views: readonly ViewRows[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(views.flatMap(({ view: { name, features } }) => (features ? [[name, features]] : [])));
}

/** What the encoders of the views learned. */
function learned({ encoders = {} }: MultiViewDataset, views: readonly ViewRows[]): LearnedStates {
  return statesOf(
    encoders,
    views.map(({ view }) => view.name),
  );
}

/** What an index of vectors says of itself. @param views all of one length. */
export function vectorIndex(
  about: Pick<IndexContent, "name" | "dataset" | "store"> & {
    readonly source: string;
    readonly codes: VectorCodes | "packed";
  },
  views: ViewColumns,
  encoders: Readonly<Record<string, ViewEncoding>> = {},
): IndexContent {
  const { source, codes, ...rest } = about;
  const [columns] = views.values() as unknown as [number];
  return {
    ...rest,
    created: new Date().toISOString(),
    method: codes === "packed" ? "packed codes" : "vectors",
    run: source,
    bits: codes === "packed" ? 8 * columns : bitsOf(codes, columns),
    dimensions: codes === "packed" ? 0 : columns,
    codes,
    views: Array.from(views, ([name, own]): IndexView => {
      const encoding = ownValue(encoders, name);
      return {
        ...{ name, columns: own, inputs: [{ name, columns: own }] },
        ...(encoding && { features: featuresOf(encoding) }),
      };
    }),
  };
}

/** An index that is there takes further vectors of its kind, and views. @throws UserError where they do not fit. */
async function extended(
  index: IndexFolder,
  { data, folder, name, codes, store }: VectorRequest,
  views: readonly ViewRows[],
  engine: Engine,
): Promise<IndexFolder> {
  const { manifest, coder } = index;
  const refuse = (what: string) => new UserError(`${folder} ${what}: give another --out, or --replace to replace it`);
  if (manifest.views.some(hasModel)) throw refuse(`was made with a run (${manifest.run}), not of vectors as they are`);
  if (manifest.codes !== codes) throw refuse(`has codes ${manifest.codes}, not ${codes}`);
  if (store !== undefined && store !== manifest.store) throw refuse(`keeps its items in ${manifest.store}`);
  if (manifest.name !== name) throw refuse(`is called ${manifest.name}, not ${name}`);
  const [{ columns }] = manifest.views as [IndexView];
  const own = views[0]!.view.matrix.columns;
  if (own !== columns) {
    const what = codes === "packed" ? "bytes in a packed code" : "values in a vector";
    throw refuse(`has ${columns} ${what}, not ${own}`);
  }
  const more = views.filter(({ view }) => !manifest.views.some((each) => each.name === view.name));
  if (more.length === 0) return index;
  const added = vectorIndex({ ...manifest, source: manifest.run, codes }, describeViews(more), data.encoders).views;
  const means = codes === "packed" || codes === "none" ? undefined : (await fitCoder(more, "signs", engine))!.means;
  const grown = coder && means && { ...coder, means: new Map([...coder.means, ...means]) };
  const content = { ...manifest, views: [...manifest.views, ...added] };
  return createIndexFolder(folder, content, new Map(), {
    coder: grown,
    columns: { ...index.columns, ...columnNames(more) },
    states: { ...index.states, ...learned(data, more) },
  });
}

async function* encodings(
  { manifest, coder }: IndexFolder,
  { name, matrix }: View,
  rows: Int32Array,
  engine: Engine,
): AsyncGenerator<Encoded & { readonly row: number }> {
  const { columns } = matrix;
  for (let start = 0; start < rows.length; start += together) {
    const chunk = rows.subarray(start, start + together);
    const part = new Float32Array(chunk.length * columns);
    gatherRows(matrix, chunk, part);
    const vectors = Array.from(chunk, (_, i) => part.subarray(i * columns, (i + 1) * columns));
    if (manifest.codes === "packed") {
      for (const [i, row] of chunk.entries()) yield { row, code: Uint8Array.from(vectors[i]!) };
      continue;
    }
    const codes = await codesOf(vectors, name, manifest, coder, engine);
    const bytes = manifest.bits / 8;
    for (const [i, row] of chunk.entries()) {
      yield { row, vector: vectors[i]!, code: codes.subarray(i * bytes, (i + 1) * bytes) };
    }
  }
}
