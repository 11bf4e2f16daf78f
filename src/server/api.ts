// What the server takes and gives, as schemas: they validate, type the handlers and the page, and are the OpenAPI description.
import { z } from "zod";
import { itemId, itemMetadata, longestId } from "../search/stores/item-rules.js";
import { graphStates, searchModes } from "../search/stores/store.js";

const text = (limit: number) => z.string().min(1).max(limit);
/** The rule of src/search/item-rules.ts; here in words that every language's regular expressions understand. */
const id = itemId.meta({
  description: "id of a sample; its items, one per view, share it",
  minLength: 1,
  maxLength: longestId,
  pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
});
/** As long as a data set's views may be called. */
const view = text(500).describe("a view, as GET /indexes lists them");
const index = text(128).optional().describe("which index, where several are served; default: the first");
const metadata = z.record(z.string(), z.unknown()).describe("title, thumbnail, link, label, or anything else");
const newMetadata = itemMetadata.describe("any JSON object of at most 64 KiB, nested 16 deep");

/** What a code is made from: one of these. */
const content = {
  features: z.array(z.number()).max(1_000_000).optional().describe("raw features, as many as the view has columns"),
  names: z
    .array(z.string().max(1000))
    .max(1_000_000)
    .optional()
    .describe("names of the features, by which they are put in the view's order; without them they stand in it"),
  words: text(10_000).optional().describe("text, where the index knows how to make the view's features from it"),
  image: text(8_000_000).optional().describe("a PNG or SVG picture in base64, where the index knows how to read one"),
};

export const searchRequest = z.strictObject({
  index,
  view: view.optional().describe("view of the query; needed for features, words and image where several take them"),
  id: id.optional().describe("search by an item that is stored"),
  ...content,
  target: view.optional().describe("search the items of this view only"),
  distinct: z.boolean().optional().describe("each id once, by the view in which it is nearest; default: false"),
  k: z.int().min(1).max(1000).default(10),
  mode: z.enum(searchModes).default("exact"),
  rerank: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe(
      "candidates to re-rank by cosine, 0 for none; default: 0 for hash codes, else enough to find the nearest",
    ),
});
export const hit = z.object({
  id,
  view,
  distance: z.int().min(0).describe("Hamming distance; 0 where no codes are compared (bits 0)"),
  similarity: z.number().optional().describe("cosine, where re-ranked"),
  metadata: metadata.optional(),
});
/** How features were matched with the view's by their names. */
const notes = z.array(z.string());

const bits = z.int().min(0).describe("length of a code; 0 where vectors themselves are compared, and no codes");

export const searchReply = z.object({
  index: z.string(),
  bits,
  hits: z.array(hit),
  notes: notes.optional(),
  seconds: z.number(),
});

export const newItem = z.strictObject({ id, view, ...content, metadata: newMetadata.optional() });
export const addRequest = z.strictObject({ index, items: z.array(newItem).min(1).max(1000) });
export const addReply = z.object({
  added: z.int().describe("items stored: one that a request gives twice counts once, and the last one stays"),
  notes: notes.optional(),
});
export const deleteRequest = z.strictObject({ index, ids: z.array(id).min(1).max(1000), view: view.optional() });
export const deleteReply = z.object({ deleted: z.int() });
export const itemParams = z.object({ id });
export const thumbnailParams = z.object({
  index: text(128),
  "*": text(1024).describe("path of the picture in the index, its parts joined by / or %2F"),
});
/** Which index, where several are served. */
export const indexQuery = z.strictObject({ index });
export const mapQuery = z.strictObject({
  index,
  most: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe("at most so many points, spread evenly; default: all of the map"),
});
export const itemReply = z.object({ id, views: z.array(z.object({ view, metadata: metadata.optional() })) });

const indexInfo = z.object({
  name: z.string(),
  method: z.string(),
  dataset: z.string(),
  bits,
  dimensions: z.int().describe("length of a vector; 0 where items are packed codes"),
  items: z.int().describe("as they were counted last: a store that does not answer has as many as it had before"),
  isAvailable: z.boolean().describe("whether its store answers"),
  views: z.array(
    z.object({
      name: view,
      items: z.int(),
      columns: z.int().describe("length of raw features"),
      takes: z.array(z.enum(["features", "words", "image"])),
    }),
  ),
  isReadOnly: z.boolean().describe("items cannot be added or deleted: the files may not be written"),
  graph: z
    .object({
      state: z.enum(graphStates).describe("unless it is ready, approximate searches are exact"),
      error: z.string().optional().describe("why the last attempt to build it failed"),
      retry: z.string().optional().describe("when the next attempt may begin, ISO 8601"),
    })
    .optional()
    .describe("what approximate searches go through; absent where the store has nothing of the kind"),
  hasMap: z.boolean(),
});
export const indexesReply = z.object({ indexes: z.array(indexInfo) });

