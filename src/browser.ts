// The library in a browser: all that needs no files. It has threads in a Web Worker of a cross-origin isolated page.
export {
  type Device,
  DivergenceError,
  Engine,
  type EngineOptions,
  type NamedTensor,
  type OnnxRuntimeModule,
} from "./core/runtime/index.js";
export { type Corruption, type CorruptionKind, corrupt, parseCorruption } from "./data/corruption.js";
export {
  type DatasetInit,
  type Labels,
  MultiViewDataset,
  type Splits,
  type View,
  type ViewInit,
} from "./data/dataset.js";
export {
  type DenseMatrix,
  dense,
  type LazyMatrix,
  type Matrix,
  type SparseMatrix,
  selectRows,
  sparse,
  toDense,
} from "./data/matrix.js";
export { applyScaler, fitScaler, type Scaler, type ScalingKind } from "./data/scaling.js";
export { type SyntheticOptions, synthetic } from "./data/sets/synthetic.js";
export { querySplit, type RandomSplitOptions, randomSplit } from "./data/splits.js";
export { ClosedError, OutOfMemoryError, UserError } from "./errors.js";
export { type BaselineOptions, measureBaselines } from "./methods/baselines/index.js";
export { CCA, type CcaOptions } from "./methods/cca/index.js";
export { DCHN, type DchnOptions } from "./methods/dchn/index.js";
export { DJSRH, type DjsrhOptions } from "./methods/djsrh/index.js";
export { DM2C, type Dm2cOptions } from "./methods/dm2c/index.js";
export { GMAE, type GmaeOptions } from "./methods/gmae/index.js";
export { Identity, type IdentityOptions } from "./methods/identity/index.js";
export { methods } from "./methods/index.js";
export { ITQ, type ItqOptions } from "./methods/itq/index.js";
export { LSH, type LshOptions } from "./methods/lsh/index.js";
export { MvLNet, type MvlnetOptions } from "./methods/mvlnet/index.js";
export { Signs, type SignsOptions } from "./methods/signs/index.js";
export {
  type EpochReport,
  type FitHooks,
  InterruptedError,
  type Json,
  type Metrics,
  type State,
} from "./methods/training.js";
export { type ClassificationMetrics, classificationMetrics, confusionMatrix } from "./metrics/classification.js";
export { type ClusteringMetrics, clusteringMetrics } from "./metrics/clustering.js";
export { classifyByNeighbors, kmeans, nearestCenter, neighbors, retrievalMetrics } from "./shared-engine.js";
