// The views of a file of arrays: those that the user names, the matrices in a cell, or all matrices of the samples.
import { UserError } from "../../errors.js";
import { count, type Variable } from "../formats/variables.js";
import { few } from "./account.js";
import { labelCandidates } from "./array-labels.js";
import { type Arrays, type Found, foundOf, hasAxis, leaveOut, scopeOf } from "./array-state.js";
import { ask, choice, type LayoutOptions } from "./draft.js";
import { asMatrix, type Entry, isMatrix, sampleAxes, unwrap } from "./entry.js";
import { matrixCode } from "./facts.js";
import type { LabelCandidate } from "./labels.js";
import { looseMatrices } from "./loose-matrices.js";
import { viewNames } from "./names.js";
import { inventory, resolveReference, type Scope } from "./selection.js";
import { isListName, viewRank } from "./words.js";

export async function selectViews(
  state: Arrays,
  entries: readonly Entry[],
  selection: NonNullable<LayoutOptions["views"]>,
): Promise<Found[]> {
  const { path } = state;
  if (selection.length === 0) throw new UserError(`${path}: no view is selected`);
  const scope = scopeOf(state);
  let list: readonly Found[] | undefined;
  const automatic = async () => (list ??= await automaticViews(state, entries));
  const found: Found[] = [];
  for (const { name, variable: reference } of selection) {
    found.push({ ...(await selectView(reference, scope, automatic, path)), name });
  }
  return found;
}

/** What would be found without the user's word, under the names by which it would be shown. */
async function automaticViews(state: Arrays, entries: readonly Entry[]): Promise<readonly Found[]> {
  const apart = { ...state, options: { ...state.options, views: undefined }, ignored: [], notes: [] };
  const found = await findViews(apart, entries, await labelCandidates(apart, entries, new Set()));
  const names = viewNames(found, entries).named;
  return found.map((each, i) => ({ ...each, name: names[i]! }));
}

/** A view that the user names: by a variable, or by the number or name of a found view. */
async function selectView(
  reference: string,
  scope: Scope,
  automatic: () => Promise<readonly Found[]>,
  path: string,
): Promise<Found> {
  if (/^\d+$/.test(reference)) {
    const found = await automatic();
    const view = found[Number(reference)];
    if (view) return view;
    const there = found.map((each, i) => `${i}=${each.reference}`).join(", ");
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
    const view = (await automatic().catch(() => [])).find(({ name }) => name === reference);
    if (view) return view;
    throw error;
  }
}

export async function findViews(
  state: Arrays,
  entries: readonly Entry[],
  labels: readonly LabelCandidate[],
): Promise<Found[]> {
  const taken = new Set(labels.map(({ reference }) => reference));
  const free = entries.filter(({ reference }) => !taken.has(reference));
  const lengths = labels.flatMap((candidate) => candidate.lengths);
  const matrices = await looseMatrices(state, free, lengths);
  const cell = await viewCell(state, free, lengths, matrices.length > 0);
  if (cell) {
    for (const { reference, variable } of matrices) {
      leaveOut(state, { reference, variable }, `the views are those of ${cell.reference}; add it with --views`);
    }
    return cell.items;
  }
  if (matrices.length > 0) return matrices;
  const vectors = free.filter(({ reference, variable }) => {
    return (
      variable.kind === "numeric" && viewRank(reference) !== Number.POSITIVE_INFINITY && count(variable.shape) !== 1
    );
  });
  if (vectors.length > 0) return vectors.map(foundOf);
  throw noViews(state);
}

export function noViews({ path, entries, ignored, variables }: Arrays): UserError {
  const skipped = entries.flatMap(({ reference, variable }) =>
    variable.kind === "skipped" ? `${reference} is ${variable.reason}` : [],
  );
  const why = ignored.filter(({ isNoted }) => isNoted).map(({ variable, reason }) => `${variable} (${reason})`);
  const reasons = skipped.join("; ") || inventory(variables);
  const unused = why.length > 0 ? `; not used: ${few(why, 8)}` : "";
  return new UserError(
    `${path}: no views were found; ${reasons}${unused}; name matrices with --views a=X1,b=X2 --labels Y`,
  );
}

/** The cell that holds the views. */
async function viewCell(
  state: Arrays,
  entries: readonly Entry[],
  lengths: readonly number[],
  hasMatrices: boolean,
): Promise<{ reference: string; items: Found[] } | undefined> {
  const cells: { reference: string; items: Found[]; fits: boolean }[] = [];
  for (const entry of entries) {
    const items = cellItems(entry, state.path);
    if (!items) continue;
    if (
      isListName(entry.reference) ||
      (viewRank(entry.reference) === Number.POSITIVE_INFINITY && (await areMasks(items)))
    ) {
      leaveOut(state, entry, "lists of rows, masks or folds");
      continue;
    }
    const common = lengths.length > 0 ? lengths : Object.values(sampleAxes(items[0]!.variable));
    cells.push({
      reference: entry.reference,
      items,
      fits: common.some((n) => items.every((item) => hasAxis(item, n))),
    });
  }
  const fitting = cells.filter(({ fits }) => fits);
  const usable = (fitting.length > 0 ? fitting : cells).sort((a, b) => viewRank(a.reference) - viewRank(b.reference));
  const [first, second] = usable;
  if (!first) return undefined;
  const isNamed = viewRank(first.reference) !== Number.POSITIVE_INFINITY;
  if (!first.fits && hasMatrices && !isNamed) return undefined;
  if (!isNamed && (second || hasMatrices)) {
    const choices = usable.map(({ reference, items }) =>
      choice(
        { views: items.map((item, i) => ({ name: `view${i + 1}`, variable: item.reference })) },
        `the ${items.length} matrices of ${reference}`,
      ),
    );
    const names = usable.map(({ reference }) => reference).join(" and ");
    ask(
      state.path,
      `${names} could ${second ? "each " : ""}be the views${hasMatrices ? ", beside other matrices" : ""}, which are they?`,
      choices,
    );
  }
  for (const other of usable.slice(1)) {
    const entry = entries.find(({ reference }) => reference === other.reference)!;
    leaveOut(state, entry, `the views are those of ${first.reference}; choose with --views`);
  }
  return first;
}

/** The matrices in a cell: all of its items, or one beside a name in each row. */
function cellItems({ reference, variable }: Entry, path: string): Found[] | undefined {
  if (variable.kind !== "cell" || variable.items.length === 0) return undefined;
  const items = variable.items.map(unwrap);
  const isNumbers = (item: Variable) => item.kind === "numeric" || item.kind === "sparse" || item.kind === "skipped";
  if (!items.some(isMatrix)) return undefined;
  const at = (i: number) => `${reference}{${i + 1}}`;
  if (items.every(isNumbers)) {
    return items.map((item, i) => ({ name: String(i), reference: at(i), variable: asMatrix(item, at(i), path) }));
  }
  const names = items.flatMap((item) => (item.kind === "text" && item.lines.length === 1 ? item.lines[0]!.trim() : []));
  const matrices = items.flatMap((item, i) => (isMatrix(item) ? [{ item, i }] : []));
  if (matrices.length * 2 !== items.length || names.length !== matrices.length || new Set(names).size !== names.length)
    return undefined;
  return matrices.map(({ item, i }, v) => ({
    name: names[v]!,
    reference: at(i),
    variable: asMatrix(item, at(i), path),
  }));
}

async function areMasks(items: readonly Found[]): Promise<boolean> {
  for (const { variable } of items) if (!isMatrix(variable) || !(await matrixCode(variable))) return false;
  return true;
}
