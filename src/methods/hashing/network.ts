// The hashing network of one view: parameters named after the view, features in, real-valued code out.

import { activation, Forward, type Layer, linear, Parameters, sequential } from "../../core/nn/index.js";
import type { NamedTensor, ParameterStore } from "../../core/runtime/index.js";
import { relu, type Tensor } from "../../core/tensor/index.js";
import type { Scaler, ScalingKind } from "../../data/scaling.js";
import { scaleInGraph, type ViewShape } from "../feeding.js";
import { stateTensor } from "../method.js";
import type { State } from "../training.js";

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

const scalerParts = ["scale", "shift"] as const;

/** Everything that use of the network needs, by names that begin with the view's. */
export function networkTensors({ network, store }: StoredNetwork): Map<string, NamedTensor> {
  const { view, scaler, parameters } = network;
  const tensors = store.tensors(parameters.all.map(({ name }) => name));
  if (isFitted(scaler.kind)) {
    for (const part of scalerParts) {
      tensors.set(`${view.name}.scaler.${part}`, { shape: [view.columns], data: scaler[part] });
    }
  }
  return tensors;
}

/** The scaling of a view as `networkTensors` stored it. */
export function storedScaler(state: State, kind: ScalingKind, { name, columns }: ViewShape): Scaler {
  if (!isFitted(kind))
    return { kind, columns, scale: new Float32Array(columns).fill(1), shift: new Float32Array(columns) };
  const [scale, shift] = scalerParts.map((part) => stateTensor(state, `${name}.scaler.${part}`).data);
  return { kind, columns, scale: scale!, shift: shift! };
}

function isFitted(kind: ScalingKind): boolean {
  return kind !== "none" && kind !== "l2";
}
