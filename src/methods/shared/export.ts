// Encoders of one view each, as ONNX models.
import { encodeModel } from "../../core/onnx/model.js";
import type { ParameterStore } from "../../core/runtime/index.js";
import type { Tensor } from "../../core/tensor/index.js";
import { type ViewShape, viewInput } from "../feeding.js";
import { modelName } from "../model-name.js";
import type { ExportedModel } from "./types.js";

/** Values of all parameters, in place: a model stores those that it uses. */
export function weightsOf(store: ParameterStore): Map<string, Float32Array> {
  return new Map(Array.from(store.tensors(), ([name, { data }]) => [name, data]));
}

/**
 * `<view>.onnx`: raw features or pictures, an input named as the view, to what `outputs` makes of them.
 * @param metadata is stored in the file; by default the method and the view.
 */
export function exportView(
  method: string,
  view: ViewShape,
  store: ParameterStore,
  outputs: (features: Tensor) => Record<string, Tensor>,
  metadata: Record<string, string> = { method, view: view.name },
): ExportedModel {
  const { name } = view;
  const parts = { outputs: outputs(viewInput(name, view)), weights: weightsOf(store), metadata };
  return { name: modelName(name), bytes: encodeModel({ name: `${method}-${name}`, ...parts }) };
}
