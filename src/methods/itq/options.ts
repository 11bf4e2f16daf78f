// The options of ITQ, iterative quantization.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { hashingFields, withoutRelevantField } from "../shared/fields.js";

export const itqOptions = z.strictObject({
  task: hashingFields.task,
  seed: z.number().int().min(0).default(0).describe("random seed of the first rotation and splits"),
  bits: hashingFields.bits,
  projection: z
    .enum(["auto", "pca", "cca"])
    .default("auto")
    .describe(
      "space to rotate: principal components of all views together, or CCA variates (needs several views); auto: cca for several views",
    ),
  iterations: z.number().int().min(1).default(50).describe("turns of signs and rotation"),
  regularisation: z
    .number()
    .min(0)
    .default(0.1)
    .describe(
      "ridge of CCA, as a share of the mean variance of a view's components; the paper's 1e-4 overfits hundreds of columns with a few thousand samples",
    ),
  scaling: z.enum(scalingKinds).default("none").describe("scaling of each view's features, fitted on the training set"),
  queries: hashingFields.queries,
  withoutRelevant: withoutRelevantField
    .default("zero")
    .describe("queries without a relevant item in the database count as zero in the means, or are skipped"),
});

/** Options of ITQ, iterative quantization. Each has a default; `vantage train itq --help` lists them too. */
export interface ItqOptions extends z.output<typeof itqOptions> {
  /** Task that the codes are trained for. Default: "retrieval". */
  readonly task: z.output<typeof itqOptions>["task"];
  /** Random seed of the first rotation and splits. Default: 0. */
  readonly seed: z.output<typeof itqOptions>["seed"];
  /** Length of the codes, a multiple of 8. Default: 64. */
  readonly bits: z.output<typeof itqOptions>["bits"];
  /**
   * Space to rotate: principal components of all views together, or CCA variates (needs several views); auto: cca
   * for several views. Default: "auto".
   */
  readonly projection: z.output<typeof itqOptions>["projection"];
  /** Turns of signs and rotation. Default: 50. */
  readonly iterations: z.output<typeof itqOptions>["iterations"];
  /**
   * Ridge of CCA, as a share of the mean variance of a view's components; the paper's 1e-4 overfits hundreds of
   * columns with a few thousand samples. Default: 0.1.
   */
  readonly regularisation: z.output<typeof itqOptions>["regularisation"];
  /** Scaling of each view's features, fitted on the training set. Default: "none". */
  readonly scaling: z.output<typeof itqOptions>["scaling"];
  /**
   * Query samples: first:N, last:N or random:N; the others are the database (default: the data's own splits, else
   * a random fifth, at most 2000).
   */
  readonly queries?: z.output<typeof itqOptions>["queries"];
  /**
   * Queries without a relevant item in the database count as zero in the means, or are skipped. Default: "zero".
   */
  readonly withoutRelevant: z.output<typeof itqOptions>["withoutRelevant"];
}
