// A fitted imputation as a part of a model's state, and inside exported encoders.
import { fillMissing } from "../../core/onnx/fill-missing.js";
import type { NamedTensor } from "../../core/runtime/index.js";
import type { Imputation, Imputer, ViewImputer } from "../../data/imputation/imputer.js";
import { dense } from "../../data/matrix.js";
import type { State } from "../training.js";
import { stateTensor } from "./state.js";
import type { ExportedModel } from "./types.js";

/**
 * Tensors `imputation.<v>.fill` [columns] and, under knn, `imputation.<v>.reference` [samples, columns] with zeros where values are
 * missing, whose places are `imputation.<v>.missing` [values, 2]: a state holds finite numbers only. The rest is JSON.
 */
export function imputerState(imputer: Imputer): State {
  const { kind, views } = imputer;
  const tensors = new Map<string, NamedTensor>();
  for (const [v, { fill, reference }] of views.entries()) {
    tensors.set(`imputation.${v}.fill`, { shape: [fill.length], data: fill });
    if (reference === undefined) continue;
    const { rows, columns, data } = reference;
    const missing = Array.from(data.keys()).filter((place) => Number.isNaN(data[place]!));
    const places = Float32Array.from(missing.flatMap((place) => [Math.floor(place / columns), place % columns]));
    const known = data.map((value) => (Number.isNaN(value) ? 0 : value));
    tensors.set(`imputation.${v}.reference`, { shape: [rows, columns], data: known });
    tensors.set(`imputation.${v}.missing`, { shape: [missing.length, 2], data: places });
  }
  return { tensors, json: { imputation: { kind, views: views.map(({ name }) => name) } } };
}

/** What `imputerState` stored; undefined where the model was trained without. */
export function storedImputer(state: State): Imputer | undefined {
  const stored = state.json.imputation as { kind: Imputation; views: string[] } | undefined;
  if (stored === undefined) return undefined;
  const views = stored.views.map((name, v): ViewImputer => {
    const fill = stateTensor(state, `imputation.${v}.fill`).data;
    if (stored.kind !== "knn") return { name, fill };
    const { shape, data } = stateTensor(state, `imputation.${v}.reference`);
    const reference = dense(shape[0]!, shape[1]!, Float32Array.from(data));
    const { data: places } = stateTensor(state, `imputation.${v}.missing`);
    for (let e = 0; e < places.length; e += 2) reference.data[places[e]! * shape[1]! + places[e + 1]!] = Number.NaN;
    return { name, fill, reference };
  });
  return { kind: stored.kind, views };
}

/** An encoder that fills missing values of its inputs by means or medians, as the method does; under knn it stays as it is. */
export function withImputation(model: ExportedModel, imputer: Imputer | undefined): ExportedModel {
  if (imputer === undefined || imputer.kind === "knn") return model;
  const fills = new Map(imputer.views.map(({ name, fill }) => [name, fill]));
  return { ...model, bytes: fillMissing(model.bytes, fills) };
}

/** What a user of the encoders should know. */
export function imputationNotes(imputer: Imputer | undefined): string[] {
  if (imputer?.kind !== "knn") return [];
  return [
    "the exported encoders do not fill missing values, since knn needs the training samples; mean and median would be included",
  ];
}
