// DM2C's model: networks, their parameters, and the pre-processing of features, which is kept among the parameters.

import { initialize, Parameters } from "../../core/nn/index.js";
import { type Engine, ParameterStore } from "../../core/runtime/index.js";
import { add, inputName, matmul, mul, normalizeRows, sub, type Tensor } from "../../core/tensor/index.js";
import { type Matrix, toDense } from "../../data/matrix.js";
import { applyScaler, fitScaler, type Scaler, type ScalingKind } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import { fitPca } from "../../numerics/linear-algebra/pca.js";
import type { ViewShape } from "../feeding.js";
import { type Dm2cNetworks, type Dm2cShape, dm2cNetworks } from "./networks.js";

export interface ModelSettings {
  /** One list of widths, or one per modality. */
  readonly hidden: readonly number[] | readonly (readonly number[])[];
  readonly mappingHidden: readonly number[];
  /** Default: a quarter of the code's width. */
  readonly discriminatorHidden?: number;
  readonly scaling: ScalingKind;
  /** Principal components that features are reduced to; 0: none. */
  readonly pca: number;
}

/** What is done with a modality's features before its autoencoder sees them. */
export interface Preprocessing {
  scale(x: Tensor): Tensor;
  /** Whether features are reduced to principal components. */
  readonly reduces: boolean;
  /** Scaled features reduced to their principal components; the identity where none are requested. */
  reduce(x: Tensor): Tensor;
  /** Fits both on the given rows; gives the scaling. @throws UserError where there are fewer rows or columns than components. */
  fit(engine: Engine, store: ParameterStore, matrix: Matrix, rows: Int32Array): Promise<Scaler>;
}

export interface Dm2cModel {
  readonly views: readonly ViewShape[];
  readonly shape: Dm2cShape;
  readonly networks: Dm2cNetworks;
  readonly preprocessing: readonly Preprocessing[];
  readonly parameters: Parameters;
  readonly store: ParameterStore;
}

/** What the names of a modality's pre-processing begin with. */
export const preprocessingPrefix = (modality: string): string => `${modality}_input.`;

/** @throws UserError where `hidden` does not fit the modalities. */
export function dm2cModel(
  engine: Engine,
  views: readonly ViewShape[],
  settings: ModelSettings,
  seed: number,
): Dm2cModel {
  const hidden = hiddenWidths(views, settings.hidden);
  const shape: Dm2cShape = {
    modalities: views.map(({ name, columns }, m) => ({ name, inputs: settings.pca || columns, hidden: hidden[m]! })),
    mappingHidden: settings.mappingHidden,
    discriminatorHidden: settings.discriminatorHidden ?? Math.max(1, Math.floor(hidden[0]!.at(-1)! / 4)),
  };
  const parameters = new Parameters();
  const networks = dm2cNetworks(parameters, shape);
  const preprocessing = views.map((view) => preprocess(parameters, view, settings));
  // Learned parameters side by side: an optimizer then passes over each group in one go.
  const inOrder = parameters.all.toSorted((a, b) => Number(b.learned) - Number(a.learned));
  const store = new ParameterStore(engine.memory, inOrder);
  initialize(engine.kernels, store, inOrder, seed);
  return { views, shape, networks, preprocessing, parameters, store };
}

function hiddenWidths(views: readonly ViewShape[], hidden: ModelSettings["hidden"]): readonly (readonly number[])[] {
  const lists =
    typeof hidden[0] === "number"
      ? views.map(() => hidden as readonly number[])
      : (hidden as readonly (readonly number[])[]);
  if (lists.length !== views.length) {
    throw new UserError(
      `option hidden: ${lists.length} lists of widths for ${views.length} modalities; expected one list, or one per modality`,
    );
  }
  const codes = lists.map((list) => list.at(-1)!);
  if (new Set(codes).size > 1) {
    const list = views.map(({ name }, m) => `${name} ${codes[m]}`).join(", ");
    throw new UserError(`option hidden: the last widths differ (${list}); codes of all modalities need the same width`);
  }
  return lists;
}

function preprocess(
  parameters: Parameters,
  { name, columns }: ViewShape,
  { scaling, pca }: ModelSettings,
): Preprocessing {
  const own = parameters.scope(preprocessingPrefix(name).slice(0, -1));
  const zeros = { kind: "constant", value: 0 } as const;
  const fitted = (part: string, shape: readonly number[]) => own.create(part, shape, zeros, false);
  const affine =
    scaling === "none" || scaling === "l2"
      ? undefined
      : { scale: fitted("scale", [columns]), shift: fitted("shift", [columns]) };
  const components =
    pca > 0 ? { mean: fitted("mean", [columns]), axes: fitted("components", [pca, columns]) } : undefined;
  return {
    scale(x) {
      if (affine !== undefined) return add(mul(x, affine.scale), affine.shift);
      return scaling === "l2" ? normalizeRows(x) : x;
    },
    reduces: components !== undefined,
    reduce: (x) =>
      components === undefined ? x : matmul(sub(x, components.mean), components.axes, { transposeB: true }),
    async fit(engine, store, matrix, rows) {
      const scaler = fitScaler(scaling, matrix, rows);
      const set = (tensor: Tensor, values: ArrayLike<number>) => store.values(inputName(tensor)).set(values);
      if (affine !== undefined) {
        set(affine.scale, scaler.scale);
        set(affine.shift, scaler.shift);
      }
      if (components === undefined) return scaler;
      if (pca > Math.min(columns, rows.length)) {
        throw new UserError(
          `option pca: ${pca} components, but modality ${name} has ${columns} features in ${rows.length} training samples`,
        );
      }
      const fit = await fitPca(toDense(applyScaler(scaler, matrix, rows)), pca, engine);
      set(components.mean, fit.mean);
      set(components.axes, fit.components.data);
      return scaler;
    },
  };
}
