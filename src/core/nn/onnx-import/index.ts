// ONNX models as symbolic tensors.
export { type ImportedModel, type ImportOptions, importOnnx } from "./import.js";
