// The scalings of all views as a part of a model's state.

import type { NamedTensor } from "../../core/runtime/index.js";
import type { Scaler, ScalingKind } from "../../data/scaling.js";
import type { ViewShape } from "../feeding.js";
import { stateTensor } from "../method.js";
import type { State } from "../training.js";

const scalerParts = ["scale", "shift"] as const;

/** The scalings as tensors `scaler.v.scale` and `scaler.v.shift`. */
export function scalerTensors(scalers: readonly Scaler[]): Map<string, NamedTensor> {
  const tensors = new Map<string, NamedTensor>();
  scalers.forEach((scaler, v) => {
    for (const part of scalerParts) tensors.set(`scaler.${v}.${part}`, { shape: [scaler.columns], data: scaler[part] });
  });
  return tensors;
}

/** The scalings of views as `scalerTensors` stored them. */
export function storedScalers(state: State, kind: ScalingKind, views: readonly ViewShape[]): Scaler[] {
  return views.map(({ columns }, v) => {
    const [scale, shift] = scalerParts.map((part) => stateTensor(state, `scaler.${v}.${part}`).data);
    return { kind, columns, scale: scale!, shift: shift! };
  });
}
