// How raw pictures and words become the features of an index's view: what index.yaml says, and what encoders learned beside it.
import { existsSync } from "node:fs";
import { z } from "zod";
import type { ViewEncoding } from "../../data/dataset.js";
import { languages } from "../../data/sets/emoji/index.js";
import { UserError } from "../../errors.js";
import { inside, readRegular } from "../../inside.js";
import { parseJson } from "../../json.js";
import { ownValue, recordOf } from "../../records.js";

/** Holds what the encoders learned, by view; absent where none learns. */
export const encodersFile = "encoders.json";
/** More than this is not read. */
const mostBytes = 2 ** 28;

/** The encoder of a view, but for what it learned. Older versions wrote `emoji`, which named the view of that data set. */
export const viewFeatures = z.union([
  z.strictObject({
    encoder: z.string().min(1).max(4096),
    material: z.enum(["pictures", "words"]),
    identity: z.string().max(128).optional(),
  }),
  z.strictObject({ emoji: z.string() }).transform(({ emoji }) => ({
    encoder: `emoji:${emoji}`,
    material: (languages as readonly string[]).includes(emoji) ? ("words" as const) : ("pictures" as const),
    identity: undefined,
  })),
]);
export type ViewFeatures = z.output<typeof viewFeatures>;

/** What encoders learned, by view. */
export type LearnedStates = Readonly<Record<string, string>>;

/** What index.yaml keeps of an encoder. */
export function featuresOf({ encoder, material, identity }: ViewEncoding): ViewFeatures {
  return { encoder, material, ...(identity !== undefined && { identity }) };
}

/** What the encoders of these views learned. */
export function statesOf(encoders: Readonly<Record<string, ViewEncoding>>, views: readonly string[]): LearnedStates {
  return Object.fromEntries(
    views.flatMap((view) => {
      const state = ownValue(encoders, view)?.state;
      return state === undefined ? [] : [[view, state]];
    }),
  );
}

/** @throws UserError where the file of an index folder is damaged. */
export function readStates(folder: string): LearnedStates {
  const path = inside(folder, encodersFile);
  if (!existsSync(path)) return {};
  const found = recordOf(z.string()).safeParse(parseJson(readRegular(path, mostBytes).toString("utf8"), path));
  if (!found.success) throw new UserError(`${path}: expected a text for each view`);
  return found.data;
}
