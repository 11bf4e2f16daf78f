// What a set of pictures with words holds, as a plain object for programs and as text for people.
import { createHash } from "node:crypto";
import { UserError } from "../../errors.js";
import { textTable } from "../../text-table.js";
import { visible } from "../../visible.js";
import { classCounts } from "../check.js";
import type { Labels } from "../dataset.js";
import { few } from "../layout/account.js";
import { decodePicture, openPicture } from "./decode.js";
import type { MediaSet } from "./media-set.js";

/** The least, the middle and the largest of some numbers. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What `vantage datasets info FOLDER` prints: plain JSON. */
export interface MediaDescription {
  readonly name: string;
  readonly source: string;
  readonly samples: number;
  readonly pictures: {
    readonly samples: number;
    readonly missing: number;
    /** Pictures of each format. */
    readonly formats: { readonly [kind: string]: number };
    readonly bytes: number;
    /** In pixels; absent where no picture can be decoded. */
    readonly width?: Spread;
    readonly height?: Spread;
    /** Pictures that cannot be decoded, and why. */
    readonly broken: readonly { readonly id: string; readonly reason: string }[];
    /** Ids of pictures whose files are the same byte for byte, a list for each. */
    readonly identical: readonly (readonly string[])[];
  };
  readonly texts: {
    readonly samples: number;
    readonly missing: number;
    readonly captions: number;
    /** Captions of a sample that has any, and words of a caption. */
    readonly perSample?: Spread;
    readonly words?: Spread;
  };
  readonly labels?: {
    readonly kind: Labels["kind"];
    readonly classes: readonly { readonly name: string; readonly samples: number }[];
  };
  readonly splits: { readonly [name: string]: number };
  readonly notes: readonly string[];
}

interface Facts {
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly digest: string;
}

/** Pictures that are decoded at the same time. */
const threads = 2;

/**
 * Looks through the whole set: every picture is decoded (to a few pixels), so that broken ones are known.
 * @param options `onProgress` receives the pictures that are done; `signal` stops it, and its reason is thrown.
 */
export async function describeMedia(
  set: MediaSet,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, all: number) => void } = {},
): Promise<MediaDescription> {
  const { name, source, ids, labels, splits = {}, notes } = set;
  return {
    name,
    source,
    samples: ids.length,
    pictures: await describePictures(set, options),
    texts: describeTexts(set),
    ...(labels && {
      labels: {
        kind: labels.kind,
        classes: classCounts(labels).map((samples, k) => ({ name: labels.names[k]!, samples })),
      },
    }),
    splits: Object.fromEntries(Object.entries(splits).map(([part, rows]) => [part, rows.length])),
    notes,
  };
}

