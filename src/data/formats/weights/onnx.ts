// Weights of an ONNX model: its initializers, also those that lie in files beside it.
import { dirname } from "node:path";
import type { ReadExternal } from "../../../core/onnx/read-external.js";
import { type Onnx, onnx } from "../../../core/onnx/schema.js";
import { onnxTensor } from "../../../core/onnx/stored-tensor.js";
import { UserError } from "../../../errors.js";
import { inside } from "../../../inside.js";
import { openSource, type Source } from "../source.js";
import type { WeightFile, WeightTensor, WeightType } from "./weight-file.js";

/**
 * Tensors that lie in files beside a model: files of its own folder alone.
 * @throws UserError for any other place.
 * @example
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { besideModel } from "vantage-ml/data";
 * import { nn } from "vantage-ml/method";
 *
 * // A model whose weights lie in files beside it.
 * export const trainable = (path: string) =>
 *   nn.importOnnx(readFileSync(path), new nn.Parameters(), { external: besideModel(path) });
 * ```
 */
export function besideModel(path: string): ReadExternal {
  return (location, offset, length) => {
    const source = openSource(inside(dirname(path), location));
    try {
      return source.read(offset, length);
    } finally {
      source.close();
    }
  };
}

const types: Readonly<Record<string, WeightType>> = {
  float: "single",
  float16: "half",
  bfloat16: "bfloat16",
  double: "double",
};

/** Initializers of floating-point numbers. @throws UserError where it is no whole ONNX file. */
export function readOnnxWeights(source: Source): WeightFile {
  const { path, size } = source;
  let model: Onnx.IModelProto;
  try {
    model = onnx.ModelProto.decode(source.read(0, size));
  } catch (error) {
    throw new UserError(`${path} is not a whole ONNX file: ${(error as Error).message}`);
  }
  const tensors = new Map<string, WeightTensor>();
  const notes: string[] = [];
  const external = source.onDisk ? besideModel(path) : undefined;
  for (const each of model.graph?.initializer ?? []) {
    const name = each.name ?? "";
    const tensor = onnxTensor(each, `${path}: weights "${name}"`, external);
    const type = types[tensor.type];
    if (type === undefined) continue;
    if (tensors.has(name)) throw new UserError(`${path}: two weights are named "${name}"`);
    tensors.set(name, { shape: tensor.shape, type, read: () => Float32Array.from(tensor.read()) });
    if (type !== "single") notes.push(`${path}: "${name}" is ${tensor.type}, read as float32`);
  }
  if (tensors.size === 0) throw new UserError(`${path} is no ONNX model with weights`);
  return { path, tensors, notes: notes.slice(0, 20), close: source.close };
}
