// The operators that imported graphs may have.
import type { Operator } from "../call.js";
import { elementwiseOperators } from "./elementwise.js";
import { layerOperators } from "./layers.js";
import { shapingOperators } from "./shaping.js";

export const operators: ReadonlyMap<string, Operator> = new Map([
  ...Object.entries(elementwiseOperators),
  ...Object.entries(shapingOperators),
  ...Object.entries(layerOperators),
]);
