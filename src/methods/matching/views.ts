// The views of other data as a model knows them: by name, by number where nobody named them, and never by place alone.
import { MultiViewDataset, type View } from "../../data/dataset.js";
import { pictureShape } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import type { ViewShape } from "../feeding.js";
import { matchColumns } from "./columns.js";
import { isNamelessView, some, viewNumber } from "./names.js";

/** How data is matched with a model. */
export interface MatchOptions {
  /** Receives what was reordered, left out or matched otherwise than by name, a sentence each. */
  onNote?(note: string): void;
}

export interface ViewMatchOptions extends MatchOptions {
  /** Whether the data may lack some of the views. */
  readonly some?: boolean;
}

/**
 * What a model keeps of the views that it is trained on.
 * @param outputs names of what its exported models give: their inputs are named as the views, and cannot have the same.
 * @throws UserError for a view of such a name.
 */
export function viewShapes(
  { name: dataset, views }: Pick<MultiViewDataset, "name" | "views">,
  outputs: readonly string[],
): ViewShape[] {
  const same = views.find(({ name }) => outputs.includes(name));
  if (same !== undefined) {
    throw new UserError(
      `${dataset}: the model's own output is named "${same.name}", so no view can be: give it another name with --views`,
    );
  }
  return views.map(({ name, matrix, features }) => {
    const shape = pictureShape(matrix);
    return { name, columns: matrix.columns, ...(features && { features }), ...(shape && { shape }) };
  });
}

/**
 * The data set with the views that a model was trained on, under its names and in its order, and the model's columns in each.
 * Views are the same where their names are. Where no name fits and neither side has any (X1, X2; view 0, view 1), they are
 * matched in the order of their numbers, with a note. Further views and columns are left out with a note.
 * @throws UserError with the names of both sides where that leaves a view open, or a view lacks columns.
 */
export function matchViews(
  data: MultiViewDataset,
  expected: readonly ViewShape[],
  options: ViewMatchOptions = {},
): MultiViewDataset {
  const pairs = pairViews(data, expected, options);
  const views = pairs.map(([view, shape]) => matchColumns(view, shape, data.name, options.onNote));
  const same = views.length === data.views.length && views.every((view, v) => isSame(view, data.views[v]!));
  return same ? data : new MultiViewDataset({ ...data, views }, { values: "trusted" });
}

type Pair = readonly [View, ViewShape];

function isSame(a: View, b: View): boolean {
  return a.name === b.name && a.matrix === b.matrix && a.features === b.features;
}

function pairViews(
  data: MultiViewDataset,
  expected: readonly ViewShape[],
  { some: mayLack = false, onNote }: ViewMatchOptions,
): Pair[] {
  const named = expected.flatMap((shape): Pair[] => {
    const view = data.views.find(({ name }) => name === shape.name);
    return view === undefined ? [] : [[view, shape]];
  });
  const others = data.views.filter((view) => !named.some(([own]) => own === view));
  const complete = named.length === expected.length;
  // A view too many beside one that is lacking may be the same under another name.
  if (complete || (mayLack && named.length > 0 && others.length === 0)) {
    if (others.length > 0) {
      const names = some(others.map(({ name }) => name));
      onNote?.(`${data.name}: ${others.length === 1 ? "view" : "views"} ${names}: unknown to the model and ignored`);
    }
    return named;
  }
  if (named.length === 0 && data.views.length === expected.length && nobodyNamed(data, expected)) {
    const pairs = inOrder(data.views).map((view, i): Pair => [view, inOrder(expected)[i]!]);
    const list = pairs.map(([view, shape]) => `"${view.name}" as "${shape.name}"`).join(", ");
    onNote?.(`${data.name}: numbered views are matched by number: ${list}`);
    return expected.map((shape) => pairs.find(([, own]) => own === shape)!);
  }
  throw mismatch(data, expected);
}

/** A single view that bears its file's name has none either. */
function nobodyNamed({ name: dataset, views }: MultiViewDataset, expected: readonly ViewShape[]): boolean {
  const nameless = views.every(({ name }) => isNamelessView(name, dataset));
  return nameless && (expected.length === 1 || expected.every(({ name }) => isNamelessView(name)));
}

/** By the numbers in their names, where all have one; else as they stand. */
function inOrder<T extends { readonly name: string }>(views: readonly T[]): T[] {
  const numbers = views.map(({ name }) => viewNumber(name));
  if (numbers.includes(undefined) || new Set(numbers).size < numbers.length) return [...views];
  return views.toSorted((a, b) => viewNumber(a.name)! - viewNumber(b.name)!);
}

function mismatch(data: MultiViewDataset, expected: readonly ViewShape[]): UserError {
  const list = (views: readonly { readonly name: string }[]) =>
    some(
      views.map(({ name }) => name),
      20,
    );
  const flags = expected.map(({ name }) => `${name}=…`).join(",");
  return new UserError(
    `${data.name} has the views ${list(data.views)}; the model was trained on ${list(expected)}: say which is which with --views ${flags}`,
  );
}
