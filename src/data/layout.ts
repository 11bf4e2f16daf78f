// From the variables of a file to views, labels and ids: worked out from names and shapes, or as the user says.
import { UserError } from "../errors.js";
import type { Labels, View } from "./dataset.js";
import { asMatrix, type Found, findViews, orient, scopes, skippedReasons } from "./layout-find.js";
import {
  disagreements,
  type LabelCandidate,
  labelCandidates,
  labelLengths,
  type ReadLabels,
  readLabels,
} from "./layout-labels.js";
import { findIds, viewNames, withClassNames } from "./layout-names.js";
import { inventory, resolveReference, type Scope, type ViewSelection } from "./layout-selection.js";
import { checkAsked, tableScope } from "./layout-table.js";
import { readView } from "./layout-view.js";
import type { FileContent } from "./readers/variables.js";

export { parseViewSelection, type ViewSelection } from "./layout-selection.js";

export interface LayoutOptions {
  /** Which variables are the views; found by name and shape where absent. */
  readonly views?: readonly ViewSelection[];
  /** Which variable holds the labels; found by name where absent. */
  readonly labels?: string;
}

/** What a file holds, ready for a MultiViewDataset. */
export interface Layout {
  readonly views: View[];
  readonly labels?: Labels;
  /** One per sample. */
  readonly ids?: string[];
  /** What was assumed, left out or noticed, a line each. */
  readonly notes: string[];
}

/**
 * Views and labels out of named variables. Views are the matrices in a cell (X, data, fea, …), matrices with numbered names
 * (X1 … XV), or all matrices of one length; labels are y, gt, gnd, label, truth, … of that length. Samples may run along rows
 * or columns: the length of the labels decides, else the length that all views share.
 * @throws UserError (one line) for anything that is missing, ambiguous or unusable: unknown variables, another length, NaN and
 *   infinity, labels that are no integers, one class only, an empty view.
 */
export async function layout(content: FileContent, options: LayoutOptions = {}): Promise<Layout> {
  const { path } = content;
  const notes = [...content.notes];
  const chosen = await choose(content, options, notes);
  const { found, candidates, scope } = chosen;
  const asked = options.labels !== undefined;
  const fitting = candidates.filter(({ lengths }) => fits(found, lengths));
  const candidate = fitting[0] ?? candidates[0];
  const {
    samples,
    samplesLast,
    notes: assumed,
  } = orient(found, candidate?.lengths ?? [], candidate?.reference, !content.format.startsWith("matlab"), path);
  notes.push(...assumed);

  const views: View[] = [];
  const names = options.views ? found.map(({ name }) => name) : viewNames(found, scope, notes);
  for (const [i, each] of found.entries()) views.push(await readView(names[i]!, each, samplesLast[i]!, path, notes));

  const read = candidate && (await readLabels(candidate, samples, path));
  if (read) notes.push(...read.notes);
  if (read && !asked) await compareOthers(read, fitting, samples, path, notes);
  const labelled = read && withClassNames(read, scope, candidate.reference);
  if (labelled?.note) notes.push(labelled.note);
  if (!candidate)
    notes.push("no labels were found (y, gt, gnd, label, truth, … are looked for); name them with --labels");
  const ids = await findIds(scope, samples, candidate?.reference);
  return { views, ...(labelled && { labels: labelled.labels }), ...(ids && { ids }), notes };
}

interface Chosen {
  readonly found: readonly Found[];
  readonly candidates: readonly LabelCandidate[];
  readonly scope: Scope;
}

