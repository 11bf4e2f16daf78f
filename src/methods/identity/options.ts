// The options of the identity.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { perViewFields } from "../shared/fields.js";

export const identityOptions = z.strictObject({
  ...perViewFields,
  task: perViewFields.task.default("retrieval").describe("task that evaluates the representation"),
  scaling: z
    .enum(scalingKinds)
    .default("l2")
    .describe("scaling of each view's features, fitted on the training set; l2: unit vectors, which keeps the cosines"),
});

/** Options of the identity. Each has a default; `vantage train identity --help` lists them too. */
export interface IdentityOptions extends z.output<typeof identityOptions> {
  /** Task that evaluates the representation. Default: "retrieval". */
  readonly task: z.output<typeof identityOptions>["task"];
  /** Random seed of initialization, batches, splits and classifiers. Default: 0. */
  readonly seed: z.output<typeof identityOptions>["seed"];
  /** Clusters to find (default: the number of classes). */
  readonly clusters?: z.output<typeof identityOptions>["clusters"];
  /** Test samples: first:N, last:N or random:N (default: the data's own split, else a random half). */
  readonly test?: z.output<typeof identityOptions>["test"];
  /** Starts of k-means. Default: 10. */
  readonly starts: z.output<typeof identityOptions>["starts"];
  /**
   * Scaling of each view's features, fitted on the training set; l2: unit vectors, which keeps the cosines.
   * Default: "l2".
   */
  readonly scaling: z.output<typeof identityOptions>["scaling"];
}
