// The flags that say how a folder of pictures and the table of words beside it are to be understood.
import type { Command } from "commander";
import { UserError } from "../errors.js";
import { type DataSettings, type MediaSettings, withoutUndefined } from "../train/data-source.js";

/** The flags of `addMediaFlags` as commander gives them. */
export interface MediaFlags {
  readonly captions?: string;
  readonly fileColumn?: string;
  readonly textColumn?: readonly string[];
  readonly textAs?: string;
  readonly labelColumn?: string;
  readonly splitColumn?: string;
  readonly idColumn?: string;
  readonly pictureBase?: string;
  readonly labelLevel?: string;
  readonly pixels?: string;
  readonly words?: string;
}

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

export function addMediaFlags(command: Command): Command {
  return command
    .option("--captions <file>", "of a folder of pictures: the table of their words; none for none")
    .option("--file-column <name>", "of captions: the column that names the pictures")
    .option("--text-column <name>", "of captions: a column of words; may be given again; none for none", collect)
    .option("--text-as <joined|each>", "whether several columns of words are parts of one caption, or a caption each")
    .option("--label-column <name>", "of captions: the column of labels; none for none")
    .option("--split-column <name>", "of captions: the column that says the part of each sample; none for none")
    .option("--id-column <name>", "of captions: the column of ids; none for none")
    .option("--picture-base <folder>", "what the names of pictures in captions start from")
    .option("--label-level <n>", "which folders are the labels: 1 the outer ones, 2 those inside them, 0 none")
    .option("--pixels <side>", "pictures as pixels, side × side, for a backbone (default with one: 224)")
    .option(
      "--words <encoder>",
      "beside pixels: the encoder of captions, such as bag:1386 (the default) or builtin:words",
    );
}

/** What the flags say, without what they leave open. */
export function mediaSettings(flags: MediaFlags): DataSettings {
  const { captions, fileColumn, textColumn, textAs, labelColumn, splitColumn, idColumn, pictureBase } = flags;
  if (textAs !== undefined && textAs !== "joined" && textAs !== "each")
    throw new UserError(`--text-as ${textAs}: expected joined or each`);
  const media: MediaSettings = withoutUndefined({
    ...{ captions, fileColumn, textColumns: textColumn, textAs, labelColumn, splitColumn, idColumn, pictureBase },
    labelLevel: count("--label-level", flags.labelLevel, 0),
  });
  return withoutUndefined({
    media: Object.keys(media).length > 0 ? media : undefined,
    pixels: count("--pixels", flags.pixels, 1),
    words: flags.words,
  });
}

function count(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UserError(`${flag} ${text}: expected a whole number${least > 0 ? ` from ${least}` : ""}`);
}
