// DCHN's options, and the authors' settings for NUS-WIDE.
import { z } from "zod";
import { backboneFields, hashingFields, withoutRelevantField } from "../shared/fields.js";

export const dchnOptions = z.strictObject({
  ...hashingFields,
  ...backboneFields,
  backboneRate: z.number().positive().default(0.1).describe("learning rate of the backbone, as a fraction of lr"),
  epochs: z.number().int().min(1).default(100).describe("training epochs of the network of each view"),
  batch: z.number().int().min(1).default(64).describe("samples per step"),
  lr: z.number().positive().default(1e-4).describe("learning rate of Adam"),
  beta1: z.number().min(0).lt(1).default(0.5).describe("β₁ of Adam"),
  lrStep: z
    .number()
    .int()
    .min(1)
    .default(50)
    .describe("number of epochs after which the learning rate is divided by ten, repeatedly"),
  sideBySide: z
    .boolean()
    .default(false)
    .describe("train all views at once instead of one after another: same networks, more memory"),
  alpha: z.number().min(0).max(1).default(0.02).describe("α, weight of the hashing loss; reconstruction has 1 − α"),
  available: z
    .number()
    .int()
    .min(0)
    .default(100)
    .describe("label rows of training samples that shape the Hamming space in addition to the classes; 0 is DCHN0"),
  gamma: z.number().positive().default(1).describe("γ of the Hamming space"),
  iterations: z.number().int().min(1).default(50).describe("iterations of learning the Hamming space"),
  withoutRelevant: withoutRelevantField
    .default("skip")
    .describe("queries without a relevant item in the database count as zero in the means, or are skipped"),
});

/** Options of DCHN. Each has a default; `vantage train dchn --help` lists them too. */
export interface DchnOptions extends z.output<typeof dchnOptions> {
  /** Task that the codes are trained for. Default: "retrieval". */
  readonly task: z.output<typeof dchnOptions>["task"];
  /** Random seed of initialization, batches, label rows and splits. Default: 0. */
  readonly seed: z.output<typeof dchnOptions>["seed"];
  /** Length of the codes, a multiple of 8. Default: 64. */
  readonly bits: z.output<typeof dchnOptions>["bits"];
  /** Width of the hidden layers. Default: 4096. */
  readonly hidden: z.output<typeof dchnOptions>["hidden"];
  /**
   * Scaling of each view's features, fitted on the training set; auto: none, as published, or standard if a view
   * is far from unit scale. Default: "auto".
   */
  readonly scaling: z.output<typeof dchnOptions>["scaling"];
  /**
   * Query samples: first:N, last:N or random:N; the others are the database (default: the data's own splits, else
   * a random fifth, at most 2000).
   */
  readonly queries?: z.output<typeof dchnOptions>["queries"];
  /** Epochs between evaluations; 0: only at the end. Default: 10. */
  readonly evaluateEvery: z.output<typeof dchnOptions>["evaluateEvery"];
  /**
   * Network for pictures, before the method's own layers: none, alexnet, vgg19-bn, resnet18, resnet50,
   * mobilenet-v2, a file of weights (.pth, .safetensors), or an ONNX model (.onnx). Default: "none".
   */
  readonly backbone: z.output<typeof dchnOptions>["backbone"];
  /**
   * Architecture of the file: for weights, taken from the file name by default; for an .onnx file, graph (the
   * network in it) by default.
   */
  readonly arch?: z.output<typeof dchnOptions>["arch"];
  /**
   * Layer up to which the backbone is frozen, such as features; in an ONNX model a node, value or weight (default:
   * nothing is frozen).
   */
  readonly freeze?: z.output<typeof dchnOptions>["freeze"];
  /**
   * Input normalization of an ONNX model: imagenet, clip, half (-1 to 1), unit (0 to 1), bytes (0 to 255)
   * (default: from preprocessor_config.json or a YAML file beside it).
   */
  readonly normalization?: z.output<typeof dchnOptions>["normalization"];
  /**
   * Augment training pictures: a different crop in each epoch, half of them mirrored; false: center crop. Default:
   * true.
   */
  readonly augment: z.output<typeof dchnOptions>["augment"];
  /** Learning rate of the backbone, as a fraction of lr. Default: 0.1. */
  readonly backboneRate: z.output<typeof dchnOptions>["backboneRate"];
  /** Training epochs of the network of each view. Default: 100. */
  readonly epochs: z.output<typeof dchnOptions>["epochs"];
  /** Samples per step. Default: 64. */
  readonly batch: z.output<typeof dchnOptions>["batch"];
  /** Learning rate of Adam. Default: 0.0001. */
  readonly lr: z.output<typeof dchnOptions>["lr"];
  /** β₁ of Adam. Default: 0.5. */
  readonly beta1: z.output<typeof dchnOptions>["beta1"];
  /** Number of epochs after which the learning rate is divided by ten, repeatedly. Default: 50. */
  readonly lrStep: z.output<typeof dchnOptions>["lrStep"];
  /** Train all views at once instead of one after another: same networks, more memory. Default: false. */
  readonly sideBySide: z.output<typeof dchnOptions>["sideBySide"];
  /** α, weight of the hashing loss; reconstruction has 1 − α. Default: 0.02. */
  readonly alpha: z.output<typeof dchnOptions>["alpha"];
  /**
   * Label rows of training samples that shape the Hamming space in addition to the classes; 0 is DCHN0. Default:
   * 100.
   */
  readonly available: z.output<typeof dchnOptions>["available"];
  /** γ of the Hamming space. Default: 1. */
  readonly gamma: z.output<typeof dchnOptions>["gamma"];
  /** Iterations of learning the Hamming space. Default: 50. */
  readonly iterations: z.output<typeof dchnOptions>["iterations"];
  /**
   * Queries without a relevant item in the database count as zero in the means, or are skipped. Default: "skip".
   */
  readonly withoutRelevant: z.output<typeof dchnOptions>["withoutRelevant"];
}

export const dchnPresets = {
  "nus-wide-16": { scaling: "none", bits: 16, alpha: 0.02 },
  "nus-wide-32": { scaling: "none", bits: 32, alpha: 0.001 },
  "nus-wide-64": { scaling: "none", bits: 64, alpha: 0.003 },
  "nus-wide-128": { scaling: "none", bits: 128, alpha: 0.003 },
} satisfies Record<string, Partial<DchnOptions>>;

/** A minute at most on two cores for a few thousand samples: narrower layers, which learn at a higher rate, and fewer epochs than published. */
export const dchnQuick = {
  hidden: 512,
  epochs: 30,
  lr: 1e-3,
  lrStep: 20,
  evaluateEvery: 0,
} satisfies Partial<DchnOptions>;
