// The flags that say how a folder of pictures and its captions are to be understood.
import { type Command, Option } from "commander";
import type { MediaOptions } from "../data/media/picture-folder.js";
import { withoutUndefined } from "../train/data-source.js";
import { collect } from "./repeated.js";
import { wholeNumber } from "./settings.js";

/** The flags of `addMediaFlags` as commander gives them. */
export interface MediaFlags {
  readonly captions?: string;
  readonly fileColumn?: string;
  readonly textColumn?: readonly string[];
  readonly textAs?: "joined" | "each";
  readonly labelColumn?: string;
  readonly splitColumn?: string;
  readonly idColumn?: string;
  readonly pictureBase?: string;
  readonly labelLevel?: string;
}

/** The flags of a folder of pictures; what is left out is worked out, or asked. */
export function addMediaFlags(command: Command): Command {
  return command
    .option("--captions <file>", "for a folder of pictures: the table with captions; none for no table")
    .option("--file-column <name>", "in that table: the column with the picture names")
    .option("--text-column <name>", "a column with words; may be repeated; none for no words", collect)
    .addOption(
      new Option("--text-as <how>", "join several text columns into one caption, or treat each as a caption").choices([
        "joined",
        "each",
      ]),
    )
    .option("--label-column <name>", "the column with the labels; none for no labels")
    .option("--split-column <name>", "the column with the split of each picture; none for no split")
    .option("--id-column <name>", "the column with the ids; none to use the picture names")
    .option("--picture-base <path>", "folder that the picture names are relative to")
    .option(
      "--label-level <n>",
      "level of the subfolders used as labels: 1 the outer ones, 2 those inside them, 0 none",
    );
}

/** What flags say about a folder of pictures, without what they leave open. */
export function mediaOptions(flags: MediaFlags): MediaOptions {
  const { captions, fileColumn, textColumn, textAs, labelColumn, splitColumn, idColumn, pictureBase, labelLevel } =
    flags;
  return withoutUndefined({
    ...{ captions, fileColumn, textColumns: textColumn, textAs, labelColumn, splitColumn, idColumn, pictureBase },
    labelLevel: labelLevel === undefined ? undefined : wholeNumber("--label-level", labelLevel),
  });
}
