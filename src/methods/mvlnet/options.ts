// MvLNet's options with their published defaults, and the authors' settings for their data sets.
import { z } from "zod";
import { scalingKinds } from "../../data/scaling.js";
import { perViewFields } from "../shared/fields.js";

const whole = z.number().int();

export const mvlnetOptions = z.strictObject({
  ...perViewFields,
  epochs: whole.min(1).default(400).describe("maximum epochs of the spectral training, each of `steps` steps"),
  steps: whole.min(1).default(100).describe("steps per epoch of the spectral training"),
  batch: whole
    .min(2)
    .default(1024)
    .describe("samples per step of the spectral training, and as many again for the orthogonal layer"),
  lr: z.number().positive().default(1e-4).describe("learning rate of the spectral training (RMSProp)"),
  patience: whole
    .min(1)
    .default(15)
    .describe("epochs without a lower loss after which a learning rate is divided by ten"),
  clusters: perViewFields.clusters.describe(
    "width of a view's representation, and number of clusters (default: the number of classes)",
  ),
  arch: z
    .array(whole.min(1))
    .min(1)
    .default([1024, 1024, 1024, 10])
    .describe("widths of the siamese networks; all but the last also apply to the embedding networks"),
  lambda: z.number().min(0).max(1).default(0.001).describe("λ, weight of the loss between views"),
  affinity: z
    .enum(["siamese", "knn", "full"])
    .default("siamese")
    .describe(
      "affinity of samples: of nearest neighbors, by a siamese network or by their features, or of all pairs by features",
    ),
  neighbours: whole
    .min(1)
    .default(5)
    .describe("nearest neighbors in a batch that count as similar, including the sample itself"),
  scaleNeighbour: whole
    .min(1)
    .default(2)
    .describe("rank of the neighbor, counting the sample itself, whose median distance is the scale of the affinity"),
  autoencoder: z
    .array(whole.min(1))
    .default([500, 500, 2000, 10])
    .describe("widths of the autoencoders' encoders, the code last; []: the networks take the features themselves"),
  autoencoderEpochs: whole.min(1).default(50).describe("epochs of each autoencoder"),
  autoencoderBatch: whole.min(1).default(256).describe("samples per step of the autoencoders"),
  siameseEpochs: whole.min(1).default(400).describe("maximum epochs of each siamese network, over the pairs"),
  siameseLr: z.number().positive().default(1e-4).describe("learning rate of the siamese networks (RMSprop)"),
  siameseBatch: whole.min(1).default(128).describe("pairs per step of the siamese networks"),
  pairNeighbours: whole.min(1).default(3).describe("nearest neighbors with which a sample forms positive pairs"),
  pairs: whole
    .min(1)
    .default(600_000)
    .describe("approximate number of pairs per siamese network, at least two per sample"),
  scaling: z
    .enum(scalingKinds)
    .default("auto")
    .describe(
      "scaling of each view's features, fitted on the training set; auto: none, as published, or standard if a view is far from unit scale",
    ),
  evaluateEvery: whole
    .min(0)
    .default(10)
    .describe("epochs of the spectral training between evaluations; 0: only at the end"),
  reuse: z
    .string()
    .optional()
    .describe("mvlnet run folder whose autoencoders and siamese networks are reused instead of trained"),
});

