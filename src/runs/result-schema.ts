// What result.json may hold: everything in it is checked, since pages and plots are made of it.
import { z } from "zod";
import { recordOf } from "../records.js";
import { type Metrics, parseMetrics } from "./metrics-log.js";

/** JSON has no NaN: null stands for it. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const count = z.int().min(0);
const text = z.string();
const texts = z.array(text);
const numbers = z.array(number);
const metrics = z.unknown().transform((value, context): Metrics => {
  try {
    return parseMetrics(value, "measures");
  } catch (error) {
    context.issues.push({ code: "custom", message: (error as Error).message, input: value });
    return z.NEVER;
  }
});
const measures = recordOf(number);
const bestView = recordOf(z.union([text, number])).pipe(
  z.custom<{ name: string } & Record<string, number | string>>(
    (value) => typeof (value as { name?: unknown }).name === "string",
    "expected a name and measures",
  ),
);

const view = z.object({
  name: text,
  columns: count,
  storage: z.enum(["dense", "sparse", "lazy"]),
  density: number,
  min: number,
  max: number,
  mean: number,
  constant: count,
  missing: count,
});

const dataset = z.object({
  name: text,
  source: text.optional(),
  samples: count,
  views: z.array(view),
  labels: z
    .object({ kind: z.enum(["single", "multi"]), classes: z.array(z.object({ name: text, samples: count })) })
    .optional(),
  splits: recordOf(count).prefault({}),
  account: z
    .array(
      z.object({
        variable: text,
        what: text,
        role: z.enum(["view", "labels", "ids", "split", "names", "ignored"]),
        detail: text,
        reference: text.optional(),
        columns: texts.optional(),
      }),
    )
    .optional(),
  notes: texts.default([]),
});

/** rows × columns. */
const confusion = z
  .object({ rows: texts, columns: texts, counts: z.array(z.array(z.number())) })
  .refine(
    ({ rows, columns, counts }) =>
      counts.length === rows.length && counts.every((row) => row.length === columns.length),
    "expected as many counts as rows × columns",
  );

const curve = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .object(shape)
    .refine(
      (lists) => new Set(Object.values(lists as Record<string, number[]>).map(({ length }) => length)).size === 1,
      "expected lists of one length",
    );

export const resultSchema = z.object({
  method: text,
  task: text,
  seed: z.int(),
  epochs: number,
  seconds: number,
  secondsPerEpoch: number,
  metrics,
  dataset,
  stages: z.array(z.object({ name: text, epochs: count, secondsPerEpoch: number })).optional(),
  baselines: z
    .object({
      joined: measures.optional(),
      bestView: bestView.optional(),
      views: recordOf(measures).optional(),
      cca: metrics.optional(),
      notes: texts.optional(),
    })
    .optional(),
  clusters: z
    .object({
      sizes: z.array(count),
      silhouette: number.optional(),
      silhouetteSamples: count.optional(),
      stability: number.optional(),
    })
    .optional(),
  viewMetrics: recordOf(metrics).optional(),
  confusion: confusion.optional(),
  retrieval: z
    .array(
      z.object({
        direction: text,
        byRadius: curve({ precision: numbers, recall: numbers }).optional(),
        precisionAt: curve({ k: numbers, precision: numbers }).optional(),
      }),
    )
    .optional(),
});
