// The library: data sets, methods, measures, judges.
import { type OpenOptions, openDataset } from "./data/catalogue.js";

export { catalogue } from "./data/catalogue.js";
export { type Corruption, corrupt, parseCorruption } from "./data/corruption.js";
export { type Labels, MultiViewDataset, type Splits, type View } from "./data/dataset.js";
export { describeDataset } from "./data/describe.js";
export { type DenseMatrix, dense, type Matrix, type SparseMatrix, selectRows, toDense } from "./data/matrix.js";
export { applyScaler, fitScaler, type Scaler } from "./data/scaling.js";
export { querySplit, randomSplit } from "./data/splits.js";
export { synthetic } from "./data/synthetic.js";
export { UserError } from "./errors.js";
export { kmeans, nearestCentre } from "./evaluate/kmeans.js";
export { classifyByNeighbours, neighbours } from "./evaluate/knn.js";
export { CCA, type CcaOptions } from "./methods/cca/index.js";
export { DCHN, type DchnOptions } from "./methods/dchn/index.js";
export { DJSRH, type DjsrhOptions } from "./methods/djsrh/index.js";
export { DM2C, type Dm2cOptions } from "./methods/dm2c/index.js";
export { GMAE, type GmaeOptions } from "./methods/gmae/index.js";
export { methods } from "./methods/index.js";
export type { ExportedModel, Method, MethodDefinition, Task } from "./methods/method.js";
export { MvLNet, type MvlnetOptions } from "./methods/mvlnet/index.js";
export type { Checkpoint, EpochReport, FitHooks, Metrics, State } from "./methods/training.js";
export { type ClassificationMetrics, classificationMetrics, confusionMatrix } from "./metrics/classification.js";
export { type ClusteringMetrics, clusteringMetrics } from "./metrics/clustering.js";
export { retrievalMetrics } from "./metrics/hamming-retrieval.js";
export { Engine, type EngineOptions } from "./runtime/index.js";

/** Opens a data set: a path to a file, or a name of the catalogue (`noisy-mnist`, `synthetic:samples=5000`). */
export const loadDataset: (nameOrPath: string, options?: OpenOptions) => ReturnType<typeof openDataset> = openDataset;
