// Neural network parts: parameters, layers, losses.
export * from "./backbones/index.js";
export * from "./forward.js";
export * from "./layers.js";
export * from "./losses.js";
export * from "./onnx-import/index.js";
export * from "./parameters.js";
