// A backbone as named layers in a row, frozen up to one of them.
import { UserError } from "../../../errors.js";
import type { Tensor } from "../../tensor/index.js";
import { Forward } from "../forward.js";
import type { Layer } from "../layers.js";
import type { Parameters } from "../parameters.js";

/** A layer of a backbone: its name, which begins the names of its parameters, and how it is made. */
export type Stage = readonly [name: string, make: (parameters: Parameters) => Layer];

/** A network from pictures to features or logits. */
export interface Backbone {
  /** Pictures [n, 3, height, width] as [n, width]. */
  readonly layer: Layer;
  /** How many values it gives for a picture. */
  readonly width: number;
  /** The names of its layers in order: what `freeze` may be. */
  readonly layers: readonly string[];
}

/**
 * Stages one after another. Those up to `freeze` keep their weights: nothing of them is learned, and they are applied as in evaluation
 * (running statistics, no dropout) also while the others are trained.
 * @param freeze a layer's name, or the beginning of several: "features" is all of them.
 * @throws UserError where no layer has that name.
 */
export function backboneOf(
  parameters: Parameters,
  stages: readonly Stage[],
  width: number,
  freeze: string | undefined,
): Backbone {
  const names = stages.map(([name]) => name);
  const isNamed = (name: string) => name === freeze || name.startsWith(`${freeze}.`);
  const last = freeze === undefined ? -1 : names.findLastIndex(isNamed);
  if (freeze !== undefined && last < 0) {
    throw new UserError(`freeze: there is no layer "${freeze}"; the layers are ${names.join(", ")}`);
  }
  const evaluation = new Forward(false);
  const layers = stages.map(([name, make], i) => {
    const layer = make((i <= last ? parameters.frozen() : parameters).scope(name));
    return i <= last ? (x: Tensor) => layer(x, evaluation) : layer;
  });
  return { layer: (x, forward) => layers.reduce((value, layer) => layer(value, forward), x), width, layers: names };
}
