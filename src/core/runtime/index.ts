// Running graphs: engines, programs, training steps.
export * from "./engine.js";
export type { Lease } from "./lease.js";
export * from "./matmul.js";
export type { Optimizer, OptimizerSettings } from "./optimizer.js";
export * from "./parameter-store.js";
export * from "./program.js";
export {
  type Buffer,
  type DeviceTensor,
  type OnnxRuntimeModule,
  type Place,
  RuntimeError,
  StaleError,
  type TensorData,
} from "./session.js";
export type { DropoutInput, SavedState, StateUpdate, StepParts } from "./step-parts.js";
export * from "./training-step.js";
