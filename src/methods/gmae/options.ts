// GMAE's options and their published defaults.
import { z } from "zod";
import { distances } from "./nearest.js";

export const gmaeOptions = z.strictObject({
  task: z
    .enum(["clustering", "classification"])
    .default("clustering")
    .describe("task that the representation is trained for"),
  epochs: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("training epochs (default: 500 for clustering, 200 for classification)"),
  batch: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("samples per step; 0: the whole set as one batch up to 6000 samples, above that batches of 2048"),
  seed: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("random seed of initialization, dropout, batches, splits and k-means"),
  lr: z.number().positive().default(1e-3).describe("learning rate of Adam"),
  hidden: z
    .array(z.number().int().min(1))
    .min(1)
    .default([500, 200])
    .describe("widths of the encoders' hidden layers; the decoders have them in reverse"),
  latent: z.number().int().min(2).default(128).describe("dimensions of each part of the representation"),
  discriminatorHidden: z.number().int().min(1).default(64).describe("width of the discriminators' hidden layer"),
  dropout: z.number().min(0).lt(1).default(0.5).describe("dropout in encoders and decoders"),
  headDropout: z.number().min(0).lt(1).default(0.2).describe("dropout in the classification head"),
  lambdaMa: z.number().min(0).default(0.01).describe("weight of the orthogonality and adversarial losses"),
  lambdaCon: z.number().min(0).default(0.01).describe("weight of the contrastive loss"),
  contrastive: z.boolean().default(true).describe("whether to use the contrastive loss"),
  posNum: z
    .number()
    .int()
    .min(2)
    .default(21)
    .describe("number of nearest neighbors that count as positives, including the sample itself"),
  kShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe(
      "share of the batch searched as nearest neighbors (k = kShare·n); the further half are negatives, which should lie outside the sample's own cluster (docs/gmae.md)",
    ),
  distance: z
    .enum(distances)
    .default("euclidean")
    .describe("distance for finding neighbors, on the scaled features; cosine for word counts and other sparse views"),
  corrupt: z
    .string()
    .regex(/^(missing|conflict|noise)=[0-9.]+$/, "expected missing=R, conflict=R or noise=R with R from 0 to 1")
    .optional()
    .describe("corrupt the scaled data first: missing=R, conflict=R or noise=R, with R the share of samples"),
  maskMissing: z
    .boolean()
    .default(false)
    .describe("leave missing views out of the losses (otherwise they count as zeros)"),
  clusters: z.number().int().min(2).optional().describe("clusters to find (default: the number of classes)"),
  starts: z.number().int().min(1).default(50).describe("starts of k-means"),
  testFraction: z.number().gt(0).lt(1).default(0.2).describe("share of samples held out for testing (classification)"),
  evaluateEvery: z.number().int().min(0).default(10).describe("epochs between evaluations; 0: only at the end"),
});

/** Options of GMAE. Each has a default; `vantage train gmae --help` lists them too. */
export interface GmaeOptions extends z.output<typeof gmaeOptions> {
  /** Task that the representation is trained for. Default: "clustering". */
  readonly task: z.output<typeof gmaeOptions>["task"];
  /** Training epochs (default: 500 for clustering, 200 for classification). */
  readonly epochs?: z.output<typeof gmaeOptions>["epochs"];
  /** Samples per step; 0: the whole set as one batch up to 6000 samples, above that batches of 2048. Default: 0. */
  readonly batch: z.output<typeof gmaeOptions>["batch"];
  /** Random seed of initialization, dropout, batches, splits and k-means. Default: 0. */
  readonly seed: z.output<typeof gmaeOptions>["seed"];
  /** Learning rate of Adam. Default: 0.001. */
  readonly lr: z.output<typeof gmaeOptions>["lr"];
  /** Widths of the encoders' hidden layers; the decoders have them in reverse. Default: [500,200]. */
  readonly hidden: z.output<typeof gmaeOptions>["hidden"];
  /** Dimensions of each part of the representation. Default: 128. */
  readonly latent: z.output<typeof gmaeOptions>["latent"];
  /** Width of the discriminators' hidden layer. Default: 64. */
  readonly discriminatorHidden: z.output<typeof gmaeOptions>["discriminatorHidden"];
  /** Dropout in encoders and decoders. Default: 0.5. */
  readonly dropout: z.output<typeof gmaeOptions>["dropout"];
  /** Dropout in the classification head. Default: 0.2. */
  readonly headDropout: z.output<typeof gmaeOptions>["headDropout"];
  /** Weight of the orthogonality and adversarial losses. Default: 0.01. */
  readonly lambdaMa: z.output<typeof gmaeOptions>["lambdaMa"];
  /** Weight of the contrastive loss. Default: 0.01. */
  readonly lambdaCon: z.output<typeof gmaeOptions>["lambdaCon"];
  /** Whether to use the contrastive loss. Default: true. */
  readonly contrastive: z.output<typeof gmaeOptions>["contrastive"];
  /** Number of nearest neighbors that count as positives, including the sample itself. Default: 21. */
  readonly posNum: z.output<typeof gmaeOptions>["posNum"];
  /**
   * Share of the batch searched as nearest neighbors (k = kShare·n); the further half are negatives, which should
   * lie outside the sample's own cluster (docs/gmae.md). Default: 0.25.
   */
  readonly kShare: z.output<typeof gmaeOptions>["kShare"];
  /**
   * Distance for finding neighbors, on the scaled features; cosine for word counts and other sparse views.
   * Default: "euclidean".
   */
  readonly distance: z.output<typeof gmaeOptions>["distance"];
  /** Corrupt the scaled data first: missing=R, conflict=R or noise=R, with R the share of samples. */
  readonly corrupt?: z.output<typeof gmaeOptions>["corrupt"];
  /** Leave missing views out of the losses (otherwise they count as zeros). Default: false. */
  readonly maskMissing: z.output<typeof gmaeOptions>["maskMissing"];
  /** Clusters to find (default: the number of classes). */
  readonly clusters?: z.output<typeof gmaeOptions>["clusters"];
  /** Starts of k-means. Default: 50. */
  readonly starts: z.output<typeof gmaeOptions>["starts"];
  /** Share of samples held out for testing (classification). Default: 0.2. */
  readonly testFraction: z.output<typeof gmaeOptions>["testFraction"];
  /** Epochs between evaluations; 0: only at the end. Default: 10. */
  readonly evaluateEvery: z.output<typeof gmaeOptions>["evaluateEvery"];
}

/** Epochs that the authors train for. */
export const publishedEpochs = { clustering: 500, classification: 200 } as const;

/** A minute at most on two cores for a few thousand samples; the published epochs are several times as many. */
export const gmaeQuick = { epochs: 30, evaluateEvery: 15, starts: 10 } satisfies Partial<GmaeOptions>;
