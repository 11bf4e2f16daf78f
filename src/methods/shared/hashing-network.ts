// The hashing network of one view: parameters named after the view, features in, real-valued code out.

import { activation, Forward, type Layer, linear, Parameters, sequential } from "../../core/nn/index.js";
import type { NamedTensor, ParameterStore } from "../../core/runtime/index.js";
import { relu, type Tensor } from "../../core/tensor/index.js";
import type { Scaler, ScalingKind } from "../../data/scaling.js";
import { scaleInGraph, type ViewShape } from "../feeding.js";
import type { State } from "../training.js";
import { scalerTensors, storedScaler } from "./state.js";

/** The hashing network of one view: features in, real-valued code out. */
export interface HashingNetwork {
  readonly view: ViewShape;
  readonly scaler: Scaler;
  readonly parameters: Parameters;
  /** The real-valued code [n, bits] of features [n, columns] as they come; its signs are the hash code. */
  code(features: Tensor): Tensor;
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
 */
export function hashingNetwork(
  view: ViewShape,
  scaler: Scaler,
  widths: readonly number[],
  output: (own: Parameters) => (y: Tensor) => Tensor,
): HashingNetwork {
  const parameters = new Parameters();
  const own = parameters.scope(view.name);
  const layers = widths.flatMap((width, i): Layer[] => {
    const layer = linear(own.scope(i), widths[i - 1] ?? view.columns, width);
    return i === 0 ? [layer] : [activation(relu), layer];
  });
  const network = sequential([...layers, activation(output(own))]);
  return { view, scaler, parameters, code: (x) => network(scaleInGraph(x, scaler), new Forward(false)) };
}

/** Everything that use of the network needs, by names that begin with the view's. */
export function networkTensors({ network, store }: StoredNetwork): Map<string, NamedTensor> {
  const { view, scaler, parameters } = network;
  const tensors = store.tensors(parameters.all.map(({ name }) => name));
  const scaling = isFitted(scaler.kind) ? scalerTensors(`${view.name}.scaler`, scaler) : [];
  return new Map([...tensors, ...scaling]);
}

/** The scaling of a view as `networkTensors` stored it. */
export function networkScaler(state: State, kind: ScalingKind, view: ViewShape): Scaler {
  if (isFitted(kind)) return storedScaler(state, `${view.name}.scaler`, kind, view);
  const { columns } = view;
  return { kind, columns, scale: new Float32Array(columns).fill(1), shift: new Float32Array(columns) };
}

function isFitted(kind: ScalingKind): boolean {
  return kind !== "none" && kind !== "l2";
}
