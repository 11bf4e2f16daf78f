/**
 * Data sets and what they are made of: matrices, views, splits, scaling, corruption.
 * @module vantage-ml/data
 */
export { type CatalogEntry, catalog, type OpenOptions } from "../data/catalog.js";
export { type Corruption, type CorruptionKind, corrupt, parseCorruption } from "../data/corruption.js";
export type { DatasetInit, Labels, Splits, View, ViewEncoding, ViewInit } from "../data/dataset.js";
export { type DatasetDescription, describeDataset, type ViewDescription } from "../data/describe.js";
export type { StoredType } from "../data/formats/decode.js";
export type { ReadOptions } from "../data/formats/text/options.js";
export { besideModel } from "../data/formats/weights/onnx.js";
export { type OpenWeightsOptions, openWeights } from "../data/formats/weights/open.js";
export type { WeightFile, WeightTensor, WeightType } from "../data/formats/weights/weight-file.js";
export { type Imputation, imputations } from "../data/imputation/imputer.js";
export { type DropIncomplete, dropIncomplete } from "../data/imputation/missing-values.js";
export type { AccountEntry, LayoutOptions, Role, ViewSelection } from "../data/layout/index.js";
export {
  type AugmentationKey,
  type DenseMatrix,
  dense,
  type LazyMatrix,
  type Matrix,
  type PictureShape,
  type Pictures,
  type SparseMatrix,
  selectRows,
  sparse,
  toDense,
} from "../data/matrix.js";
export type { PictureSize, Pixels } from "../data/media/decode.js";
export type { MediaSet } from "../data/media/media-set.js";
export type { MediaOptions } from "../data/media/picture-folder.js";
export type { FileOptions } from "../data/open-files.js";
export type { PlainLabels } from "../data/plain-labels.js";
export type { PlainRows } from "../data/plain-rows.js";
export { applyScaler, fitScaler, type Scaler, type ScalingKind } from "../data/scaling.js";
export { type SyntheticOptions, synthetic, syntheticDefaults } from "../data/sets/synthetic.js";
export { querySplit, type RandomSplitOptions, randomSplit } from "../data/splits.js";
export { builtinViews, type EncodeViewsOptions, encodeViews, type ViewSpec } from "../encoders/encode-views.js";
export type { Encoder, EncoderContext, Material, PictureEncoder, WordEncoder } from "../encoders/encoder.js";
export type { FeatureCacheOptions } from "../encoders/feature-cache.js";
export { openEncoder } from "../encoders/registry.js";
export type { Choice } from "../errors.js";
