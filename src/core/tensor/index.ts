// Symbolic tensors: recording a computation, and differentiating it.
export * from "./differentiation/gradients.js";
export * from "./dimension.js";
export type { Emitter, OnnxAttribute, OnnxAttributes } from "./emitter.js";
export { onnxType } from "./emitter.js";
export { defineOp, type NoAttributes, type Op, type OpDefinition } from "./op.js";
export * from "./ops/batch-norm.js";
export { type Axes, expandLike, squeeze, sum, unsqueeze } from "./ops/broadcast.js";
export * from "./ops/elementwise.js";
export * from "./ops/indexing.js";
export * from "./ops/linear-algebra.js";
export { affine, isOneBlock, isSplitByRows, matmul, productOf } from "./ops/matmul.js";
export * from "./ops/reductions.js";
export * from "./ops/shaping.js";
export * from "./ops/sources.js";
export * from "./shape.js";
export { type DType, type Node, nodesOf, Tensor } from "./tensor.js";
