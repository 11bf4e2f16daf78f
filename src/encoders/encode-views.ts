// Pictures and words of a set as a data set: a view for each encoder, in batches, what was made before from the cache.
import type { Engine } from "../core/runtime/index.js";
import { MultiViewDataset, type View, type ViewEncoding } from "../data/dataset.js";
import type { MediaSet } from "../data/media/media-set.js";
import { UserError } from "../errors.js";
import type { Encoder, Material } from "./encoder.js";
import { FeatureCache, type FeatureCacheOptions } from "./feature-cache.js";
import { openEncoder } from "./registry.js";
import { encodingOf } from "./remembered.js";
import { rowsOfPictures } from "./rows-of-pictures.js";
import { rowsOfWords } from "./rows-of-words.js";
import { ViewRows } from "./view-rows.js";

/** A view to be made: its name, what of the set it is made from, and by which encoder. */
export interface ViewSpec {
  readonly name: string;
  readonly material: Material;
  /** Such as `builtin:pictures`; see `openEncoder`. */
  readonly encoder: string;
  /** What the encoder learned before, where it is not to learn from this set. */
  readonly state?: string;
}

/** How views are made, followed and ended. */
export interface EncodeViewsOptions {
  /** Where rows are kept and looked for; false: nowhere. */
  readonly cache?: FeatureCacheOptions | false;
  /** Samples whose words encoders learn from. Default: the split train, or else database, or else all. */
  readonly corpus?: ArrayLike<number>;
  /** Runs the models of `onnx:`. Default: one that all share. */
  readonly engine?: Engine;
  /** Ends it between two batches; what was made is cached. */
  readonly signal?: AbortSignal;
  /** Samples of a view that are done, and of how many. */
  onProgress?(view: string, done: number, samples: number): void;
  /** Receives what is odd: pictures that are damaged, texts without words. */
  onNote?(note: string): void;
}

/**
 * The views that a set gives by the built-in encoders: `image`, where it has pictures, and `text`, where it has words.
 * @example
 * ```ts
 * import { builtinViews } from "vantage-ml/data";
 *
 * const media = { name: "notes", ids: ["a", "b"], texts: [["a red bicycle"], ["two cats"]], source: "memory", notes: [] };
 * console.log(builtinViews(media)); // [ { name: 'text', material: 'words', encoder: 'builtin:words' } ]
 * ```
 */
export function builtinViews({ pictures, texts }: MediaSet): ViewSpec[] {
  return [
    ...(pictures ? [{ name: "image", material: "pictures", encoder: "builtin:pictures" } as const] : []),
    ...(texts ? [{ name: "text", material: "words", encoder: "builtin:words" } as const] : []),
  ];
}

/**
 * Makes a view of each spec. Memory holds the views and one batch; a picture or text that an encoder had before is not encoded again,
 * and one that comes twice only once. The data set remembers the encoders (`encoders`), with what they learned.
 * @returns a data set with the set's ids, labels and splits; a sample without a picture, with a damaged one, or without words is missing
 *   in the view.
 * @throws UserError where a view has no samples at all, or an encoder cannot be used; the signal's reason once it is given.
 * @example
 * ```ts
 * import { builtinViews, encodeViews } from "vantage-ml/data";
 *
 * const texts = [["a red bicycle"], ["two red cats"], ["two bicycles"]];
 * const media = { name: "notes", ids: ["a", "b", "c"], texts, source: "memory", notes: [] };
 * const data = await encodeViews(media, builtinViews(media));
 * console.log(data.samples, data.views.map(({ name }) => name)); // 3 [ 'text' ]
 * ```
 */
export async function encodeViews(
  media: MediaSet,
  specs: readonly ViewSpec[],
  options: EncodeViewsOptions = {},
): Promise<MultiViewDataset> {
  checkNames(specs);
  const views: View[] = [];
  const encodings = new Map<string, ViewEncoding>();
  const opened: Encoder[] = [];
  try {
    // All before the first is used: a mistake in the last spec is not found after the minutes of the others.
    for (const spec of specs) opened.push(await openFor(media, spec, options));
    for (const [i, encoder] of opened.entries()) {
      options.signal?.throwIfAborted();
      const view = specs[i]!.name;
      views.push(await encodeView(media, view, encoder, options));
      encodings.set(view, encodingOf(encoder));
    }
  } finally {
    for (const encoder of opened) await encoder.release();
  }
  const { name, ids, labels, splits, source } = media;
  return new MultiViewDataset({
    ...{ name, views, ids, source, encoders: Object.fromEntries(encodings) },
    ...(labels && { labels }),
    ...(splits && { splits }),
  });
}

function checkNames(specs: readonly ViewSpec[]): void {
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UserError(`two views are named "${twice}"; give each its own name`);
}

function openFor(
  media: MediaSet,
  { name, material, encoder, state }: ViewSpec,
  options: EncodeViewsOptions,
): Promise<Encoder> {
  if ((material === "pictures" ? media.pictures : media.texts) === undefined) {
    throw new UserError(`view "${name}": ${media.name} has no ${material}`);
  }
  const { engine } = options;
  const corpus = material === "words" ? corpusOf(media, options.corpus) : undefined;
  return openEncoder(encoder, {
    material,
    engine,
    ...(state === undefined ? corpus && { corpus } : { state }),
  });
}

async function encodeView(media: MediaSet, name: string, encoder: Encoder, options: EncodeViewsOptions): Promise<View> {
  const cache = await cacheOf(encoder, options);
  const samples = media.ids.length;
  const rows = new ViewRows(samples, encoder.dimensions, encoder.material === "words" && encoder.isSparse);
  const request = {
    rows,
    cache,
    signal: options.signal,
    onProgress: (done: number) => options.onProgress?.(name, done, samples),
    onNote: (note: string) => options.onNote?.(`view "${name}": ${note}`),
  };
  try {
    if (encoder.material === "pictures") await rowsOfPictures(media, encoder, request);
    else await rowsOfWords(media, encoder, request);
  } finally {
    cache?.close();
  }
  if (rows.count > 0) return rows.view(name);
  throw new UserError(`view "${name}": none of the ${samples} samples has ${encoder.material} that can be encoded`);
}

async function cacheOf(encoder: Encoder, { cache = {}, onNote }: EncodeViewsOptions) {
  if (cache === false || !encoder.isCostly) return undefined;
  return FeatureCache.open(encoder, { onNote: (note) => onNote?.(note), ...cache });
}

/** The texts that encoders learn from, one for each sample that has any. */
function corpusOf({ texts, splits, ids }: MediaSet, chosen: ArrayLike<number> | undefined): string[] {
  const rows = chosen ?? splits?.train ?? splits?.database ?? Array.from(ids.keys());
  return Array.from(rows, (row) => texts![row]!.join("\n")).filter((text) => text !== "");
}
