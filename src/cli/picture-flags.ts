// The flags of a folder of pictures whose pixels a method takes.
import type { Command } from "commander";
import { type DataSettings, withoutUndefined } from "../train/data-source.js";
import { addMediaFlags, type MediaFlags, mediaOptions } from "./media-flags.js";
import { wholeNumber } from "./settings.js";

/** The flags of `addPictureFlags` as commander gives them. */
export interface PictureFlags extends MediaFlags {
  readonly pixels?: string;
  readonly words?: string;
}

export function addPictureFlags(command: Command): Command {
  return addMediaFlags(command)
    .option("--pixels <side>", "pictures as pixels, side × side, for option backbone (default with it: 224)")
    .option(
      "--words <encoder>",
      "beside pixels: the encoder of captions, such as builtin:words (default: bag:1386, the most frequent words)",
    );
}

/** What flags say about pictures as pixels, without what they leave open. */
export function pictureSettings(flags: PictureFlags): DataSettings {
  const media = mediaOptions(flags);
  return withoutUndefined({
    media: Object.keys(media).length > 0 ? media : undefined,
    pixels: flags.pixels === undefined ? undefined : wholeNumber("--pixels", flags.pixels),
    words: flags.words,
  });
}
