// The options that methods with a representation for each view have in common.
import { z } from "zod";
import { testPattern } from "./split.js";

/** Fields of an option schema; each method adds its own. */
export const perViewFields = {
  task: z
    .enum(["clustering", "classification", "retrieval"])
    .default("clustering")
    .describe("what the representation is judged by"),
  seed: z.number().int().min(0).default(0).describe("of everything random: initialisation, batches, splits and judges"),
  clusters: z.number().int().min(2).optional().describe("clusters to find (default: the number of classes)"),
  test: z
    .string()
    .regex(testPattern, "expected first:N, last:N or random:N")
    .optional()
    .describe(
      "which samples are for testing: first:N, last:N or random:N (default: the data's own split, else a random half)",
    ),
  starts: z.number().int().min(1).default(10).describe("starts of k-means"),
};

/** The options that every method with a representation for each view has; each method says what they are for. */
export interface PerViewOptions {
  readonly task: "clustering" | "classification" | "retrieval";
  readonly seed: number;
  readonly clusters?: number | undefined;
  readonly test?: string | undefined;
  readonly starts: number;
}
