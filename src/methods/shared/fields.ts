// Options that several methods have in common.
import { z } from "zod";
import { type BackboneName, backboneNames } from "../../core/nn/index.js";
import { scalingKinds } from "../../data/scaling.js";
import { type Normalization, normalizationNames } from "./normalization.js";
import { splitPattern } from "./splits.js";

/** Fields of the option schema of methods that give each view a representation of its own; each method adds its own. */
export const perViewFields = {
  task: z
    .enum(["clustering", "classification", "retrieval"])
    .default("clustering")
    .describe("task that evaluates the representation"),
  seed: z.number().int().min(0).default(0).describe("random seed of initialization, batches, splits and classifiers"),
  clusters: z.number().int().min(2).optional().describe("clusters to find (default: the number of classes)"),
  test: z
    .string()
    .regex(splitPattern, "expected first:N, last:N or random:N")
    .optional()
    .describe("test samples: first:N, last:N or random:N (default: the data's own split, else a random half)"),
  starts: z.number().int().min(1).default(10).describe("starts of k-means"),
};

/** The options that every method with a representation for each view has; each method says what they are for. */
export interface PerViewOptions {
  readonly task: "clustering" | "classification" | "retrieval";
  readonly seed: number;
  readonly clusters?: number | undefined;
  readonly test?: string | undefined;
  readonly starts: number;
}

/** Fields of the option schema of methods for hash codes; each method adds its own and sets its published defaults. */
export const hashingFields = {
  task: z.enum(["retrieval"]).default("retrieval").describe("task that the codes are trained for"),
  seed: z.number().int().min(0).default(0).describe("random seed of initialization, batches, label rows and splits"),
  bits: z
    .number()
    .int()
    .positive("expected a positive multiple of 8, such as 64")
    .multipleOf(8, "expected a positive multiple of 8, such as 64")
    .default(64)
    .describe("length of the codes, a multiple of 8"),
  hidden: z.number().int().min(1).default(4096).describe("width of the hidden layers"),
  scaling: z
    .enum(scalingKinds)
    .default("auto")
    .describe(
      "scaling of each view's features, fitted on the training set; auto: none, as published, or standard if a view is far from unit scale",
    ),
  queries: z
    .string()
    .regex(splitPattern, "expected first:N, last:N or random:N")
    .optional()
    .describe(
      "query samples: first:N, last:N or random:N; the others are the database (default: the data's own splits, else a random fifth, at most 2000)",
    ),
  evaluateEvery: z.number().int().min(0).default(10).describe("epochs between evaluations; 0: only at the end"),
};

/** Option `arch` for the network that an ONNX file holds itself. */
export const graphArch = "graph";

/** Fields of the option schema of methods whose networks may take pictures. */
export const backboneFields = {
  backbone: z
    .string()
    .default("none")
    .describe(
      `network for pictures, before the method's own layers: none, ${backboneNames.join(", ")}, a file of weights (.pth, .safetensors), or an ONNX model (.onnx)`,
    ),
  arch: z
    .enum([...backboneNames, graphArch])
    .optional()
    .describe(
      "architecture of the file: for weights, taken from the file name by default; for an .onnx file, graph (the network in it) by default",
    ),
  freeze: z
    .string()
    .optional()
    .describe(
      "layer up to which the backbone is frozen, such as features; in an ONNX model a node, value or weight (default: nothing is frozen)",
    ),
  normalization: z
    .enum(normalizationNames)
    .optional()
    .describe(
      "input normalization of an ONNX model: imagenet, clip, half (-1 to 1), unit (0 to 1), bytes (0 to 255) (default: from preprocessor_config.json or a YAML file beside it)",
    ),
  augment: z
    .boolean()
    .default(true)
    .describe("augment training pictures: a different crop in each epoch, half of them mirrored; false: center crop"),
};

/** The options for pictures. */
export interface PictureOptions {
  readonly backbone: string;
  readonly arch?: BackboneName | typeof graphArch | undefined;
  readonly freeze?: string | undefined;
  readonly normalization?: Normalization | undefined;
  readonly augment: boolean;
}

/** How a query without any relevant item in the database counts. */
export const withoutRelevantField = z.enum(["zero", "skip"]);

/** The options that search by hash codes has, however they are made. */
export interface CodeSearchOptions {
  readonly task: "retrieval";
  readonly seed: number;
  readonly queries?: string | undefined;
  readonly withoutRelevant: z.output<typeof withoutRelevantField>;
}

/** The options that every method for hash codes has that is trained in epochs; each method says what they are for. */
export interface HashingOptions extends CodeSearchOptions {
  readonly bits: number;
  readonly hidden: number;
  readonly scaling: (typeof scalingKinds)[number];
  readonly evaluateEvery: number;
}
