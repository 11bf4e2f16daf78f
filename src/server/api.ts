// What the server takes and gives, as schemas: they validate, type the handlers and the page, and are the OpenAPI description.
import { z } from "zod";
import { searchModes } from "../search/store.js";
import { isPlainJson } from "./plain-json.js";

const text = (limit: number) => z.string().min(1).max(limit);
/** Control characters and halves of surrogate pairs are no text that every store can keep. */
const storable = /^[^\p{Cc}\p{Cs}]+$/u;
const id = text(512)
  .regex(storable, "expected text without control characters")
  .describe("id of a sample; its items, one per view, share it");
const view = text(128).describe("a view, as GET /indexes lists them");
const index = text(128).optional().describe("which index, where several are served; default: the first");
const metadata = z.record(z.string(), z.unknown()).describe("title, thumbnail, link, label, or anything else");
const newMetadata = metadata.refine(isPlainJson, "expected at most 64 KiB, nested 16 deep, without NUL characters");

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
  k: z.int().min(1).max(1000).default(10),
  mode: z.enum(searchModes).default("exact"),
  rerank: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe(
      "candidates that are ordered anew by cosine, 0 for none; default: 0 for hash codes, else the larger of 1000 and 10 k",
    ),
});
export const hit = z.object({
  id,
  view,
  distance: z.int().min(0).describe("Hamming distance"),
  similarity: z.number().optional().describe("cosine, where re-ranked"),
  metadata: metadata.optional(),
});
/** How features were matched with the view's by their names. */
const notes = z.array(z.string());

export const searchReply = z.object({
  index: z.string(),
  bits: z.int(),
  hits: z.array(hit),
  notes: notes.optional(),
  seconds: z.number(),
});

export const newItem = z.strictObject({ id, view, ...content, metadata: newMetadata.optional() });
export const addRequest = z.strictObject({ index, items: z.array(newItem).min(1).max(1000) });
export const addReply = z.object({ added: z.int(), notes: notes.optional() });
export const deleteRequest = z.strictObject({ index, ids: z.array(id).min(1).max(1000), view: view.optional() });
export const deleteReply = z.object({ deleted: z.int() });
export const itemParams = z.object({ id });
/** Which index, where several are served. */
export const indexQuery = z.strictObject({ index });
export const itemReply = z.object({ id, views: z.array(z.object({ view, metadata: metadata.optional() })) });

const indexInfo = z.object({
  name: z.string(),
  method: z.string(),
  dataset: z.string(),
  bits: z.int(),
  dimensions: z.int(),
  items: z.int(),
  views: z.array(
    z.object({
      name: view,
      items: z.int(),
      columns: z.int().describe("length of raw features"),
      takes: z.array(z.enum(["features", "words", "image"])),
    }),
  ),
  isReadOnly: z.boolean().describe("items cannot be added or deleted: the files may not be written"),
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
});
export const runsReply = z.object({ runs: z.array(runSummary) });
export const runParams = z.object({ name: text(1024).describe("a run, as GET /runs lists them") });
export const runQuery = z.strictObject({ after: z.coerce.number().int().min(0).default(0).describe("lines to skip") });
/** Lines of metrics.jsonl from `?after=N` on (docs/run-folder.md). */
export const runReply = z.object({ run: runSummary, metrics: z.array(z.record(z.string(), z.unknown())) });

export const healthReply = z.object({ status: z.literal("ok"), version: z.string(), seconds: z.number() });
const errorReply = z.object({ error: z.string().describe("one line: what was found, what was expected") });

/** What a route answers: its reply, or what was wrong with the request. */
export const replies = <Reply extends z.ZodType>(reply: Reply) => ({ 200: reply, "4xx": errorReply });

export type SearchReply = z.output<typeof searchReply>;
export type ItemReply = z.output<typeof itemReply>;
export type IndexInfo = z.output<typeof indexInfo>;
export type MapReply = z.output<typeof mapReply>;
export type RunSummary = z.output<typeof runSummary>;
export type RunsReply = z.output<typeof runsReply>;
export type RunReply = z.output<typeof runReply>;
