// The public part of the data room.
export { type BatchKey, batches } from "./batches.js";
export { cacheFolder } from "./cache.js";
export { type CatalogueEntry, catalogue, type OpenOptions, openDataset } from "./catalogue.js";
export { checkDataset, classCounts } from "./check.js";
export { type Corruption, type CorruptionKind, corrupt, corruptionKinds, parseCorruption } from "./corruption.js";
export {
  type DatasetInit,
  type Labels,
  labelledRows,
  MultiViewDataset,
  presentRows,
  type Splits,
  samplesByClass,
  type View,
} from "./dataset.js";
export { type DatasetDescription, describeDataset, formatDescription, type ViewDescription } from "./describe.js";
export { parseViewSelection, type ViewSelection } from "./layout/index.js";
export {
  type DenseMatrix,
  dense,
  gatherRows,
  type Matrix,
  type SparseMatrix,
  selectRows,
  toDense,
} from "./matrix.js";
export { applyScaler, fitScaler, type Scaler, type ScalingKind, scalingKinds } from "./scaling.js";
export { type NoisyMnistOptions, type NoisyMnistVariant, noisyMnist } from "./sets/noisy-mnist.js";
export { type SyntheticOptions, synthetic, syntheticDefaults } from "./sets/synthetic.js";
export {
  mirflickrDraw,
  type PerLabelDraw,
  perLabelSplit,
  querySplit,
  type RandomSplitOptions,
  randomSplit,
} from "./splits.js";
export { type ColumnStatistics, columnStatistics, columnVariance } from "./statistics.js";