/** Points of the embedding map in columns; `view` and `label` are places in the lists of names, -1 for no label. */
export const mapReply = z.object({
  projection: z.string(),
  views: z.array(z.string()),
  labels: z.array(z.string()),
  ids: z.array(z.string()),
  view: z.array(z.int()),
  label: z.array(z.int()),
  x: z.array(z.number()),
  y: z.array(z.number()),
});

const best = z.object({
  path: z.array(z.string()).describe('keys from the outside in, as ["map", "image->text"]'),
  value: z.number(),
});
const runSummary = z.object({
  name: z.string(),
  method: z.string(),
  task: z.string(),
  dataset: z.string(),
  seed: z.int(),
  started: z.string(),
  isRunning: z.boolean(),
  isFinished: z.boolean(),
  lines: z.int().describe("lines of metrics.jsonl so far"),
  hasReport: z.boolean(),
  best: best.optional().describe("the measure that says most about the run, at its highest in the log so far"),
});
export const runsReply = z.object({ runs: z.array(runSummary) });
export const runParams = z.object({ name: text(1024).describe("a run, as GET /runs lists them") });
export const runQuery = z.strictObject({ after: z.coerce.number().int().min(0).default(0).describe("lines to skip") });
/** Lines of metrics.jsonl from `?after=N` on (docs/run-folder.md). */
export const runReply = z.object({ run: runSummary, metrics: z.array(z.record(z.string(), z.unknown())) });
export const settingsReply = z.object({
  settings: z.record(z.string(), z.unknown()).describe("config.yaml: data set, seed and every option of the method"),
});
export const removedReply = z.object({
  movedTo: z.string().describe("where the run's folder is now, below the folder of runs; nothing is erased"),
});

export const healthReply = z.object({ status: z.literal("ok"), version: z.string(), seconds: z.number() });
export const readyReply = z.object({ status: z.literal("ok") });
const errorReply = z.object({ error: z.string().describe("one line: what was found, what was expected") });

const refusals = {
  400: "The request cannot be right",
  401: "The token is missing or wrong",
  403: "The request names a host that is not this server",
  404: "It is not there",
  409: "A process is writing to it",
  413: "The body is too long",
  415: "The body is no JSON, or it is compressed",
  429: "Too many wrong tokens",
  500: "Something stored cannot be read, or the server has a fault: its standard error says which",
  503: "The database does not answer, or there is too much to do; Retry-After says when to ask again",
  507: "The disk or the memory is full, or the index may only be read",
} as const;
type Refusal = keyof typeof refusals;
const ofEach: readonly Refusal[] = [401, 403, 429, 500, 503];
const ofBodies: readonly Refusal[] = [400, 404, 413, 415, 507];

/** What a route answers: its reply, or why there is none. */
export function replies<Reply extends z.ZodType>(
  reply: Reply,
  kind: "body" | "address" | "removal" | "plain" | "open" = "address",
) {
  const own = {
    body: ofBodies,
    address: [400, 404] as const,
    removal: [...ofBodies, 409] as const,
    plain: [],
    open: [],
  }[kind];
  const others = kind === "open" ? ([403, 500, 503] as const) : ofEach;
  const refused = [...own, ...others].map((status) => [status, errorReply.meta({ description: refusals[status] })]);
  return { 200: reply, ...(Object.fromEntries(refused) as Record<"4xx", typeof errorReply>) };
}

export type SearchReply = z.output<typeof searchReply>;
export type ItemReply = z.output<typeof itemReply>;
export type IndexInfo = z.output<typeof indexInfo>;
export type MapReply = z.output<typeof mapReply>;
export type RunSummary = z.output<typeof runSummary>;
export type RunsReply = z.output<typeof runsReply>;
export type SettingsReply = z.output<typeof settingsReply>;
export type RunReply = z.output<typeof runReply>;
