// Symbolic tensors: recording a computation, and differentiating it.
export * from "./elementwise.js";
export * from "./gradients.js";
export * from "./indexing.js";
export * from "./linear-algebra.js";
export * from "./normalization.js";
export * from "./reductions.js";
export * from "./shape.js";
export * from "./shaping.js";
export * from "./sources.js";
export { type Attributes, type DType, type Node, nodesOf, Tensor } from "./tensor.js";
