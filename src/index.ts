// The library: data sets, methods, measures, judges, search.
import { type OpenOptions, openDataset } from "./data/catalogue.js";
import type { MultiViewDataset } from "./data/dataset.js";

export {
  type Device,
  DivergenceError,
  Engine,
  type EngineOptions,
  type NamedTensor,
  type OnnxRuntimeModule,
} from "./core/runtime/index.js";
export { type CatalogueEntry, catalogue, type OpenOptions } from "./data/catalogue.js";
export { type Corruption, type CorruptionKind, corrupt, parseCorruption } from "./data/corruption.js";
export { type DatasetInit, type Labels, MultiViewDataset, type Splits, type View } from "./data/dataset.js";
export { type DatasetDescription, describeDataset, type ViewDescription } from "./data/describe.js";
export type { AccountEntry, LayoutOptions, Role, ViewSelection } from "./data/layout/index.js";
export {
  type DenseMatrix,
  dense,
  type LazyMatrix,
  type Matrix,
  type SparseMatrix,
  selectRows,
  toDense,
} from "./data/matrix.js";
export type { FileOptions } from "./data/open-files.js";
export { applyScaler, fitScaler, type Scaler, type ScalingKind } from "./data/scaling.js";
export { type SyntheticOptions, synthetic, syntheticDefaults } from "./data/sets/synthetic.js";
export { querySplit, type RandomSplitOptions, randomSplit } from "./data/splits.js";
export {
  AmbiguousDataError,
  type Choice,
  ClosedError,
  OutOfMemoryError,
  StorageError,
  UnreadableError,
  UserError,
} from "./errors.js";
export { type BaselineOptions, measureBaselines } from "./methods/baselines/index.js";
export { CCA, type CcaOptions } from "./methods/cca/index.js";
export { DCHN, type DchnOptions } from "./methods/dchn/index.js";
export { DJSRH, type DjsrhOptions } from "./methods/djsrh/index.js";
export { DM2C, type Dm2cOptions } from "./methods/dm2c/index.js";
export type { ViewShape } from "./methods/feeding.js";
export { GMAE, type GmaeOptions } from "./methods/gmae/index.js";
export { HashingMethod } from "./methods/hashing/hashing-method.js";
export type { HashingNetwork, StoredNetwork } from "./methods/hashing/network.js";
export type { HashingOptions } from "./methods/hashing/options.js";
export { methods } from "./methods/index.js";
export type { MatchOptions } from "./methods/matching/views.js";
export { type ExportedModel, Method, type MethodDefinition, type PackedCodes, type Task } from "./methods/method.js";
export { MvLNet, type MvlnetOptions } from "./methods/mvlnet/index.js";
export type { PerViewOptions } from "./methods/per-view/options.js";
export { PerViewMethod } from "./methods/per-view/per-view-method.js";
export type { Protocol } from "./methods/protocol.js";
export {
  type Checkpoint,
  type EpochReport,
  type EpochResult,
  type FitHooks,
  InterruptedError,
  type Json,
  type Metrics,
  type Position,
  type Stage,
  type State,
} from "./methods/training.js";
export { type ClassificationMetrics, classificationMetrics, confusionMatrix } from "./metrics/classification.js";
export { type ClusteringMetrics, clusteringMetrics } from "./metrics/clustering.js";
export type { HammingRetrieval } from "./metrics/hamming-retrieval.js";
export type { RadiusMetrics, RetrievalMetrics, RetrievalOptions, WithoutRelevant } from "./metrics/retrieval.js";
export type { KMeansOptions, KMeansResult } from "./numerics/kmeans/kmeans.js";
export type { KnnOptions, Metric, NeighbourOptions, Neighbours } from "./numerics/neighbors/knn.js";
export type { BaselineMetrics, Baselines, Colouring, RetrievalCurves } from "./runs/result.js";
export {
  type Asker,
  type Content,
  MissingError,
  type NewItem,
  type OpenIndexOptions,
  SearchIndex,
  type SearchQuery,
} from "./search/index/search-index.js";
export { type FolderStore, type FolderStoreOptions, openFolderStore } from "./search/stores/folder/folder-store.js";
export type { GraphProgress } from "./search/stores/folder/graphs.js";
export { openPgliteStore, type PgliteOptions } from "./search/stores/postgres/pglite.js";
export type { PostgresStore, PostgresStoreOptions } from "./search/stores/postgres/postgres-store.js";
export { openPostgresStore, type PostgresServerOptions } from "./search/stores/postgres/server.js";
export type { GraphStatus, Hit, Item, ItemKey, Metadata, Query, Space, Store } from "./search/stores/store.js";
export { UnavailableError } from "./search/stores/unavailable.js";
export { classifyByNeighbours, kmeans, nearestCentre, neighbours, retrievalMetrics } from "./shared-engine.js";

/**
 * Opens a data set and checks it. A list of files is one data set, joined by the ids of the samples.
 * @param nameOrPath a data file, a name of the catalogue (`noisy-mnist`, `synthetic:samples=5000`), or a data set card: its
 *   name, its file, or the folder that it is in.
 * @throws UserError where there is no such set or file, or the data cannot be used; it says what was found and expected.
 * @throws AmbiguousDataError where a file can be read in several ways; its `choices` have the options that choose.
 */
export function loadDataset(nameOrPath: string | readonly string[], options?: OpenOptions): Promise<MultiViewDataset> {
  return openDataset(nameOrPath, options);
}
