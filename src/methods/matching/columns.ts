// The columns of other data as a model knows them: by name where both sides have names, else by place.
import type { View } from "../../data/dataset.js";
import { selectColumns } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import type { ViewShape } from "../feeding.js";
import { areCounted, some } from "./names.js";

/** Columns on one side: how many, and their names where there are any. */
export interface Columns {
  readonly columns: number;
  readonly features?: readonly string[];
}

/**
 * For each column that is expected, its place among those found; undefined where they are the same columns in the same order.
 * @param what begins messages and notes: 'trees: view "image"'.
 * @param owner who expects them: "the model was trained on".
 * @throws UserError where one is lacking, or their number differs and there are no names to go by.
 */
export function columnPlaces(
  what: string,
  found: Columns,
  expected: Columns,
  owner: string,
  onNote: (note: string) => void = () => {},
): Int32Array | undefined {
  const [own, known] = [found.features, expected.features];
  if (own !== undefined && known !== undefined && !(areCounted(own) && areCounted(known))) {
    if (own.length === known.length && own.every((name, i) => name === known[i])) return undefined;
    const placeOf = new Map(own.map((name, i) => [name, i]));
    const lacking = known.filter((name) => !placeOf.has(name));
    if (lacking.length === 0) return byName(what, own, known, placeOf, onNote);
    if (!areCounted(own) && !areCounted(known)) throw lackingColumns(what, own, known, lacking, owner);
  }
  if (found.columns !== expected.columns) {
    throw new UserError(`${what} has ${found.columns} columns, ${owner} ${expected.columns}`);
  }
  const named = [own, known].map((names) => names !== undefined && !areCounted(names));
  if (named[0] !== named[1]) {
    const side = named[0] ? "the others have none" : "its own have none";
    onNote(`${what}: columns are matched by position, since only one side has names for them (${side})`);
  }
  return undefined;
}

function byName(
  what: string,
  own: readonly string[],
  known: readonly string[],
  placeOf: ReadonlyMap<string, number>,
  onNote: (note: string) => void,
): Int32Array {
  const places = Int32Array.from(known, (name) => placeOf.get(name)!);
  if (own.length > known.length) {
    const wanted = new Set(known);
    const extra = own.filter((name) => !wanted.has(name));
    const which = extra.length === 1 ? `column ${some(extra)} is` : `${extra.length} columns (${some(extra)}) are`;
    onNote(`${what}: ${which} unknown and not used`);
  }
  if (places.some((place, i) => i > 0 && place < places[i - 1]!)) {
    onNote(`${what}: the columns are in a different order and are matched by name (the first is ${some([known[0]!])})`);
  }
  return places;
}

function lackingColumns(
  what: string,
  own: readonly string[],
  known: readonly string[],
  lacking: readonly string[],
  owner: string,
): UserError {
  const count = lacking.length === 1 ? "lacks a column" : `lacks ${lacking.length} columns`;
  return new UserError(`${what} ${count} (${some(lacking)}): it has ${some(own, 20)}; ${owner} ${some(known, 20)}`);
}

/** The view under the model's name, with the columns that the model takes, in its order. @throws UserError as `columnPlaces`. */
export function matchColumns(view: View, shape: ViewShape, dataset: string, onNote?: (note: string) => void): View {
  const { matrix, present, features, incomplete } = view;
  const found = { columns: matrix.columns, ...(features && { features }) };
  const what = `${dataset}: view "${view.name}"`;
  const places = columnPlaces(what, found, shape, "the model was trained on", onNote);
  const names = shape.features ?? (places === undefined ? features : undefined);
  return {
    name: shape.name,
    matrix: places === undefined ? matrix : selectColumns(matrix, places),
    ...(present && { present }),
    ...(names && { features: names }),
    ...(incomplete && { incomplete }),
  };
}
