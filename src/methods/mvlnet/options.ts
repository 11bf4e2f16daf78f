// MvLNet's options with their published defaults, and the authors' settings for their data sets.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { perViewFields } from "../shared/fields.js";

const whole = z.number().int();

export const mvlnetOptions = z.strictObject({
  ...perViewFields,
  epochs: whole.min(1).default(400).describe("epochs of the spectral training at most, each of `steps` steps"),
  steps: whole.min(1).default(100).describe("steps per epoch of the spectral training"),
  batch: whole
    .min(2)
    .default(1024)
    .describe("samples per step of the spectral training, and as many again for the orthogonal layer"),
  lr: z.number().positive().default(1e-4).describe("learning rate of the spectral training (RMSProp)"),
  patience: whole
    .min(1)
    .default(15)
    .describe("epochs without a lower loss after which a learning rate falls to a tenth"),
  clusters: perViewFields.clusters.describe(
    "width of a view's representation, and clusters to find (default: the number of classes)",
  ),
  arch: z
    .array(whole.min(1))
    .min(1)
    .default([1024, 1024, 1024, 10])
    .describe("widths of the siamese networks; all but the last are those of the embedding networks too"),
  lambda: z.number().min(0).max(1).default(0.001).describe("λ, weight of the loss between views"),
  affinity: z
    .enum(["siamese", "knn", "full"])
    .default("siamese")
    .describe(
      "affinity of samples: among nearest neighbours by a siamese network, or by their features, or of all pairs by features",
    ),
  neighbours: whole
    .min(1)
    .default(5)
    .describe("nearest neighbours in a batch that a sample is similar to, itself included"),
  scaleNeighbour: whole
    .min(1)
    .default(2)
    .describe("neighbour, the sample itself counted, whose median distance is the scale of the affinity"),
  autoencoder: z
    .array(whole.min(1))
    .default([500, 500, 2000, 10])
    .describe("widths of the autoencoders' encoders, the code last; []: the networks take the features themselves"),
  autoencoderEpochs: whole.min(1).default(50).describe("passes over the training set for each autoencoder"),
  autoencoderBatch: whole.min(1).default(256).describe("samples per step of the autoencoders"),
  siameseEpochs: whole.min(1).default(400).describe("passes over the pairs for each siamese network at most"),
  siameseLr: z.number().positive().default(1e-4).describe("learning rate of the siamese networks (RMSprop)"),
  siameseBatch: whole.min(1).default(128).describe("pairs per step of the siamese networks"),
  pairNeighbours: whole.min(1).default(3).describe("nearest neighbours of a sample that it forms positive pairs with"),
  pairs: whole.min(1).default(600_000).describe("pairs for each siamese network, about, and two per sample at least"),
  scaling: z
    .enum(scalingKinds)
    .default("auto")
    .describe(
      "scaling of each view's features, fitted on the training set; auto: none, as published, or standard where a view is far from unit scale",
    ),
  evaluateEvery: whole
    .min(0)
    .default(10)
    .describe("epochs of the spectral training between evaluations; 0: only at the end"),
  reuse: z
    .string()
    .optional()
    .describe("a run folder of mvlnet whose autoencoders and siamese networks are taken in place of training them"),
});

/** Options of MvLNet. Each has a default; `vantage train mvlnet --help` lists them too. */
export interface MvlnetOptions extends z.output<typeof mvlnetOptions> {}

/** The defaults are the settings for Noisy MNIST. */
export const mvlnetPresets = {
  "noisy-mnist": { task: "clustering", scaling: "none" },
  // 5000 training samples in well under ten minutes on two cores: narrow networks, a wider code that a single hidden layer
  // learns quickly, ten times the published rates, and λ a hundred times the published one: after so few steps the
  // published weight of the views' agreement gives far lower accuracy (docs/mvlnet.md has both).
  "noisy-mnist-10k": {
    task: "clustering",
    scaling: "none",
    autoencoder: [500, 32],
    autoencoderEpochs: 20,
    pairs: 20_000,
    siameseEpochs: 6,
    siameseLr: 1e-3,
    arch: [256, 256, 10],
    batch: 512,
    steps: 50,
    epochs: 12,
    lr: 1e-3,
    lambda: 0.1,
    evaluateEvery: 4,
  },
  "caltech101-20": {
    task: "classification",
    arch: [2048, 1024, 512, 10],
    batch: 512,
    pairNeighbours: 18,
    neighbours: 20,
    scaleNeighbour: 2,
    lambda: 0.001,
    clusters: 20,
    patience: 10,
    scaling: "minmax-view",
  },
  wikipedia: {
    task: "retrieval",
    scaling: "none",
    arch: [2048, 1024, 1024, 100],
    batch: 128,
    pairNeighbours: 8,
    neighbours: 3,
    scaleNeighbour: 3,
    lambda: 0.11,
    clusters: 10,
    patience: 10,
    epochs: 300,
    test: "last:693",
  },
} satisfies Record<string, Partial<MvlnetOptions>>;
