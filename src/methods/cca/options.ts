// The options of CCA.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { perViewFields } from "../shared/fields.js";

/** Variates of each view where the data has that many. */
export const usualVariates = 10;

export const ccaOptions = z.strictObject({
  ...perViewFields,
  dimensions: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe(`canonical variates of each view (default: ${usualVariates}, or as many as there can be)`),
  components: z
    .number()
    .int()
    .min(1)
    .default(256)
    .describe("maximum number of principal components kept per view before CCA; keeping all loses nothing"),
  regularisation: z
    .number()
    .min(0)
    .default(0.1)
    .describe("ridge in the whitening of each view (ridge-MAXVAR), as a share of the mean variance of its components"),
  scaling: z
    .enum(scalingKinds)
    .default("standard")
    .describe("scaling of each view's features, fitted on the training set"),
});

/** Options of CCA. Each has a default; `vantage train cca --help` lists them too. */
export interface CcaOptions extends z.output<typeof ccaOptions> {
  /** Task that evaluates the representation. Default: "clustering". */
  readonly task: z.output<typeof ccaOptions>["task"];
  /** Random seed of initialization, batches, splits and classifiers. Default: 0. */
  readonly seed: z.output<typeof ccaOptions>["seed"];
  /** Clusters to find (default: the number of classes). */
  readonly clusters?: z.output<typeof ccaOptions>["clusters"];
  /** Test samples: first:N, last:N or random:N (default: the data's own split, else a random half). */
  readonly test?: z.output<typeof ccaOptions>["test"];
  /** Starts of k-means. Default: 10. */
  readonly starts: z.output<typeof ccaOptions>["starts"];
  /** Canonical variates of each view (default: 10, or as many as there can be). */
  readonly dimensions?: z.output<typeof ccaOptions>["dimensions"];
  /** Maximum number of principal components kept per view before CCA; keeping all loses nothing. Default: 256. */
  readonly components: z.output<typeof ccaOptions>["components"];
  /**
   * Ridge in the whitening of each view (ridge-MAXVAR), as a share of the mean variance of its components.
   * Default: 0.1.
   */
  readonly regularisation: z.output<typeof ccaOptions>["regularisation"];
  /** Scaling of each view's features, fitted on the training set. Default: "standard". */
  readonly scaling: z.output<typeof ccaOptions>["scaling"];
}
