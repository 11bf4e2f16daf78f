// DJSRH's options, and the authors' settings for their data sets.
import { z } from "zod";
import { backboneFields, hashingFields, withoutRelevantField } from "../shared/fields.js";

const rate = z.number().positive();

export const djsrhOptions = z.strictObject({
  ...hashingFields,
  ...backboneFields,
  epochs: z.number().int().min(1).default(200).describe("training epochs"),
  batch: z.number().int().min(2).default(32).describe("samples per step; a last incomplete batch is dropped"),
  lr: z
    .union([rate, z.tuple([rate, rate])], "expected a positive number, or two: one per view")
    .default(0.01)
    .describe("learning rate of SGD: one number, or two for the first and the second view"),
  backboneRate: z
    .number()
    .positive()
    .default(1)
    .describe("learning rate of the backbone, as a fraction of its view's rate (1, as published: the same rate)"),
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
    .describe("queries without a relevant item in the database count as zero in the means, or are skipped"),
});

/** Options of DJSRH. Each has a default; `vantage train djsrh --help` lists them too. */
export interface DjsrhOptions extends z.output<typeof djsrhOptions> {
  /** Task that the codes are trained for. Default: "retrieval". */
  readonly task: z.output<typeof djsrhOptions>["task"];
  /** Random seed of initialization, batches, label rows and splits. Default: 0. */
  readonly seed: z.output<typeof djsrhOptions>["seed"];
  /** Length of the codes, a multiple of 8. Default: 64. */
  readonly bits: z.output<typeof djsrhOptions>["bits"];
  /** Width of the hidden layers. Default: 4096. */
  readonly hidden: z.output<typeof djsrhOptions>["hidden"];
  /**
   * Scaling of each view's features, fitted on the training set; auto: none, as published, or standard if a view
   * is far from unit scale. Default: "auto".
   */
  readonly scaling: z.output<typeof djsrhOptions>["scaling"];
  /**
   * Query samples: first:N, last:N or random:N; the others are the database (default: the data's own splits, else
   * a random fifth, at most 2000).
   */
  readonly queries?: z.output<typeof djsrhOptions>["queries"];
  /** Epochs between evaluations; 0: only at the end. Default: 10. */
  readonly evaluateEvery: z.output<typeof djsrhOptions>["evaluateEvery"];
  /**
   * Network for pictures, before the method's own layers: none, alexnet, vgg19-bn, resnet18, resnet50,
   * mobilenet-v2, a file of weights (.pth, .safetensors), or an ONNX model (.onnx). Default: "none".
   */
  readonly backbone: z.output<typeof djsrhOptions>["backbone"];
  /**
   * Architecture of the file: for weights, taken from the file name by default; for an .onnx file, graph (the
   * network in it) by default.
   */
  readonly arch?: z.output<typeof djsrhOptions>["arch"];
  /**
   * Layer up to which the backbone is frozen, such as features; in an ONNX model a node, value or weight (default:
   * nothing is frozen).
   */
  readonly freeze?: z.output<typeof djsrhOptions>["freeze"];
  /**
   * Input normalization of an ONNX model: imagenet, clip, half (-1 to 1), unit (0 to 1), bytes (0 to 255)
   * (default: from preprocessor_config.json or a YAML file beside it).
   */
  readonly normalization?: z.output<typeof djsrhOptions>["normalization"];
  /**
   * Augment training pictures: a different crop in each epoch, half of them mirrored; false: center crop. Default:
   * true.
   */
  readonly augment: z.output<typeof djsrhOptions>["augment"];
  /** Training epochs. Default: 200. */
  readonly epochs: z.output<typeof djsrhOptions>["epochs"];
  /** Samples per step; a last incomplete batch is dropped. Default: 32. */
  readonly batch: z.output<typeof djsrhOptions>["batch"];
  /** Learning rate of SGD: one number, or two for the first and the second view. Default: 0.01. */
  readonly lr: z.output<typeof djsrhOptions>["lr"];
  /**
   * Learning rate of the backbone, as a fraction of its view's rate (1, as published: the same rate). Default: 1.
   */
  readonly backboneRate: z.output<typeof djsrhOptions>["backboneRate"];
  /** Momentum of SGD. Default: 0.9. */
  readonly momentum: z.output<typeof djsrhOptions>["momentum"];
  /** L2 penalty of SGD. Default: 0.0005. */
  readonly weightDecay: z.output<typeof djsrhOptions>["weightDecay"];
  /** β, weight of the first view in the joint affinity; the second has 1 − β. Default: 0.3. */
  readonly beta: z.output<typeof djsrhOptions>["beta"];
  /** η, share of the second-order affinity. Default: 0.4. */
  readonly eta: z.output<typeof djsrhOptions>["eta"];
  /** μ, scale of the affinity. Default: 1.5. */
  readonly mu: z.output<typeof djsrhOptions>["mu"];
  /** λ₁, weight of the loss inside the first view. Default: 0.3. */
  readonly lambda1: z.output<typeof djsrhOptions>["lambda1"];
  /** λ₂, weight of the loss inside the second view. Default: 0.3. */
  readonly lambda2: z.output<typeof djsrhOptions>["lambda2"];
  /** α of the codes tanh(α·output): growing as √epoch, or a fixed number. Default: "growing". */
  readonly alpha: z.output<typeof djsrhOptions>["alpha"];
  /**
   * Queries without a relevant item in the database count as zero in the means, or are skipped. Default: "zero".
   */
  readonly withoutRelevant: z.output<typeof djsrhOptions>["withoutRelevant"];
}

/** The defaults are the settings for Wikipedia. */
export const djsrhPresets = {
  wikipedia: { scaling: "none", beta: 0.3, lambda1: 0.3, lambda2: 0.3, epochs: 200, lr: 0.01 },
  mirflickr: { scaling: "none", beta: 0.9, lambda1: 0.1, lambda2: 0.1, epochs: 80, lr: [0.001, 0.01] },
  "nus-wide": { scaling: "none", beta: 0.6, lambda1: 0.1, lambda2: 0.1, epochs: 80, lr: [0.001, 0.01] },
} satisfies Record<string, Partial<DjsrhOptions>>;

/** A minute at most on two cores for a few thousand samples: narrower layers and fewer epochs than published. */
export const djsrhQuick = { hidden: 512, epochs: 40, evaluateEvery: 20 } satisfies Partial<DjsrhOptions>;
