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
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { exportView, ParameterStore, tensor } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const view = { name: "image", columns: 4 };
 * const { name, bytes } = exportView("mine", view, new ParameterStore(engine.memory, []), (x) => ({ y: tensor.tanh(x) }));
 * console.log(name, bytes.length > 0); // image true
 * ```
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
