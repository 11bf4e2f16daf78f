// encoders.json of a run folder: how the views that it was trained on were made from pictures and words.
import { existsSync, readdirSync } from "node:fs";
import { z } from "zod";
import type { ViewEncoding } from "../data/dataset.js";
import { writeFileAtomic } from "../files.js";
import { inside, readRegular } from "../inside.js";
import { parseAs, parseJson } from "../json.js";
import { recordOf } from "../records.js";

const encodersFile = "encoders.json";
/** More than this is not read. */
const mostBytes = 2 ** 28;

const viewEncodings = recordOf(
  z.object({
    encoder: z.string(),
    material: z.enum(["pictures", "words"]),
    identity: z.string().optional(),
    state: z.string().optional(),
  }),
);

/** Keeps the encoders of a data set's views; nothing where it has none. */
export function writeViewEncodings(run: string, encoders: Readonly<Record<string, ViewEncoding>> | undefined): void {
  if (encoders === undefined || Object.keys(encoders).length === 0) return;
  writeFileAtomic(inside(run, encodersFile), `${JSON.stringify(encoders)}\n`);
}

/** The encoders of a run's views, and of those that were added to it. @throws UserError where a file is damaged. */
export function readViewEncodings(run: string): Readonly<Record<string, ViewEncoding>> {
  const added = inside(run, "views");
  const folders = [run, ...(existsSync(added) ? readdirSync(added).map((name) => inside(added, name)) : [])];
  return Object.fromEntries(
    folders.flatMap((folder) => {
      const path = inside(folder, encodersFile);
      if (!existsSync(path)) return [];
      const content = parseJson(readRegular(path, mostBytes).toString("utf8"), path);
      return Object.entries(parseAs(viewEncodings, content, path)) as [string, ViewEncoding][];
    }),
  );
}