async function describePictures(
  { ids, pictures = [] }: MediaSet,
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, all: number) => void },
): Promise<MediaDescription["pictures"]> {
  const there = [...pictures.keys()].filter((i) => pictures[i] !== undefined);
  const found = new Array<Facts | string>(there.length);
  let [next, done] = [0, 0];
  const work = async () => {
    while (next < there.length) {
      signal?.throwIfAborted();
      const at = next++;
      found[at] = await factsOf(pictures[there[at]!]!);
      if (++done % 100 === 0 || done === there.length) onProgress?.(done, there.length);
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  const facts = found.filter((each): each is Facts => typeof each !== "string");
  const formats = new Map<string, number>();
  for (const { kind } of facts) formats.set(kind, (formats.get(kind) ?? 0) + 1);
  const broken = found.flatMap((each, at) =>
    typeof each === "string" ? [{ id: ids[there[at]!]!, reason: each }] : [],
  );
  const width = spread(facts.map((each) => each.width));
  const height = spread(facts.map((each) => each.height));
  return {
    samples: there.length,
    missing: ids.length - there.length,
    formats: Object.fromEntries([...formats].sort((a, b) => b[1] - a[1])),
    bytes: facts.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(width && { width }),
    ...(height && { height }),
    broken,
    identical: identical(found, there, ids),
  };
}

/** What a picture is, or why it cannot be decoded. */
async function factsOf(path: string): Promise<Facts | string> {
  try {
    const { bytes, kind, width, height } = await openPicture(path);
    await decodePicture(bytes, { width: 8, height: 8, fit: "fill" });
    return { kind, width, height, bytes: bytes.length, digest: createHash("sha256").update(bytes).digest("base64") };
  } catch (error) {
    if (error instanceof UserError) return error.message.replace(/^the picture\b/, path);
    throw error;
  }
}

function identical(found: readonly (Facts | string)[], there: readonly number[], ids: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const [at, each] of found.entries()) {
    if (typeof each === "string") continue;
    const group = groups.get(each.digest);
    if (group) group.push(ids[there[at]!]!);
    else groups.set(each.digest, [ids[there[at]!]!]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function describeTexts({ ids, texts = [] }: MediaSet): MediaDescription["texts"] {
  const counts = texts.map((own) => own.length).filter((length) => length > 0);
  const perSample = spread(counts);
  const words = spread(texts.flatMap((own) => own.map((text) => text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0)));
  return {
    samples: counts.length,
    missing: ids.length - counts.length,
    captions: counts.reduce((sum, length) => sum + length, 0),
    ...(perSample && { perSample }),
    ...(words && { words }),
  };
}

function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]!, max: sorted.at(-1)! };
}

/** Classes and broken pictures written out before the rest is only counted. */
const shown = 20;

/** The description as lines of text. */
export function formatMedia(description: MediaDescription): string[] {
  const { name, source, samples, pictures, texts, labels, splits, notes } = description;
  const lines = [`${name}: ${samples} samples`, `from ${source}`, ""];
  const kinds = Object.entries(pictures.formats).map(([kind, count]) => `${count} ${kind}`);
  const rows = [["", "samples", "missing", ""]];
  rows.push(["pictures", `${pictures.samples}`, `${pictures.missing}`, kinds.join(", ")]);
  rows.push(["words", `${texts.samples}`, `${texts.missing}`, `${texts.captions} captions`]);
  lines.push(...textTable(rows), "");
  if (pictures.width && pictures.height) {
    const megabytes = (pictures.bytes / 1e6).toFixed(1);
    lines.push(`pictures: ${range(pictures.width)} × ${range(pictures.height)} pixels, ${megabytes} MB`);
  }
  if (texts.perSample && texts.words) {
    lines.push(`captions of a sample: ${range(texts.perSample)}; words of a caption: ${range(texts.words)}`);
  }
  if (labels) {
    const listed = labels.classes.slice(0, shown).map((each) => `${each.name} (${each.samples})`);
    if (labels.classes.length > shown) listed.push(`and ${labels.classes.length - shown} more`);
    const several = labels.kind === "multi" ? ", any number per sample" : "";
    lines.push(`${labels.classes.length} classes${several}: ${listed.join(", ")}`);
  } else lines.push("no labels");
  const parts = Object.entries(splits).map(([split, size]) => `${split} (${size})`);
  if (parts.length > 0) lines.push(`splits: ${parts.join(", ")}`);
  lines.push(...notes.map((note) => `note: ${note}`));
  const copies = pictures.identical.reduce((sum, group) => sum + group.length - 1, 0);
  if (copies > 0)
    lines.push(
      `note: ${copies} pictures are copies of others byte for byte, such as ${few([...pictures.identical[0]!], 3)}`,
    );
  if (pictures.broken.length > 0) lines.push(`${pictures.broken.length} pictures cannot be decoded:`);
  lines.push(...pictures.broken.slice(0, shown).map(({ reason }) => `  ${reason}`));
  if (pictures.broken.length > shown) lines.push(`  and ${pictures.broken.length - shown} more`);
  return lines.map(visible);
}

function range({ min, median, max }: Spread): string {
  return min === max ? `${min}` : `${min}–${max} (median ${median})`;
}
