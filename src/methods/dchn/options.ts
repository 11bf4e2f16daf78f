// DCHN's options, and the authors' settings for NUS-WIDE.
import { z } from "zod";
import { hashingFields, withoutRelevantField } from "../shared/fields.js";

export const dchnOptions = z.strictObject({
  ...hashingFields,
  epochs: z.number().int().min(1).default(100).describe("passes over the training set, for each view"),
  batch: z.number().int().min(1).default(64).describe("samples per step"),
  lr: z.number().positive().default(1e-4).describe("learning rate of Adam"),
  beta1: z.number().min(0).lt(1).default(0.5).describe("β₁ of Adam"),
  lrStep: z
    .number()
    .int()
    .min(1)
    .default(50)
    .describe("epochs after which the learning rate falls to a tenth, again and again"),
  sideBySide: z
    .boolean()
    .default(false)
    .describe("train all views at the same time instead of one after another: the same networks, more memory"),
  alpha: z.number().min(0).max(1).default(0.02).describe("α, weight of the hashing loss; reconstruction has 1 − α"),
  available: z
    .number()
    .int()
    .min(0)
    .default(100)
    .describe("label rows of training samples that shape the Hamming space beside the classes; 0 is DCHN0"),
  gamma: z.number().positive().default(1).describe("γ of the Hamming space"),
  iterations: z.number().int().min(1).default(50).describe("iterations of learning the Hamming space"),
  withoutRelevant: withoutRelevantField
    .default("skip")
    .describe("queries without a relevant item in the database count zero in the means, or are skipped"),
});

/** Options of DCHN. Each has a default; `vantage train dchn --help` lists them too. */
export interface DchnOptions extends z.output<typeof dchnOptions> {}

export const dchnPresets = {
  "nus-wide-16": { scaling: "none", bits: 16, alpha: 0.02 },
  "nus-wide-32": { scaling: "none", bits: 32, alpha: 0.001 },
  "nus-wide-64": { scaling: "none", bits: 64, alpha: 0.003 },
  "nus-wide-128": { scaling: "none", bits: 128, alpha: 0.003 },
} satisfies Record<string, Partial<DchnOptions>>;
