// DM2C's options and their published defaults.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { splitPattern } from "../shared/splits.js";
import { ganKinds } from "./objective.js";

const width = z.number().int().min(1);
const widths = z.array(width).min(1);
const rate = z.number().positive();

export const dm2cOptions = z.strictObject({
  task: z.enum(["clustering"]).default("clustering").describe("what the representation is learned for"),
  epochs: z.number().int().min(1).default(220).describe("passes over the training set, after pre-training"),
  pretrainEpochs: z
    .number()
    .int()
    .min(0)
    .default(150)
    .describe("passes over each modality in pre-training its autoencoder"),
  pretrainOnly: z
    .boolean()
    .default(false)
    .describe("end after pre-training: clusters of the autoencoders' codes as they are"),
  reuse: z.string().optional().describe("run folder whose autoencoders are taken in place of pre-training"),
  batch: z.number().int().min(4).default(128).describe("samples per step, of all modalities together"),
  seed: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("of initialisation, batches, splits, choice of modalities and k-means"),
  hidden: z
    .union([widths, z.array(widths).min(2)], "expected a list of widths, or one such list per modality")
    .default([1024, 256, 128])
    .describe(
      "widths of the encoders' layers, the code last: one list, or one per modality; the decoders have them in reverse",
    ),
  mappingHidden: z
    .array(width)
    .default([128, 256])
    .describe("widths of the layers of a mapping's encoder, between code and code"),
  lambda1: z.number().min(0).default(1).describe("λ₁, weight of the cycle consistency of codes"),
  lambda3: z.number().min(0).default(0.5).describe("λ₃, weight of the adversarial losses"),
  gan: z
    .enum(ganKinds)
    .default("wasserstein")
    .describe("adversarial training: Wasserstein with RMSProp, or cross-entropy with Adam"),
  clip: rate.default(0.05).describe("limit of the discriminators' parameters (wasserstein)"),
  discriminatorEvery: z.number().int().min(1).default(5).describe("steps between updates of the discriminators"),
  pretrainLr: z
    .union([rate, z.array(rate).min(1)], "expected a positive number, or one per modality")
    .default([1e-4, 1e-5])
    .describe("learning rate of pre-training: one number, or one per modality (the last one for all that follow)"),
  lrAutoencoder: rate.default(1e-4).describe("learning rate of the autoencoders"),
  lrMapping: rate.default(5e-4).describe("learning rate of the mappings"),
  lrDiscriminator: rate.default(5e-5).describe("learning rate of the discriminators"),
  weightDecay: z.number().min(0).default(0).describe("L2 penalty of all optimizers"),
  unify: z
    .string()
    .default("first")
    .describe(
      "whose code space all samples are carried into: the first or second modality, one by its name, or neither",
    ),
  scaling: z
    .enum(scalingKinds)
    .default("auto")
    .describe(
      "scaling of each modality's features, fitted on the training set; auto: none, as published, or standard where a modality is far from unit scale",
    ),
  pca: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("principal components that each modality is reduced to, after scaling; 0: features as they are"),
  test: z
    .string()
    .regex(splitPattern, "expected first:N, last:N or random:N")
    .optional()
    .describe(
      "which samples are for testing: first:N, last:N or random:N (default: the data's own splits, else a random fifth)",
    ),
  clusters: z.number().int().min(2).optional().describe("clusters to find (default: the number of classes)"),
  starts: z.number().int().min(1).default(20).describe("starts of k-means"),
  evaluateEvery: z.number().int().min(0).default(1).describe("epochs between evaluations; 0: only at the end"),
});

/** Options of DM2C. Each has a default; `vantage train dm2c --help` lists them too. */
export interface Dm2cOptions extends z.output<typeof dm2cOptions> {}

/** The defaults are the settings for Wikipedia. */
export const dm2cPresets = {
  wikipedia: { scaling: "none", hidden: [1024, 256, 128], mappingHidden: [128, 256] },
  "nus-wide": {
    scaling: "none",
    hidden: [
      [512, 256, 128],
      [512, 128],
    ],
    mappingHidden: [128],
  },
} satisfies Record<string, Partial<Dm2cOptions>>;
