// The options of signs, the codes of centered vectors.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { hashingFields, withoutRelevantField } from "../shared/fields.js";

export const signsOptions = z.strictObject({
  task: hashingFields.task,
  seed: z.number().int().min(0).default(0).describe("random seed of splits"),
  scaling: z.enum(scalingKinds).default("none").describe("scaling of each view's features, fitted on the training set"),
  queries: hashingFields.queries,
  withoutRelevant: withoutRelevantField
    .default("zero")
    .describe("queries without a relevant item in the database count as zero in the means, or are skipped"),
});

/** Options of signs, the codes of centered vectors. Each has a default; `vantage train signs --help` lists them too. */
export interface SignsOptions extends z.output<typeof signsOptions> {
  /** Task that the codes are trained for. Default: "retrieval". */
  readonly task: z.output<typeof signsOptions>["task"];
  /** Random seed of splits. Default: 0. */
  readonly seed: z.output<typeof signsOptions>["seed"];
  /** Scaling of each view's features, fitted on the training set. Default: "none". */
  readonly scaling: z.output<typeof signsOptions>["scaling"];
  /**
   * Query samples: first:N, last:N or random:N; the others are the database (default: the data's own splits, else
   * a random fifth, at most 2000).
   */
  readonly queries?: z.output<typeof signsOptions>["queries"];
  /**
   * Queries without a relevant item in the database count as zero in the means, or are skipped. Default: "zero".
   */
  readonly withoutRelevant: z.output<typeof signsOptions>["withoutRelevant"];
}
