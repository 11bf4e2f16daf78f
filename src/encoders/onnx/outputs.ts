// Which output of a model is the embedding, and how a row for each part becomes one.
import type { EncoderFile } from "../../core/onnx/encoder-file.js";
import { UserError } from "../../errors.js";
import type { ModelSettings } from "./settings.js";

/** What exporters call an embedding of the whole. */
const usual = ["image_embeds", "text_embeds", "sentence_embedding", "embeddings", "embedding", "pooler_output"];

export interface Output {
  readonly name: string;
  readonly dimensions: number;
  /** How a row for each token or part of a picture becomes one; undefined where there is one anyway. */
  readonly pooling: "mean" | "first" | undefined;
}

/** A model's outputs of float32: their names, and the shape of one for several items. */
export interface ModelOutputs {
  readonly names: readonly string[];
  shapeOf(name: string): readonly (number | string)[];
}

/**
 * The output that is taken: the one that is named, that exporters name so, or the only one with a row for each item.
 * @throws UserError where several outputs come into question, or one has a row for each part and nothing says what becomes of them.
 */
export function chooseOutput(
  { names: all, shapeOf }: ModelOutputs,
  path: string,
  { output, pooling }: Pick<ModelSettings, "output" | "pooling">,
): Output {
  const whole = (name: string) => shapeOf(name).length === 2;
  const named = usual.find((name) => all.includes(name) && whole(name));
  const single = all.filter(whole);
  const name = output ?? named ?? (single.length === 1 ? single[0] : all.length === 1 ? all[0] : undefined);
  const settings = path.replace(/\.onnx$/i, ".yaml");
  if (name === undefined || !all.includes(name)) {
    const found = output === undefined ? "which output is the embedding?" : `there is no output "${output}"`;
    throw new UserError(
      `${path}: ${found} Write "output: NAME" into ${settings}; it has ${all.join(", ") || "none of float32"}`,
    );
  }
  const shape = shapeOf(name);
  if (shape.length === 2) return { name, dimensions: Number(shape[1]), pooling: undefined };
  if (shape.length !== 3)
    throw new UserError(`${path}: output "${name}" is of shape [${shape.join(", ")}], expected a row for each item`);
  if (pooling === undefined) {
    throw new UserError(
      `${path}: output "${name}" has ${shape[1]} rows for an item: write "pooling: mean" or "pooling: first" into ${settings}`,
    );
  }
  return { name, dimensions: Number(shape[2]), pooling };
}

/**
 * One row of several.
 * @param weights 1 for the rows that count, 0 for padding; default: all count.
 */
export function pooled(
  rows: Float32Array,
  dimensions: number,
  pooling: "mean" | "first",
  weights?: ArrayLike<number | bigint>,
): Float32Array {
  if (pooling === "first") return rows.slice(0, dimensions);
  const mean = new Float32Array(dimensions);
  let count = 0;
  for (let i = 0; i < rows.length / dimensions; i++) {
    if (weights && Number(weights[i]) === 0) continue;
    count++;
    for (let j = 0; j < dimensions; j++) mean[j]! += rows[i * dimensions + j]!;
  }
  return mean.map((value) => value / Math.max(1, count));
}

/** The outputs of a file for inputs of these shapes. */
export function outputsOf(file: EncoderFile, shapes: ReadonlyMap<string, readonly number[]>): ModelOutputs {
  const names = file.outputs.filter(({ isFloat }) => isFloat).map(({ name }) => name);
  return { names, shapeOf: (name) => file.shapeFor(name, shapes) };
}
