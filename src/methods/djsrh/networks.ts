// DJSRH's hashing networks: the text branch's shape for every view, with α inside so that codes can be made without it.

import type { Parameters } from "../../core/nn/index.js";
import { mul, type Tensor, tanh } from "../../core/tensor/index.js";
import type { Scaler } from "../../data/scaling.js";
import type { ViewShape } from "../feeding.js";
import { type HashingNetwork, hashingNetwork } from "../shared/hashing-network.js";
import type { BackboneChoice } from "../shared/picture-trunk.js";

/**
 * Linear(d, hidden), ReLU, Linear(hidden, bits), tanh(α ·), or, for pictures, backbone, Linear(·, bits), tanh(α ·); α is
 * `<view>.alpha`, which no gradient reaches.
 */
export function djsrhNetwork(
  view: ViewShape,
  scaler: Scaler,
  hidden: number,
  bits: number,
  backbone?: BackboneChoice,
): HashingNetwork {
  const output = (own: Parameters) => {
    const alpha = own.create("alpha", [], { kind: "constant", value: 1 }, false);
    return (y: Tensor) => tanh(mul(y, alpha));
  };
  return hashingNetwork(view, scaler, view.shape ? [bits] : [hidden, bits], output, backbone);
}
