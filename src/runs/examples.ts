// examples.json of a run folder: example queries of a retrieval run with their first hits, for its report.
import { existsSync, rmSync } from "node:fs";
import { z } from "zod";
import { writeFileAtomic } from "../files.js";
import { inside, readRegular } from "../inside.js";
import { parseAs, parseJson } from "../json.js";

const item = z.object({
  /** The sample's id, or its row number. */
  id: z.string(),
  /** Its classes, none where it has no label. */
  labels: z.array(z.string()),
  text: z.string().optional(),
  /** Place in `pictures`. */
  picture: z.int().min(0).optional(),
});

const hit = item.extend({
  /** Hamming distance in bits, or cosine similarity. */
  score: z.number().nullable(),
  /** Whether it shares a class with the query; absent without labels. */
  relevant: z.boolean().optional(),
  /** Whether it is the query's own sample in the other view. */
  isPair: z.boolean(),
});

const schema = z.object({
  measure: z.enum(["Hamming distance", "cosine similarity"]),
  /** How the queries were chosen, a sentence. */
  rule: z.string(),
  directions: z.array(
    z.object({
      /** As in "image->text". */
      direction: z.string(),
      /** Items that were searched. */
      searched: z.int().min(0),
      queries: z.array(z.object({ query: item, hits: z.array(hit) })),
    }),
  ),
  pictures: z.array(z.string().regex(/^data:image\/webp;base64,[\w+/=]+$/)),
});

/** Example queries with their first hits. */
export type RetrievalExamples = z.output<typeof schema>;
/** A sample as an example shows it. */
export type ExampleItem = z.output<typeof item>;
/** An item that was found. */
export type ExampleHit = z.output<typeof hit>;

const file = "examples.json";
/** More than this is not read. */
const mostBytes = 2 ** 24;

/** Writes the examples of a run, or removes older ones where there are none now. @throws UserError where the folder cannot be written. */
export function writeExamples(run: string, examples: RetrievalExamples | undefined): void {
  const path = inside(run, file);
  if (examples === undefined) rmSync(path, { force: true });
  else writeFileAtomic(path, `${JSON.stringify(examples)}\n`);
}

/** The examples of a run, undefined where it has none. @throws UserError where the file is damaged. */
export function readExamples(run: string): RetrievalExamples | undefined {
  const path = inside(run, file);
  if (!existsSync(path)) return undefined;
  return parseAs(schema, parseJson(readRegular(path, mostBytes).toString("utf8"), path), path);
}
