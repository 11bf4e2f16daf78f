// DJSRH's hashing networks: the text branch's shape for every view, with α inside so that codes can be made without it.

import { mul, tanh } from "../../core/tensor/index.js";
import type { Scaler } from "../../data/scaling.js";
import type { ViewShape } from "../feeding.js";
import { type HashingNetwork, hashingNetwork } from "../shared/hashing-network.js";

/** Linear(d, hidden), ReLU, Linear(hidden, bits), tanh(α ·); α is `<view>.alpha`, which no gradient reaches. */
export function djsrhNetwork(view: ViewShape, scaler: Scaler, hidden: number, bits: number): HashingNetwork {
  return hashingNetwork(view, scaler, [hidden, bits], (own) => {
    const alpha = own.create("alpha", [], { kind: "constant", value: 1 }, false);
    return (y) => tanh(mul(y, alpha));
  });
}
