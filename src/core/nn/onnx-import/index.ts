// ONNX models as symbolic tensors.
export type { ReadExternal } from "../../onnx/stored-tensor.js";
export { type ImportedModel, type ImportOptions, importOnnx } from "./import.js";
