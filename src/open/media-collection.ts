// A collection from a folder of pictures with words: features by the built-in encoders or by others, thumbnails, titles.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Engine } from "../core/runtime/index.js";
import type { MediaSet } from "../data/media/media-set.js";
import { builtinViews, encodeViews } from "../encoders/encode-views.js";
import { UserError } from "../errors.js";
import type { Metadata } from "../search/stores/store.js";
import type { Collection, OpenHooks } from "./collection.js";
import { FEWEST, holdOut } from "./held-out.js";
import { thumbnailName, writeThumbnails } from "./thumbnails.js";

/** How pictures and words become features. */
export interface MediaCollectionOptions {
  /** Encoders by view, such as `{ image: "transformers:Xenova/clip-vit-base-patch32" }`. Default: the built-in ones. */
  readonly encoders?: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly engine: Engine;
}

/** Characters of the words that are shown at most: of a title, and of all. */
const [TITLE, TEXT] = [80, 4000];

/**
 * Encodes the pictures and the words of a set; what encoders learn of words, they learn of pairs that are not held out.
 * @throws UserError where there are no words, or too few pairs to learn from.
 */
export async function mediaCollection(
  media: MediaSet,
  { encoders = {}, seed, engine }: MediaCollectionOptions,
  { signal, onNote, onProgress }: OpenHooks,
): Promise<Collection> {
  const { pictures, texts, ids } = media;
  if (pictures === undefined || texts === undefined) {
    const what = pictures === undefined ? "pictures" : "words";
    const advice = pictures === undefined ? "" : ": give a table with --captions FILE (columns for file and text)";
    throw new UserError(`${media.name} has no ${what}, and search needs pictures with words to learn from${advice}`);
  }
  const pairs = Int32Array.from(ids.keys()).filter((row) => pictures[row] !== undefined && texts[row]!.length > 0);
  const keys: string[][] = [];
  for (const [i, row] of pairs.entries()) {
    signal?.throwIfAborted();
    keys.push([`words ${texts[row]!.join("\n").trim().toLowerCase()}`, `picture ${await digest(pictures[row]!)}`]);
    onProgress?.("comparing pictures", i + 1, pairs.length);
  }
  const heldOut = holdOut(pairs, keys, seed);
  const specs = builtinViews(media).map((spec) => ({ ...spec, encoder: encoders[spec.name] ?? spec.encoder }));
  const data = await encodeViews(media, specs, {
    corpus: heldOut.train,
    engine,
    signal,
    onProgress: (view, done, samples) => onProgress?.(`features of ${view}`, done, samples),
    onNote,
  });
  // A picture that cannot be decoded is known to be none only now.
  const isWhole = (row: number) => data.views.every(({ present }) => present?.[row] !== 0);
  const train = heldOut.train.filter(isWhole);
  const test = heldOut.test.filter(isWhole);
  if (test.length === 0 || train.length + test.length < FEWEST) {
    throw new UserError(
      `${media.name}: of ${pairs.length} pictures with words ${train.length + test.length} can be used, ${test.length} of them held out: too few to learn from`,
    );
  }
  const [image] = data.views;
  return {
    data,
    heldOut: { train, test },
    details: detailsOf(media, (row) => image!.present?.[row] !== 0),
    writeThumbnails: (folder, ending) =>
      writeThumbnails(folder, media, {
        signal: ending,
        onProgress: (done, all) => onProgress?.("thumbnails", done, all),
      }),
  };
}

/** SHA-256 of a file; of one that cannot be read its path: it is left out later. */
async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  return pipeline(createReadStream(path), hash).then(
    () => hash.digest("hex"),
    () => path,
  );
}

function detailsOf(
  { ids, pictures, texts }: MediaSet,
  isDecoded: (row: number) => boolean,
): ReadonlyMap<string, Metadata> {
  return new Map(
    ids.map((id, row) => {
      const words = texts![row]!.map(keepable);
      const [title = ""] = start(words[0] ?? "", TITLE).split(/[\n;]|\. /, 1);
      const hasThumbnail = pictures![row] !== undefined && isDecoded(row);
      return [
        id,
        {
          ...(title && { title }),
          ...(words.length > 0 && { text: start(words.join("\n"), TEXT) }),
          ...(hasThumbnail && { thumbnail: thumbnailName(row) }),
        },
      ];
    }),
  );
}

/** A text without what an index cannot keep: NUL characters and halves of surrogate pairs. */
function keepable(text: string): string {
  return text.replaceAll(/[\0\p{Cs}]/gu, "\ufffd").trim();
}

/** The first characters of a text, none of them cut through. */
function start(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/\p{Cs}$/u, "")}…`;
}
