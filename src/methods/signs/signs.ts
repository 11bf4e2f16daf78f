// The signs of centered features as codes: a bit for each feature, nothing learned but the mean.
import type { Engine } from "../../core/runtime/index.js";
import { defineMethod } from "../define.js";
import { HashingMethod } from "../faces.js";
import type { Description } from "../shared/described-model.js";
import { checkOneSpace, type LinearHashingModel, linearHashing, throughMeans } from "../shared/linear-hashing.js";
import { type SignsOptions, signsOptions } from "./options.js";

/** A bit for each column, and 0 for the rest of the last byte. */
const bitsOf = (columns: number) => Math.ceil(columns / 8) * 8;

export const signs = defineMethod<SignsOptions, Description & LinearHashingModel>({
  name: "signs",
  title: "Signs of centered features, a baseline",
  paper: "no training: one bit a feature",
  tasks: ["retrieval"],
  options: signsOptions,
  ...linearHashing<SignsOptions>({
    name: "signs",
    bits: ([columns]) => bitsOf(columns!),
    check: (data) => checkOneSpace("signs", data, "train itq (which CCA then brings together), or "),
    async solve(_, views) {
      const { columns } = views[0]!;
      const bits = bitsOf(columns);
      const weight = new Float32Array(bits * columns);
      for (let j = 0; j < columns; j++) weight[j * columns + j] = 1;
      return { layers: throughMeans(views, weight, bits), losses: {} };
    },
  }),
});

/**
 * The signs of centered features as hash codes, a bit a feature: the baseline for embeddings that are comparable as they are, such as CLIP's. Several
 * views must have one width.
 * @example
 * ```ts
 * import { Signs } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4, dimensions: [16, 16] });
 * await using signs = await new Signs().fit(data);
 * console.log((await signs.encode("view1", data)).bits); // 16
 * ```
 */
export class Signs extends HashingMethod<SignsOptions> {
  /** @param options see `SignsOptions`; those left out have their defaults. @throws UserError where one is invalid. */
  constructor(options: Partial<SignsOptions> = {}, engine?: Engine) {
    super(signs, options, engine);
  }
}
