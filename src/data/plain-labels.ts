// Labels as plain lists of class names or numbers, one per sample.
import { UserError } from "../errors.js";
import { compareNames } from "./class-names.js";
import type { Labels } from "./dataset.js";
import { kindOf } from "./plain-rows.js";

/** A class per sample: names, or whole numbers; null where a sample has no label. */
export type PlainLabels = readonly (string | null)[] | readonly (number | null)[] | Int32Array | Uint8Array;

/**
 * Labels with the classes in ascending order of their numbers, or of their names.
 * @param dataset begins the message.
 * @throws UserError where a label is neither text nor a whole number, some are text and some numbers, -1 stands beside several
 *   other numbers (it may be a class or a missing label), or no sample has a label.
 */
export function singleLabels(dataset: string, labels: PlainLabels): Labels {
  let first: string | number | undefined;
  const texts = new Array<string | undefined>(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label: unknown = labels[i];
    if (label === null || label === undefined) continue;
    const isText = typeof label === "string" && label !== "";
    if (!isText && !Number.isInteger(label)) {
      throw new UserError(
        `${dataset}: the label of sample ${i} is ${kindOf(label)}, expected the name of a class, a whole number, or null where it has none`,
      );
    }
    first ??= label as string | number;
    if (typeof label !== typeof first) {
      throw new UserError(`${dataset}: the label of sample ${i} is ${kindOf(label)}, of others a ${typeof first}`);
    }
    texts[i] = `${label}`;
  }
  const names = [...new Set(texts)].filter((name) => name !== undefined);
  if (names.length === 0) throw new UserError(`${dataset}: no sample has a label; leave labels out`);
  if (typeof first === "number" && names.includes("-1") && names.length > 2) {
    throw new UserError(
      `${dataset}: labels hold -1 beside ${names.length - 1} other numbers; give null where a sample has no label, or names of classes`,
    );
  }
  names.sort(compareNames(names));
  const place = new Map(names.map((name, c) => [name, c]));
  const values = Int32Array.from(texts, (text) => (text === undefined ? -1 : place.get(text)!));
  return { kind: "single", values, names };
}
