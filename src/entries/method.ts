/**
 * What the methods share, and what a method of one's own is made of: see `defineMethod` and examples/own-method.
 * @module vantage-ml/method
 */

export { z } from "zod";
export type { Memory } from "../core/kernels/memory.js";
/** Networks: parameters, layers, losses, and the pass that a layer is applied in. */
export * as nn from "../core/nn/index.js";
export {
  type Buffer,
  type DeviceTensor,
  type DropoutInput,
  type Execution,
  type Lease,
  type Optimizer,
  type OptimizerSettings,
  type ParameterSpec,
  ParameterStore,
  type Place,
  Program,
  type ProgramParts,
  type Range,
  type SavedState,
  type Sizes,
  type StateUpdate,
  type StepParts,
  type TensorData,
  TrainingStep,
} from "../core/runtime/index.js";
export { type BatchKey, batches } from "../data/batches.js";
export { fitScaler } from "../data/scaling.js";
export { defineMethod, type MethodDefinition } from "../methods/define.js";
export { HashingMethod, MeasuredMethod, PerViewMethod, type TaskOptions } from "../methods/faces.js";
export { feedViews, outputRows, scaleInGraph, type ViewShape, viewInput } from "../methods/feeding.js";
export { registerMethod } from "../methods/index.js";
export type { MatchOptions } from "../methods/matching/views.js";
export { Method, type MethodClass } from "../methods/method.js";
export type { Protocol } from "../methods/protocol.js";
export type {
  AddedViewsPart,
  Context,
  MethodInfo,
  MethodSpec,
  Model,
  ModelPart,
  OptionalVerb,
  TaskPart,
  Training,
  Uses,
} from "../methods/shared/definition.js";
export {
  type DescribedModelParts,
  type Description,
  describedModel,
  type Networks,
  placedScalers,
  type ScalerNames,
} from "../methods/shared/described-model.js";
export { exportView } from "../methods/shared/export.js";
export {
  backboneFields,
  type CodeSearchOptions,
  type HashingOptions,
  hashingFields,
  type PerViewOptions,
  type PictureOptions,
  perViewFields,
  withoutRelevantField,
} from "../methods/shared/fields.js";
export {
  type HashingNetwork,
  hashingNetwork,
  learnedParts,
  networkScaler,
  networkTensors,
  type StoredNetwork,
} from "../methods/shared/hashing-network.js";
export type { PictureGraph } from "../methods/shared/imported-trunk.js";
export { stepLosses, trainOn } from "../methods/shared/losses.js";
export {
  type BackboneChoice,
  checkPictures,
  chosenBackbone,
  loadBackbones,
  type Trunk,
  withPictureGraph,
} from "../methods/shared/picture-trunk.js";
export { stagedTraining, stepTrainer, TrainedStage, type Trainer } from "../methods/shared/staged-training.js";
export { exportNetworks, type HashingNetworks, hashingTask } from "../methods/shared/tasks/hashing.js";
export {
  checkCompleteViews,
  checkTask,
  perViewTasks,
  type Representation,
} from "../methods/shared/tasks/per-view.js";
export type { PackedCodes, Task } from "../methods/shared/types.js";
export { ViewPrograms } from "../methods/shared/view-programs.js";
export type { Coloring, RetrievalCurves } from "../runs/result.js";
/** Symbolic tensors: operations that record a computation, their gradients, and operations of one's own. */
export * as tensor from "./tensor.js";