async function choose(content: FileContent, options: LayoutOptions, notes: string[]): Promise<Chosen> {
  const { path, variables } = content;
  const isTable = content.format === "csv" || content.format === "parquet";
  if (isTable) checkAsked(variables, options.labels, path);
  const table = isTable ? await tableScope(variables, options.labels) : undefined;
  if (table) notes.push(...table.notes);
  const all: Scope = table ? new Map([...variables, ...table.scope]) : variables;
  const explicit = options.labels ?? table?.label;
  const given = explicit === undefined ? undefined : [labelsNamed(all, explicit, path)];

  const automatic = async (): Promise<Chosen> => {
    let scope = table?.scope ?? variables;
    for (scope of scopes(scope)) {
      const candidates = given ?? (await labelCandidates(scope));
      const taken = new Set(candidates.map(({ reference }) => reference));
      const found = findViews(scope, taken, path);
      if (found.length > 0) return { found, candidates, scope };
    }
    const reasons = skippedReasons(variables);
    throw new UserError(
      `${path}: no views were found; ${reasons || inventory(variables)}; name matrices with --views a=X1,b=X2 --labels Y`,
    );
  };
  if (!options.views) return automatic();
  if (options.views.length === 0) throw new UserError(`${path}: no view is selected`);
  let list: Chosen | undefined;
  const found: Found[] = [];
  for (const { name, variable: reference } of options.views) {
    const named = await namedView(reference, all, async () => (list ??= await automatic()), path);
    found.push({ ...named, name });
  }
  let scope: Scope = all;
  let candidates: readonly LabelCandidate[] = given ?? [];
  const selected = new Set(found.map(({ reference }) => reference));
  if (!given) {
    for (scope of scopes(all)) {
      candidates = (await labelCandidates(scope)).filter(({ reference }) => !selected.has(reference));
      if (candidates.length > 0) break;
    }
  }
  return { found, candidates, scope };
}

/** A view that the user names: by the number or name of a found view, or by a variable. */
async function namedView(
  reference: string,
  scope: Scope,
  automatic: () => Promise<Chosen>,
  path: string,
): Promise<Found> {
  if (/^\d+$/.test(reference)) {
    const { found } = await automatic();
    const view = found[Number(reference)];
    if (view) return view;
    const there = found.map(({ reference: each }, i) => `${i}=${each}`).join(", ");
    throw new UserError(`${path}: there is no view number ${reference}; the views found are ${there}`);
  }
  try {
    return {
      name: reference,
      reference,
      variable: asMatrix(resolveReference(scope, reference, path), reference, path),
    };
  } catch (error) {
    // the name that a view was shown under is no variable where the file itself names its views
    const { found, scope: inner } = await automatic().catch(() => ({ found: [], scope }));
    const view = found[viewNames(found, inner, []).indexOf(reference)];
    if (view) return view;
    throw error;
  }
}

function labelsNamed(scope: Scope, reference: string, path: string): LabelCandidate {
  const variable = resolveReference(scope, reference, path);
  const lengths = labelLengths(variable);
  if (variable.kind === "skipped")
    throw new UserError(`${path}: labels ${reference} cannot be used: ${variable.reason}`);
  if (lengths.length === 0) {
    throw new UserError(
      `${path}: labels ${reference} are ${variable.kind}, expected integers, a matrix of 0 and 1, or strings`,
    );
  }
  return { reference, variable, lengths };
}

function fits(found: readonly Found[], lengths: readonly number[]): boolean {
  return lengths.some((n) => found.every(({ variable: { shape } }) => shape[0] === n || shape.at(-1) === n));
}

async function compareOthers(
  read: ReadLabels,
  fitting: readonly LabelCandidate[],
  samples: number,
  path: string,
  notes: string[],
): Promise<void> {
  for (const other of fitting.slice(1)) {
    const second = await readLabels(other, samples, path).catch(() => undefined);
    const apart = second ? disagreements(read.labels, second.labels) : 0;
    if (apart === 0) continue;
    const what = apart < 0 ? "are of another kind" : `differ in ${apart} of ${samples} samples`;
    notes.push(
      `labels ${fitting[0]!.reference} are used; ${other.reference} ${what} (choose with --labels ${other.reference})`,
    );
  }
}
