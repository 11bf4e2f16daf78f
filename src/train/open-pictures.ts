// A folder of pictures with words opened as a data set: features by encoders, or pixels for a network that takes them.
import { existsSync, statSync } from "node:fs";
import { extname } from "node:path";
import { isCardFolder, shippedCards } from "../data/cards/index.js";
import { dataFiles } from "../data/catalog.js";
import { checkDataset } from "../data/check.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { parseViewSelection } from "../data/layout/index.js";
import type { MediaSet } from "../data/media/media-set.js";
import { readMedia } from "../data/media/read-media.js";
import { pickViews } from "../data/open-files.js";
import { builtinViews, encodeViews, type ViewSpec } from "../encoders/encode-views.js";
import { pixelDataset } from "../encoders/pixel-dataset.js";
import { pixelsSide } from "../encoders/pixels.js";
import { UserError } from "../errors.js";
import { openPictureGraph, pictureGraphFiles } from "../methods/picture-graph.js";
import { graphArch, type PictureOptions } from "../methods/shared/fields.js";
import { chosenBackbone } from "../methods/shared/picture-trunk.js";
import type { DataListeners, DataName, DataSettings, DataSource } from "./data-source.js";

/** What networks for pictures take in the papers. */
const usualPixels = "pixels:224";

/** Whether data is a folder that is no published set with a card. */
export function isPictureFolder(data: DataName): data is string {
  if (typeof data !== "string" || shippedCards().some(({ name }) => name === data.split(":")[0])) return false;
  return statSync(data, { throwIfNoEntry: false })?.isDirectory() === true && !isCardFolder(data);
}

/** The flag of a setting: textColumns is --text-column. */
export function flagOf(setting: string): string {
  const flag = setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${flag === "text-columns" ? "text-column" : flag}`;
}

/** @throws UserError where the folder has no pictures, none can be decoded, or a setting is for files of features. */
export async function openPictures(source: DataSource, listeners: DataListeners): Promise<MultiViewDataset> {
  const { views, media, text, labels, ids, splits, ignore, samples, layout, impute } = source;
  const data = source.data as string;
  const ofFiles = { labels, ids, splits, ignore, samples, layout, impute };
  const stray = Object.entries(ofFiles).find(([, value]) => value !== undefined)?.[0];
  if (stray !== undefined)
    throw new UserError(`${flagOf(stray)} is for files of features; ${data} is a folder of pictures`);
  const set = await readMedia(data, { ...media, ...(text && { text }) }).catch((error) => {
    throw withoutPictures(data, error);
  });
  const notes: string[] = [];
  const dataset = await viewsOf(set, source, { ...listeners, onNote: (note) => void notes.push(note) });
  for (const note of [...notes, ...checkDataset(dataset)]) listeners.onNote?.(note);
  return views === undefined ? dataset : pickViews(dataset, parseViewSelection(views));
}

/** A folder without pictures may have been meant as a published set. */
function withoutPictures(folder: string, error: unknown): unknown {
  const start = `${folder} has no pictures`;
  if (!(error instanceof UserError) || !error.message.startsWith(start)) return error;
  const rest = error.message.slice(start.length);
  return new UserError(
    `${folder} is a folder without a dataset card, which docs/dataset-cards.md says how to write, and has no pictures${rest}`,
  );
}

async function viewsOf(
  set: MediaSet,
  { imageEncoder, textEncoder, learned }: DataSource,
  { onNote = () => {}, onProgress }: DataListeners,
): Promise<MultiViewDataset> {
  const state = learned && Object.values(learned).find(({ material }) => material === "words")?.state;
  const side = pixelsSide(imageEncoder ?? "");
  if (side !== undefined) {
    const options = { side, words: textEncoder, state, onProgress };
    const { dataset, notes } = await pixelDataset(set, options);
    for (const note of notes) onNote(note);
    return dataset;
  }
  for (const note of set.notes) onNote(note);
  const chosen: Record<string, string | undefined> = { image: imageEncoder, text: textEncoder };
  const specs = builtinViews(set).map((spec): ViewSpec => {
    const own = spec.material === "words" && state !== undefined ? { state } : {};
    return { ...spec, encoder: chosen[spec.name] ?? spec.encoder, ...own };
  });
  return encodeViews(set, specs, {
    onNote,
    onProgress: (view, done, samples) =>
      onProgress?.((specs.findIndex(({ name }) => name === view) + done / samples) / specs.length),
  });
}

/**
 * The settings, with pixels where a method's options need them and nothing else is said of pictures; as large as an ONNX model takes them.
 * @throws UserError where that model cannot be used, or leaves something open: later it would cost the time of decoding pictures.
 */
export function withPixels(
  data: DataName,
  settings: DataSettings,
  options: Readonly<Record<string, unknown>>,
): DataSettings {
  if (options.backbone === undefined || options.backbone === "none" || !isPictureFolder(data)) return settings;
  const choice = chosenBackbone(options as unknown as PictureOptions);
  if (choice?.arch !== graphArch || !existsSync(choice.file!)) return { imageEncoder: usualPixels, ...settings };
  const given = settings.imageEncoder === undefined ? undefined : pixelsSide(settings.imageEncoder);
  const { side } = openPictureGraph(choice.file!, { ...choice, side: given });
  return { imageEncoder: `pixels:${side}`, ...settings };
}

/**
 * The files that a run depends on: its data, the captions of its pictures, the weights that its network begins with.
 * @throws UserError where there are no such weights: later that would cost the time of decoding pictures.
 */
export function filesOf(
  data: DataName,
  { media }: DataSettings,
  { backbone }: Readonly<Record<string, unknown>>,
): string[] {
  const captions = media?.captions === undefined || media.captions === "none" ? [] : [media.captions];
  const weights = typeof backbone === "string" && extname(backbone) !== "" ? [backbone] : [];
  for (const path of weights)
    if (!existsSync(path)) throw new UserError(`${path} cannot be read: no such file or folder`);
  const own = isPictureFolder(data) ? [data] : dataFiles(data);
  const beside = weights.flatMap((path) => (/\.onnx$/i.test(path) ? pictureGraphFiles(path) : [path]));
  return [...own, ...captions, ...beside];
}
