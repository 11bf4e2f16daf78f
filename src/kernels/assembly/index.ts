// What the module exports.
export { Kernel } from "./kernels";
export { ARGUMENTS, CALLER_WAITS, CHUNKS, CONTROL_BYTES, DONE, FAILED, GENERATION, SLEEPERS } from "./layout";
export { poll, publish, take } from "./pool";
