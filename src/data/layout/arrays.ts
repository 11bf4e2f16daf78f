// Files of named arrays (MATLAB, NumPy, HDF5): which variables are the views, the labels, the ids and the split.

import { contentLabels, labelCandidates, withoutLabelCopies } from "./array-labels.js";
import { account, sideVariables } from "./array-sides.js";
import { type ArrayFile, type Arrays, type Found, isLeftOut } from "./array-state.js";
import { findViews, noViews, selectViews } from "./array-views.js";
import { columnsOf, isNone } from "./columns.js";
import type { Draft, LayoutOptions } from "./draft.js";
import { isColumn, type LabelCandidate } from "./labels.js";
import { orient } from "./orientation.js";

/**
 * Finds the roles of variables. Views are the matrices in a cell (X, data, fea, …), or all matrices of the samples; labels are
 * y, gt, gnd, label, truth, L, … of that length. Samples may run along the first or the last axis: the length of the labels
 * decides, else the length that the matrices share.
 * @throws UserError for what is missing or contradicts itself; AmbiguousDataError where several readings are as likely.
 */
export async function arraysDraft(file: ArrayFile, options: LayoutOptions): Promise<Draft> {
  const { entries } = file;
  const state: Arrays = { ...file, options, ignored: [], notes: [] };
  const free = entries.filter((entry) => !isLeftOut(state, entry));
  const selected = options.views && (await selectViews(state, free, options.views));
  const named = await labelCandidates(state, free, new Set(selected?.map(({ reference }) => reference)));
  const found = selected ?? (await findViews(state, free, named));
  const lengths = named.flatMap((candidate) => candidate.lengths);
  const { samples, samplesLast } = await orient(state, found, lengths, named[0]);
  const taken = new Set(found.map(({ reference }) => reference));
  const views = found.map((each, v) => ({
    ...each,
    samplesLast: samplesLast[v]!,
    ...featuresOf(each, samplesLast[v]!),
  }));
  const rest = free.filter(
    ({ reference }) => !taken.has(reference) && ![...taken].some((own) => own.startsWith(`${reference}{`)),
  );
  const columns = await columnsOf(
    rest.filter(({ variable }) => isColumn(variable)),
    samples,
  );
  const fitting = named.filter((candidate) => candidate.lengths.includes(samples));
  let labels: LabelCandidate | undefined = fitting[0] ?? (options.labels !== undefined ? named[0] : undefined);
  if (!labels && named.length > 0 && named[0]) labels = named[0];
  if (!labels && !isNone(options.labels)) labels = await contentLabels(state, columns, selected !== undefined);
  const sides = await sideVariables(state, columns, labels, samples, views);
  const kept = selected ? views : await withoutLabelCopies(state, views, labels, samples);
  if (kept.length === 0) throw noViews(state);
  account(state, rest, labels, fitting, samples, sides);
  return {
    samples,
    views: kept,
    ...(labels && { labels }),
    otherLabels: options.labels === undefined ? fitting.slice(1) : [],
    ...(sides.ids && { ids: sides.ids }),
    ...(sides.splits && { splits: sides.splits }),
    ignored: state.ignored,
    entries,
    notes: state.notes,
  };
}

/** Names that the file gives to the columns of a view. */
function featuresOf({ variable }: Found, samplesLast: boolean): { features?: readonly string[] } {
  const names = samplesLast ? variable.names?.rows : variable.names?.columns;
  const [, width] = [variable.shape[0], samplesLast ? variable.shape[0] : variable.shape[1]];
  return names && names.length === width && new Set(names).size === names.length ? { features: names } : {};
}
