// The flags of a folder of pictures with words: how it is understood, and what makes features of it.
import type { Command } from "commander";
import { type DataSettings, withoutUndefined } from "../train/data-source.js";
import { addMediaFlags, type MediaFlags, mediaOptions } from "./media-flags.js";

/** The flags of `addPictureFlags` as commander gives them. */
export interface PictureFlags extends MediaFlags {
  readonly imageEncoder?: string;
  readonly textEncoder?: string;
}

export function addPictureFlags(command: Command): Command {
  return addMediaFlags(command)
    .option(
      "--image-encoder <spec>",
      "encoder of pictures (default: builtin:pictures, or pixels:224 with option backbone)",
    )
    .option(
      "--text-encoder <spec>",
      "encoder of words (default: builtin:words, or beside pixels bag:1386, the most frequent words)",
    );
}

/** What flags say about a folder of pictures, without what they leave open. */
export function pictureSettings(flags: PictureFlags): DataSettings {
  const media = mediaOptions(flags);
  const { imageEncoder, textEncoder } = flags;
  return withoutUndefined({ media: Object.keys(media).length > 0 ? media : undefined, imageEncoder, textEncoder });
}
