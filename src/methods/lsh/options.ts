// The options of LSH, random hyperplanes.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { hashingFields, withoutRelevantField } from "../shared/fields.js";

export const lshOptions = z.strictObject({
  task: hashingFields.task,
  seed: z.number().int().min(0).default(0).describe("random seed of hyperplanes and splits"),
  bits: hashingFields.bits,
  scaling: z.enum(scalingKinds).default("none").describe("scaling of each view's features, fitted on the training set"),
  queries: hashingFields.queries,
  withoutRelevant: withoutRelevantField
    .default("zero")
    .describe("queries without a relevant item in the database count as zero in the means, or are skipped"),
});

/** Options of LSH, random hyperplanes. Each has a default; `vantage train lsh --help` lists them too. */
export interface LshOptions extends z.output<typeof lshOptions> {
  /** Task that the codes are trained for. Default: "retrieval". */
  readonly task: z.output<typeof lshOptions>["task"];
  /** Random seed of hyperplanes and splits. Default: 0. */
  readonly seed: z.output<typeof lshOptions>["seed"];
  /** Length of the codes, a multiple of 8. Default: 64. */
  readonly bits: z.output<typeof lshOptions>["bits"];
  /** Scaling of each view's features, fitted on the training set. Default: "none". */
  readonly scaling: z.output<typeof lshOptions>["scaling"];
  /**
   * Query samples: first:N, last:N or random:N; the others are the database (default: the data's own splits, else
   * a random fifth, at most 2000).
   */
  readonly queries?: z.output<typeof lshOptions>["queries"];
  /**
   * Queries without a relevant item in the database count as zero in the means, or are skipped. Default: "zero".
   */
  readonly withoutRelevant: z.output<typeof lshOptions>["withoutRelevant"];
}