/** Options of MvLNet. Each has a default; `vantage train mvlnet --help` lists them too. */
export interface MvlnetOptions extends z.output<typeof mvlnetOptions> {
  /** Task that evaluates the representation. Default: "clustering". */
  readonly task: z.output<typeof mvlnetOptions>["task"];
  /** Random seed of initialization, batches, splits and classifiers. Default: 0. */
  readonly seed: z.output<typeof mvlnetOptions>["seed"];
  /** Width of a view's representation, and number of clusters (default: the number of classes). */
  readonly clusters?: z.output<typeof mvlnetOptions>["clusters"];
  /** Test samples: first:N, last:N or random:N (default: the data's own split, else a random half). */
  readonly test?: z.output<typeof mvlnetOptions>["test"];
  /** Starts of k-means. Default: 10. */
  readonly starts: z.output<typeof mvlnetOptions>["starts"];
  /** Maximum epochs of the spectral training, each of `steps` steps. Default: 400. */
  readonly epochs: z.output<typeof mvlnetOptions>["epochs"];
  /** Steps per epoch of the spectral training. Default: 100. */
  readonly steps: z.output<typeof mvlnetOptions>["steps"];
  /** Samples per step of the spectral training, and as many again for the orthogonal layer. Default: 1024. */
  readonly batch: z.output<typeof mvlnetOptions>["batch"];
  /** Learning rate of the spectral training (RMSProp). Default: 0.0001. */
  readonly lr: z.output<typeof mvlnetOptions>["lr"];
  /** Epochs without a lower loss after which a learning rate is divided by ten. Default: 15. */
  readonly patience: z.output<typeof mvlnetOptions>["patience"];
  /**
   * Widths of the siamese networks; all but the last also apply to the embedding networks. Default:
   * [1024,1024,1024,10].
   */
  readonly arch: z.output<typeof mvlnetOptions>["arch"];
  /** λ, weight of the loss between views. Default: 0.001. */
  readonly lambda: z.output<typeof mvlnetOptions>["lambda"];
  /**
   * Affinity of samples: of nearest neighbors, by a siamese network or by their features, or of all pairs by
   * features. Default: "siamese".
   */
  readonly affinity: z.output<typeof mvlnetOptions>["affinity"];
  /** Nearest neighbors in a batch that count as similar, including the sample itself. Default: 5. */
  readonly neighbours: z.output<typeof mvlnetOptions>["neighbours"];
  /**
   * Rank of the neighbor, counting the sample itself, whose median distance is the scale of the affinity. Default:
   * 2.
   */
  readonly scaleNeighbour: z.output<typeof mvlnetOptions>["scaleNeighbour"];
  /**
   * Widths of the autoencoders' encoders, the code last; []: the networks take the features themselves. Default:
   * [500,500,2000,10].
   */
  readonly autoencoder: z.output<typeof mvlnetOptions>["autoencoder"];
  /** Epochs of each autoencoder. Default: 50. */
  readonly autoencoderEpochs: z.output<typeof mvlnetOptions>["autoencoderEpochs"];
  /** Samples per step of the autoencoders. Default: 256. */
  readonly autoencoderBatch: z.output<typeof mvlnetOptions>["autoencoderBatch"];
  /** Maximum epochs of each siamese network, over the pairs. Default: 400. */
  readonly siameseEpochs: z.output<typeof mvlnetOptions>["siameseEpochs"];
  /** Learning rate of the siamese networks (RMSprop). Default: 0.0001. */
  readonly siameseLr: z.output<typeof mvlnetOptions>["siameseLr"];
  /** Pairs per step of the siamese networks. Default: 128. */
  readonly siameseBatch: z.output<typeof mvlnetOptions>["siameseBatch"];
  /** Nearest neighbors with which a sample forms positive pairs. Default: 3. */
  readonly pairNeighbours: z.output<typeof mvlnetOptions>["pairNeighbours"];
  /** Approximate number of pairs per siamese network, at least two per sample. Default: 600000. */
  readonly pairs: z.output<typeof mvlnetOptions>["pairs"];
  /**
   * Scaling of each view's features, fitted on the training set; auto: none, as published, or standard if a view
   * is far from unit scale. Default: "auto".
   */
  readonly scaling: z.output<typeof mvlnetOptions>["scaling"];
  /** Epochs of the spectral training between evaluations; 0: only at the end. Default: 10. */
  readonly evaluateEvery: z.output<typeof mvlnetOptions>["evaluateEvery"];
  /** Mvlnet run folder whose autoencoders and siamese networks are reused instead of trained. */
  readonly reuse?: z.output<typeof mvlnetOptions>["reuse"];
}

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

/** A minute at most on two cores for a few thousand samples: see the preset noisy-mnist-10k, which it is a shorter form of. */
export const mvlnetQuick = {
  autoencoder: [256, 32],
  autoencoderEpochs: 15,
  pairs: 10_000,
  siameseEpochs: 5,
  siameseLr: 1e-3,
  arch: [256, 256, 10],
  batch: 256,
  steps: 30,
  epochs: 8,
  lr: 1e-3,
  lambda: 0.1,
  evaluateEvery: 4,
} satisfies Partial<MvlnetOptions>;
