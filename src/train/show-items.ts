// What is known of samples beside their features: their words, and small pictures, where the data set has any.
import type { MultiViewDataset } from "../data/dataset.js";
import type { MediaSet } from "../data/media/media-set.js";
import { readMedia } from "../data/media/read-media.js";
import { thumbnail } from "../data/media/thumbnail.js";
import { emojiPictures, emojiTexts, type Language, type Maker } from "../data/sets/emoji/index.js";
import { UserError } from "../errors.js";
import type { DataSource } from "./data-source.js";
import { isPictureFolder } from "./open-pictures.js";

/** A sample's words, and its picture as WebP. */
export interface ShownSample {
  readonly text?: string;
  readonly picture?: Uint8Array;
}

/** Reads of a sample, by row of the data set, what a view of it is made from. */
export type ShowSample = (row: number, view: string) => Promise<ShownSample>;

/** Pixels along the longer side of a picture. */
const side = 64;
/** How well WebP keeps it, of 100. */
const quality = 60;
/** Characters of a sample's words. */
const mostText = 160;

/** How samples of a data set are shown; by their ids alone where their features are all that is known. */
export async function sampleShower(data: MultiViewDataset, source: Partial<DataSource>): Promise<ShowSample> {
  if (source.data !== undefined && isPictureFolder(source.data)) {
    const { media, text } = source;
    const set = await readMedia(source.data, { ...media, ...(text && { text }) });
    return mediaShower(data, set);
  }
  if (/^emoji(:|$)/.test([source.data ?? ""].flat()[0] ?? "")) return emojiShower(data);
  return async () => ({});
}

/** Samples of a folder by their ids. */
function mediaShower({ ids, encoders = {} }: MultiViewDataset, { ids: known, pictures, texts }: MediaSet): ShowSample {
  const places = new Map(known.map((id, place) => [id, place]));
  return async (row, view) => {
    const place = places.get(ids?.[row] ?? "");
    if (place === undefined) return {};
    const isWords = (encoders[view]?.material ?? (view === "text" ? "words" : "pictures")) === "words";
    if (isWords) return { text: texts?.[place]?.join(" / ").slice(0, mostText) };
    const path = pictures?.[place];
    if (path === undefined) return {};
    // One that cannot be decoded is shown by its id.
    const picture = await thumbnail(path, side).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
    });
    return picture ? { picture } : {};
  };
}

async function emojiShower({ encoders = {} }: MultiViewDataset): Promise<ShowSample> {
  const parts = new Map<string, (row: number) => Promise<ShownSample>>();
  for (const [view, { encoder, material }] of Object.entries(encoders)) {
    const name = encoder.replace(/^emoji:/, "");
    if (material === "words") {
      const texts = await emojiTexts(name as Language);
      parts.set(view, async (row) => ({ text: texts[row]!.replaceAll(" | ", ", ").slice(0, mostText) }));
    } else {
      const pictures = await emojiPictures(name as Maker);
      parts.set(view, async (row) => ({ picture: await asWebp(pictures[row]!) }));
    }
  }
  return async (row, view) => (await parts.get(view)?.(row)) ?? {};
}

async function asWebp({
  width,
  height,
  pixels,
}: Awaited<ReturnType<typeof emojiPictures>>[number]): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .webp({ quality })
    .toBuffer();
}
