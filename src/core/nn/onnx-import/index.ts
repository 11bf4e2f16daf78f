// ONNX models as symbolic tensors.
export type { ReadExternal } from "../../onnx/read-external.js";
export { type ImportedModel, type ImportOptions, importOnnx } from "./import.js";
