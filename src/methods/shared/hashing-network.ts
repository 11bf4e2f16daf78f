// The hashing network of one view: parameters named after the view, features in, real-valued code out.

import { activation, Forward, type Layer, linear, Parameters, sequential } from "../../core/nn/index.js";
import type { NamedTensor, ParameterStore } from "../../core/runtime/index.js";
import { inputName, relu, type Tensor } from "../../core/tensor/index.js";
import type { View } from "../../data/dataset.js";
import { pictureShape } from "../../data/matrix.js";
import { fitScaler, type Scaler, type ScalingKind } from "../../data/scaling.js";
import { scaleInGraph, type ViewShape } from "../feeding.js";
import type { State } from "../training.js";
import { type BackboneChoice, pictureTrunk, type Trunk } from "./picture-trunk.js";
import { scalerTensors, storedScaler } from "./state.js";

/** The hashing network of one view: features in, real-valued code out. */
export interface HashingNetwork {
  readonly view: ViewShape;
  readonly scaler: Scaler;
  readonly parameters: Parameters;
  /** Where the view is pictures: what makes features of them. */
  readonly trunk?: Trunk;
  /**
   * The real-valued code [n, bits] of features [n, columns], or pictures, as they come; its signs are the hash code.
   * @param forward by default a pass that does not train.
   */
  code(features: Tensor, forward?: Forward): Tensor;
  /** The same from what the layers before the bits take: scaled features, or what the backbone makes of pictures. */
  readonly head: Layer;
}

/** A network with the store that holds its parameters, and perhaps those of others. */
export interface StoredNetwork {
  readonly network: HashingNetwork;
  readonly store: ParameterStore;
}

/**
 * Linear layers `<view>.0`, `<view>.1` … with ReLU between them, and what the method makes of their output.
 * @param widths of the hidden layers, and the bits.
 * @param output may create parameters of its own, named after the view too.
 * @param backbone for pictures: what the layers get their features from.
 * @example
 * ```ts
 * import { dense, fitScaler } from "vantage-ml/data";
 * import { hashingNetwork, tensor } from "vantage-ml/method";
 *
 * const view = { name: "image", columns: 4 };
 * const network = hashingNetwork(view, fitScaler("none", dense(2, 4)), [8, 16], () => tensor.tanh);
 * console.log(network.code(tensor.input("x", ["n", 4])).shape); // [ 'n', 16 ]
 * ```
 */
export function hashingNetwork(
  view: ViewShape,
  scaler: Scaler,
  widths: readonly number[],
  output: (own: Parameters) => (y: Tensor) => Tensor,
  backbone?: BackboneChoice,
): HashingNetwork {
  const parameters = new Parameters();
  const own = parameters.scope(view.name);
  const trunk = view.shape && backbone && pictureTrunk(view, own, backbone);
  const layers = widths.flatMap((width, i): Layer[] => {
    const layer = linear(own.scope(i), widths[i - 1] ?? trunk?.width ?? view.columns, width);
    return i === 0 ? [layer] : [activation(relu), layer];
  });
  const head = sequential([...layers, activation(output(own))]);
  const code = (x: Tensor, forward = new Forward(false)) =>
    head(trunk ? trunk.layer(x, forward) : scaleInGraph(x, scaler), forward);
  return { view, scaler, parameters, code, head, ...(trunk && { trunk }) };
}

/**
 * The learned parameters of a network: those of its backbone, where it has one, and the others.
 * @example
 * ```ts
 * import { dense, fitScaler } from "vantage-ml/data";
 * import { hashingNetwork, learnedParts, tensor } from "vantage-ml/method";
 *
 * const view = { name: "image", columns: 4 };
 * const network = hashingNetwork(view, fitScaler("none", dense(2, 4)), [8, 16], () => tensor.tanh);
 * console.log(learnedParts(network).head.length, learnedParts(network).backbone.length); // 4 0
 * ```
 */
export function learnedParts({ parameters, trunk }: HashingNetwork): { head: Tensor[]; backbone: Tensor[] } {
  const learned = parameters.learned();
  const isBackbone = (tensor: Tensor) => trunk !== undefined && inputName(tensor).startsWith(trunk.prefix);
  return { head: learned.filter((each) => !isBackbone(each)), backbone: learned.filter(isBackbone) };
}

/**
 * Everything that use of the network needs, by names that begin with the view's.
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { dense, fitScaler } from "vantage-ml/data";
 * import { hashingNetwork, networkTensors, ParameterStore, tensor } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const view = { name: "image", columns: 4 };
 * const network = hashingNetwork(view, fitScaler("none", dense(2, 4)), [8, 16], () => tensor.tanh);
 * const store = new ParameterStore(engine.memory, network.parameters.all);
 * console.log([...networkTensors({ network, store }).keys()]);
 * ```
 */
export function networkTensors({ network, store }: StoredNetwork): Map<string, NamedTensor> {
  const { view, scaler, parameters } = network;
  const tensors = store.tensors(parameters.all.map(({ name }) => name));
  const scaling = isFitted(scaler.kind) ? scalerTensors(`${view.name}.scaler`, scaler) : [];
  return new Map([...tensors, ...scaling]);
}

/**
 * The scaling of a view as `networkTensors` stored it.
 * @example
 * ```ts
 * import { networkScaler } from "vantage-ml/method";
 *
 * console.log(networkScaler({ tensors: new Map(), json: {} }, "none", { name: "image", columns: 4 }).kind);
 * ```
 */
export function networkScaler(state: State, kind: ScalingKind, view: ViewShape): Scaler {
  if (view.shape) return noScaler(view);
  return isFitted(kind) ? storedScaler(state, `${view.name}.scaler`, kind, view) : noScaler(view, kind);
}

/** Fits the scaling of a view; pictures have none, since their network has its own. */
export function fitViewScaler(kind: ScalingKind, { matrix }: Pick<View, "matrix">, rows: Int32Array): Scaler {
  return pictureShape(matrix) === undefined ? fitScaler(kind, matrix, rows) : noScaler(matrix);
}

function noScaler({ columns }: { readonly columns: number }, kind: ScalingKind = "none"): Scaler {
  return { kind, columns, scale: new Float32Array(columns).fill(1), shift: new Float32Array(columns) };
}

function isFitted(kind: ScalingKind): boolean {
  return kind !== "none" && kind !== "l2";
}
