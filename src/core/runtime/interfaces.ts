// How graphs may run on a processor: the engine's option `interface`.

/**
 * - `native`: ONNX Runtime's C API on the engine's memory in place, optimizers as kernels in between. The fastest on a processor.
 * - `device`: the C API with parameters and optimizers' state in the execution provider's own memory, optimizers in the graph: what
 *   devices with memory of their own need, on the processor to compare with.
 * - `portable`: a module of the onnxruntime-common API; parameters and gradients are copied for each run.
 */
export const interfaces = ["native", "device", "portable"] as const;

/** One of them. */
export type Interface = (typeof interfaces)[number];
