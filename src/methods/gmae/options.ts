// GMAE's options and their published defaults.
import { z } from "zod";
import { distances } from "./nearest.js";

export const gmaeOptions = z.strictObject({
  task: z
    .enum(["clustering", "classification"])
    .default("clustering")
    .describe("what the representation is learned for"),
  epochs: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("passes over the data (default: 500 for clustering, 200 for classification)"),
  batch: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe("samples per step; 0: the whole set as one batch up to 6000 samples, above that batches of 2048"),
  seed: z.number().int().min(0).default(0).describe("of initialisation, dropout, batches, splits and k-means"),
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
    .describe("nearest neighbours, the sample itself included, that count as positive"),
  kShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.25)
    .describe(
      "share of the batch that is looked up as nearest neighbours (k = kShare·n); the further half of them are negatives, which should lie beyond the sample's own cluster (docs/gmae.md)",
    ),
  distance: z
    .enum(distances)
    .default("euclidean")
    .describe("by which neighbours are found, on the scaled features; cosine for word counts and other sparse views"),
  corrupt: z
    .string()
    .regex(/^(missing|conflict|noise)=[0-9.]+$/, "expected missing=R, conflict=R or noise=R with R from 0 to 1")
    .optional()
    .describe("spoil the scaled data first: missing=R, conflict=R or noise=R, R the share of samples"),
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
export interface GmaeOptions extends z.output<typeof gmaeOptions> {}

/** Epochs that the authors train for. */
export const publishedEpochs = { clustering: 500, classification: 200 } as const;
