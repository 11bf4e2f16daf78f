// What the module exports.
export { GRAPH_NODE_SHIFT, GRAPH_PARTS, GRAPH_UPPER_SHIFT } from "./hamming-graph";
export { Kernel } from "./kernels";
export { ARGUMENTS, CALLER_WAITS, CHUNKS, CONTROL_BYTES, DONE, FAILED, GENERATION, SLEEPERS } from "./layout";
export { poll, publish, take } from "./pool";
