// LSH: the sides of random hyperplanes as codes (Charikar, STOC 2002; Goemans and Williamson 1995).
import { Random } from "../../core/kernels/random.js";
import type { Engine } from "../../core/runtime/index.js";
import { defineMethod } from "../define.js";
import { HashingMethod } from "../faces.js";
import type { Description } from "../shared/described-model.js";
import { checkOneSpace, type LinearHashingModel, linearHashing, throughMeans } from "../shared/linear-hashing.js";
import { type LshOptions, lshOptions } from "./options.js";

export const lsh = defineMethod<LshOptions, Description & LinearHashingModel>({
  name: "lsh",
  title: "Locality-sensitive hashing by random hyperplanes, a baseline",
  paper: "Charikar, STOC 2002",
  tasks: ["retrieval"],
  options: lshOptions,
  ...linearHashing<LshOptions>({
    name: "lsh",
    bits: (_, { bits }) => bits,
    check: (data) => checkOneSpace("lsh", data),
    async solve(_, views, { bits, seed }) {
      const random = new Random(seed, "hyperplanes");
      const weight = Float32Array.from({ length: bits * views[0]!.columns }, () => random.normal());
      return { layers: throughMeans(views, weight, bits), losses: {} };
    },
  }),
});

/**
 * LSH: the sides on which a sample is of random hyperplanes through the mean, the same ones in all views, which must have one width. Two
 * centered vectors at an angle θ differ in a bit with probability θ/π.
 * @example
 * ```ts
 * import { LSH } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4, dimensions: [16, 16] });
 * await using lsh = await new LSH({ bits: 128, seed: 1 }).fit(data);
 * console.log(await lsh.evaluate());
 * ```
 */
export class LSH extends HashingMethod<LshOptions> {
  /** @param options see `LshOptions`; those left out have their defaults. @throws UserError where one is invalid. */
  constructor(options: Partial<LshOptions> = {}, engine?: Engine) {
    super(lsh, options, engine);
  }
}
