// Parts of models as named tensors and JSON: what a checkpoint stores of them, and what is made of that again.

import type { NamedTensor } from "../../core/runtime/index.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import type { Scaler, ScalingKind } from "../../data/scaling.js";
import type { LinearSvm } from "../../numerics/classifiers/linear-svm.js";
import type { ViewShape } from "../feeding.js";
import type { State } from "../training.js";

/** A tensor from a state. @throws RangeError where it is missing. */
export function stateTensor(state: State, name: string): NamedTensor {
  const tensor = state.tensors.get(name);
  if (tensor === undefined) throw new RangeError(`the saved model has no ${name}`);
  return tensor;
}

/** The first state with the tensors and the JSON of others added to it. */
export function joinStates(...states: readonly State[]): State {
  return {
    tensors: new Map(states.flatMap(({ tensors }) => [...tensors])),
    json: Object.assign({}, ...states.map(({ json }) => json)),
  };
}

const scalerParts = ["scale", "shift"] as const;

/** A scaling as tensors `<prefix>.scale` and `<prefix>.shift` [columns]. */
export function scalerTensors(prefix: string, scaler: Scaler): [string, NamedTensor][] {
  return scalerParts.map((part) => [`${prefix}.${part}`, { shape: [scaler.columns], data: scaler[part] }]);
}

/** The scaling that `scalerTensors` stored under the prefix. */
export function storedScaler(state: State, prefix: string, kind: ScalingKind, { columns }: ViewShape): Scaler {
  const [scale, shift] = scalerParts.map((part) => stateTensor(state, `${prefix}.${part}`).data);
  return { kind, columns, scale: scale!, shift: shift! };
}

/** Centers of clusters [clusters, dimensions] as tensor `centres`; nothing before there are any. */
export function centersState(centers: DenseMatrix | undefined): State {
  const tensors = new Map<string, NamedTensor>();
  if (centers) tensors.set("centres", { shape: [centers.rows, centers.columns], data: centers.data });
  return { tensors, json: {} };
}

export function storedCenters({ tensors }: State): DenseMatrix | undefined {
  const centers = tensors.get("centres");
  return centers && dense(centers.shape[0]!, centers.shape[1]!, centers.data);
}

/** A linear SVM as tensors `svm.weights` [classes, dimensions] and `svm.intercepts`, and its classes as `svmClasses`. */
export function svmState(svm: LinearSvm | undefined): State {
  const tensors = new Map<string, NamedTensor>();
  if (svm) {
    tensors.set("svm.weights", { shape: [svm.weights.rows, svm.weights.columns], data: svm.weights.data });
    tensors.set("svm.intercepts", { shape: [svm.intercepts.length], data: Float32Array.from(svm.intercepts) });
  }
  return { tensors, json: { svmClasses: svm === undefined ? null : [...svm.classes] } };
}

export function storedSvm(state: State): LinearSvm | undefined {
  if (state.json.svmClasses === null) return undefined;
  const weights = stateTensor(state, "svm.weights");
  return {
    classes: Int32Array.from(state.json.svmClasses as number[]),
    weights: dense(weights.shape[0]!, weights.shape[1]!, weights.data),
    intercepts: Float64Array.from(stateTensor(state, "svm.intercepts").data),
    converged: true,
  };
}
