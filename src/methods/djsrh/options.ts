// DJSRH's options, and the authors' settings for their data sets.
import { z } from "zod";
import { hashingFields, withoutRelevantField } from "../shared/fields.js";

const rate = z.number().positive();

export const djsrhOptions = z.strictObject({
  ...hashingFields,
  epochs: z.number().int().min(1).default(200).describe("passes over the training set"),
  batch: z.number().int().min(2).default(32).describe("samples per step; a last incomplete batch is dropped"),
  lr: z
    .union([rate, z.tuple([rate, rate])], "expected a positive number, or two: one per view")
    .default(0.01)
    .describe("learning rate of SGD: one number, or two for the first and the second view"),
  momentum: z.number().min(0).lt(1).default(0.9).describe("momentum of SGD"),
  weightDecay: z.number().min(0).default(5e-4).describe("L2 penalty of SGD"),
  beta: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe("β, weight of the first view in the joint affinity; the second has 1 − β"),
  eta: z.number().min(0).max(1).default(0.4).describe("η, share of the second-order affinity"),
  mu: z.number().positive().default(1.5).describe("μ, scale of the affinity"),
  lambda1: z.number().min(0).default(0.3).describe("λ₁, weight of the loss inside the first view"),
  lambda2: z.number().min(0).default(0.3).describe("λ₂, weight of the loss inside the second view"),
  alpha: z
    .union([z.literal("growing"), z.number().positive()], 'expected "growing" or a positive number')
    .default("growing")
    .describe("α of the codes tanh(α·output): growing as √epoch, or a fixed number"),
  withoutRelevant: withoutRelevantField
    .default("zero")
    .describe("queries without a relevant item in the database count zero in the means, or are skipped"),
});

/** Options of DJSRH. Each has a default; `vantage train djsrh --help` lists them too. */
export interface DjsrhOptions extends z.output<typeof djsrhOptions> {}

/** The defaults are the settings for Wikipedia. */
export const djsrhPresets = {
  wikipedia: { scaling: "none", beta: 0.3, lambda1: 0.3, lambda2: 0.3, epochs: 200, lr: 0.01 },
  mirflickr: { scaling: "none", beta: 0.9, lambda1: 0.1, lambda2: 0.1, epochs: 80, lr: [0.001, 0.01] },
  "nus-wide": { scaling: "none", beta: 0.6, lambda1: 0.1, lambda2: 0.1, epochs: 80, lr: [0.001, 0.01] },
} satisfies Record<string, Partial<DjsrhOptions>>;
