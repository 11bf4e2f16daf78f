// DM2C's options and their published defaults.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { splitPattern } from "../shared/splits.js";
import { ganKinds } from "./objective.js";

const width = z.number().int().min(1);
const widths = z.array(width).min(1);
const rate = z.number().positive();

export const dm2cOptions = z.strictObject({
  task: z.enum(["clustering"]).default("clustering").describe("task that the representation is trained for"),
  epochs: z.number().int().min(1).default(220).describe("training epochs, after pre-training"),
  pretrainEpochs: z.number().int().min(0).default(150).describe("epochs of pre-training each modality's autoencoder"),
  pretrainOnly: z
    .boolean()
    .default(false)
    .describe("stop after pre-training and cluster the autoencoders' codes directly"),
  reuse: z.string().optional().describe("run folder whose autoencoders replace pre-training"),
  batch: z.number().int().min(4).default(128).describe("samples per step, over all modalities"),
  seed: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("random seed of initialization, batches, splits, choice of modalities and k-means"),
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
    .describe(
      "learning rate of pre-training: one number, or one per modality (the last one applies to all that follow)",
    ),
  lrAutoencoder: rate.default(1e-4).describe("learning rate of the autoencoders"),
  lrMapping: rate.default(5e-4).describe("learning rate of the mappings"),
  lrDiscriminator: rate.default(5e-5).describe("learning rate of the discriminators"),
  weightDecay: z.number().min(0).default(0).describe("L2 penalty of all optimizers"),
  unify: z
    .string()
    .default("first")
    .describe("modality whose code space all samples are mapped into: first, second, a name, or neither"),
  scaling: z
    .enum(scalingKinds)
    .default("auto")
    .describe(
      "scaling of each modality's features, fitted on the training set; auto: none, as published, or standard if a modality is far from unit scale",
    ),
  pca: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("principal components that each modality is reduced to after scaling; 0: no reduction"),
  test: z
    .string()
    .regex(splitPattern, "expected first:N, last:N or random:N")
    .optional()
    .describe("test samples: first:N, last:N or random:N (default: the data's own splits, else a random fifth)"),
  clusters: z.number().int().min(2).optional().describe("clusters to find (default: the number of classes)"),
  starts: z.number().int().min(1).default(20).describe("starts of k-means"),
  evaluateEvery: z.number().int().min(0).default(1).describe("epochs between evaluations; 0: only at the end"),
});

/** Options of DM2C. Each has a default; `vantage train dm2c --help` lists them too. */
export interface Dm2cOptions extends z.output<typeof dm2cOptions> {
  /** Task that the representation is trained for. Default: "clustering". */
  readonly task: z.output<typeof dm2cOptions>["task"];
  /** Training epochs, after pre-training. Default: 220. */
  readonly epochs: z.output<typeof dm2cOptions>["epochs"];
  /** Epochs of pre-training each modality's autoencoder. Default: 150. */
  readonly pretrainEpochs: z.output<typeof dm2cOptions>["pretrainEpochs"];
  /** Stop after pre-training and cluster the autoencoders' codes directly. Default: false. */
  readonly pretrainOnly: z.output<typeof dm2cOptions>["pretrainOnly"];
  /** Run folder whose autoencoders replace pre-training. */
  readonly reuse?: z.output<typeof dm2cOptions>["reuse"];
  /** Samples per step, over all modalities. Default: 128. */
  readonly batch: z.output<typeof dm2cOptions>["batch"];
  /** Random seed of initialization, batches, splits, choice of modalities and k-means. Default: 0. */
  readonly seed: z.output<typeof dm2cOptions>["seed"];
  /**
   * Widths of the encoders' layers, the code last: one list, or one per modality; the decoders have them in
   * reverse. Default: [1024,256,128].
   */
  readonly hidden: z.output<typeof dm2cOptions>["hidden"];
  /** Widths of the layers of a mapping's encoder, between code and code. Default: [128,256]. */
  readonly mappingHidden: z.output<typeof dm2cOptions>["mappingHidden"];
  /** λ₁, weight of the cycle consistency of codes. Default: 1. */
  readonly lambda1: z.output<typeof dm2cOptions>["lambda1"];
  /** λ₃, weight of the adversarial losses. Default: 0.5. */
  readonly lambda3: z.output<typeof dm2cOptions>["lambda3"];
  /** Adversarial training: Wasserstein with RMSProp, or cross-entropy with Adam. Default: "wasserstein". */
  readonly gan: z.output<typeof dm2cOptions>["gan"];
  /** Limit of the discriminators' parameters (wasserstein). Default: 0.05. */
  readonly clip: z.output<typeof dm2cOptions>["clip"];
  /** Steps between updates of the discriminators. Default: 5. */
  readonly discriminatorEvery: z.output<typeof dm2cOptions>["discriminatorEvery"];
  /**
   * Learning rate of pre-training: one number, or one per modality (the last one applies to all that follow).
   * Default: [0.0001,0.00001].
   */
  readonly pretrainLr: z.output<typeof dm2cOptions>["pretrainLr"];
  /** Learning rate of the autoencoders. Default: 0.0001. */
  readonly lrAutoencoder: z.output<typeof dm2cOptions>["lrAutoencoder"];
  /** Learning rate of the mappings. Default: 0.0005. */
  readonly lrMapping: z.output<typeof dm2cOptions>["lrMapping"];
  /** Learning rate of the discriminators. Default: 0.00005. */
  readonly lrDiscriminator: z.output<typeof dm2cOptions>["lrDiscriminator"];
  /** L2 penalty of all optimizers. Default: 0. */
  readonly weightDecay: z.output<typeof dm2cOptions>["weightDecay"];
  /** Modality whose code space all samples are mapped into: first, second, a name, or neither. Default: "first". */
  readonly unify: z.output<typeof dm2cOptions>["unify"];
  /**
   * Scaling of each modality's features, fitted on the training set; auto: none, as published, or standard if a
   * modality is far from unit scale. Default: "auto".
   */
  readonly scaling: z.output<typeof dm2cOptions>["scaling"];
  /** Principal components that each modality is reduced to after scaling; 0: no reduction. Default: 0. */
  readonly pca: z.output<typeof dm2cOptions>["pca"];
  /** Test samples: first:N, last:N or random:N (default: the data's own splits, else a random fifth). */
  readonly test?: z.output<typeof dm2cOptions>["test"];
  /** Clusters to find (default: the number of classes). */
  readonly clusters?: z.output<typeof dm2cOptions>["clusters"];
  /** Starts of k-means. Default: 20. */
  readonly starts: z.output<typeof dm2cOptions>["starts"];
  /** Epochs between evaluations; 0: only at the end. Default: 1. */
  readonly evaluateEvery: z.output<typeof dm2cOptions>["evaluateEvery"];
}

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

/** A minute at most on two cores for a few thousand samples: narrower layers, which learn at a higher rate, and fewer epochs than published. */
export const dm2cQuick = {
  hidden: [256, 64],
  mappingHidden: [64],
  pretrainEpochs: 40,
  pretrainLr: 1e-3,
  epochs: 20,
  evaluateEvery: 5,
  starts: 10,
} satisfies Partial<Dm2cOptions>;
