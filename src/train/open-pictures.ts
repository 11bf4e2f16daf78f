// A folder of pictures opened as pixels, for methods with a network that takes them; and the files that such a run depends on.
import { statSync } from "node:fs";
import { dataFiles } from "../data/catalog.js";
import { checkDataset } from "../data/check.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { parseViewSelection } from "../data/layout/index.js";
import { readPictureFolder } from "../data/media/picture-folder.js";
import { pickViews } from "../data/open-files.js";
import { pixelDataset } from "../encoders/pixel-dataset.js";
import { UserError } from "../errors.js";
import type { DataListeners, DataName, DataSettings, DataSource } from "./data-source.js";

/** Side of the squares that the networks of the papers take. */
const usualSide = 224;

export const isFolder = (path: DataName): path is string =>
  typeof path === "string" && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** @throws UserError where there is no folder of pictures, or none can be decoded. */
export async function openPictures(source: DataSource, listeners: DataListeners): Promise<MultiViewDataset> {
  const { data, views, media, words, text } = source;
  const { onNote = () => {}, onProgress } = listeners;
  if (!isFolder(data))
    throw new UserError(`${[data].flat().join(" ")}: pixels are of a folder of pictures, and it is none`);
  const set = await readPictureFolder(data, { ...media, ...(text && { text }) });
  const side = source.pixels ?? usualSide;
  const { dataset, notes } = await pixelDataset(set, { side, words, onProgress });
  for (const note of [...notes, ...checkDataset(dataset)]) onNote(note);
  return views === undefined ? dataset : pickViews(dataset, parseViewSelection(views));
}

/** The settings, with the size of pixels where a method's options need them and nothing says it. */
export function withPixels(
  data: DataName,
  settings: DataSettings,
  options: Readonly<Record<string, unknown>>,
): DataSettings {
  const { backbone = "none" } = options;
  return backbone === "none" || settings.pixels !== undefined || !isFolder(data)
    ? settings
    : { ...settings, pixels: usualSide };
}

/** The files that a run depends on: its data, the captions of its pictures, the weights that its network begins with. */
export function filesOf(
  data: DataName,
  { media, pixels }: DataSettings,
  { backbone }: Readonly<Record<string, unknown>>,
): string[] {
  const captions = media?.captions === undefined || media.captions === "none" ? [] : [media.captions];
  const weights =
    typeof backbone === "string" && statSync(backbone, { throwIfNoEntry: false })?.isFile() ? [backbone] : [];
  const own = pixels !== undefined && isFolder(data) ? [data] : dataFiles(data);
  return [...own, ...captions, ...weights];
}
