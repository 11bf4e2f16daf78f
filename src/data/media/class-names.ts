// Names of classes, a list for each sample, as labels: one class per sample, or any number.

import { compareNames } from "../class-names.js";
import type { Labels } from "../dataset.js";

/** Labels of samples by the names of their classes, in the order of names; undefined where fewer than two names occur. */
export function labelsOf(classes: readonly (readonly string[])[]): Labels | undefined {
  const names = [...new Set(classes.flat())];
  if (names.length < 2) return undefined;
  names.sort(compareNames(names));
  const place = new Map(names.map((name, c) => [name, c]));
  if (classes.every((own) => own.length < 2)) {
    return {
      kind: "single",
      names,
      values: Int32Array.from(classes, ([name]) => (name === undefined ? -1 : place.get(name)!)),
    };
  }
  const matrix = new Uint8Array(classes.length * names.length);
  for (const [i, own] of classes.entries()) for (const name of own) matrix[i * names.length + place.get(name)!] = 1;
  return { kind: "multi", names, matrix };
}
