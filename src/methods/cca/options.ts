// The options of CCA.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { perViewFields } from "../shared/fields.js";

export const ccaOptions = z.strictObject({
  ...perViewFields,
  dimensions: z.number().int().min(1).default(10).describe("canonical variates of each view"),
  components: z
    .number()
    .int()
    .min(1)
    .default(256)
    .describe("principal components that are kept of each view before, at most; where all are kept nothing is lost"),
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
export interface CcaOptions extends z.output<typeof ccaOptions> {}
