// From the variables of a file to views, labels, ids and splits: what is certain is read, what is not is asked.
import { UserError } from "../../errors.js";
import type { Labels, Splits, View } from "../dataset.js";
import { describe, type FileContent } from "../formats/variables.js";
import { type AccountEntry, few, ignoredNotes } from "./account.js";
import { annotatedDrafts, joinNamed } from "./annotated.js";
import { arraysDraft } from "./arrays.js";
import type { Draft, LayoutOptions } from "./draft.js";
import { entriesOf } from "./entry.js";
import type { FileLayout } from "./join.js";
import { disagreements, type LabelCandidate, type ReadLabels, readLabels } from "./labels.js";
import { viewNames, withClassNames } from "./names.js";
import { partedDraft } from "./parts.js";
import { joinParts } from "./stack.js";
import { tableDraft } from "./tables.js";
import { readView } from "./view.js";

export type { AccountEntry, Role } from "./account.js";
export type { LayoutOptions } from "./draft.js";
export { parseViewSelection, type ViewSelection } from "./selection.js";

/** What a file holds, ready for a MultiViewDataset. */
export interface Layout {
  readonly views: readonly View[];
  readonly labels?: Labels;
  /** One per sample, as the file writes them. */
  readonly ids?: readonly string[];
  readonly splits?: Splits;
  /** What was assumed, left out or noticed, a line each. */
  readonly notes: readonly string[];
  /** What became of every variable or column. */
  readonly account: readonly AccountEntry[];
}

/**
 * Views, labels, ids and splits out of named variables, each of which is accounted for: columns of a table (`tableDraft`),
 * training and test samples under names of their own (`partedDraft`), or arrays (`arraysDraft`).
 * @param needsViews false for one of several files of a data set, which may hold labels only.
 * @throws UserError (one line) for anything that is missing or unusable; AmbiguousDataError where several readings are as likely.
 */
export async function layout(content: FileContent, options: LayoutOptions = {}, needsViews = true): Promise<Layout> {
  const { path, notes } = content;
  if (content.table) return readDraft(await tableDraft(content, options, needsViews), path, notes, options);
  const { variables, format } = content;
  if (format === "anndata") {
    const drafts = await annotatedDrafts(content, options);
    const files: FileLayout[] = [];
    for (const { name, draft } of drafts) {
      files.push({ path: name, name, layout: await readDraft(draft, path, [], options), samples: draft.samples });
    }
    const joined = joinNamed(files);
    return { ...joined, notes: [...notes, ...joined.notes] };
  }
  const file = { path, variables, entries: entriesOf(content), rowsAreUsual: !format.startsWith("matlab") };
  const parts = await partedDraft(file, options);
  if (!parts) return readDraft(await arraysDraft(file, options), path, notes, options);
  const layouts: { part: string; layout: Layout }[] = [];
  for (const { part, draft } of parts.drafts) layouts.push({ part, layout: await readDraft(draft, path, [], options) });
  return joinParts(layouts, parts.ignored, path, notes);
}

/** Reads the numbers of a draft. */
async function readDraft(
  draft: Draft,
  path: string,
  before: readonly string[],
  options: LayoutOptions,
): Promise<Layout> {
  const notes = [...before, ...draft.notes];
  const account: AccountEntry[] = [];
  const { entries, labels: candidate, samples } = draft;
  const naming = options.views ? { named: draft.views.map(({ name }) => name) } : viewNames(draft.views, entries);
  if (naming.note) notes.push(naming.note);
  const views: View[] = [];
  for (const [v, plan] of draft.views.entries()) {
    const name = naming.named[v]!;
    views.push(await readView({ ...plan, name }, path, notes, options.keepsMissing));
    const { reference, variable, columns } = plan;
    const what = describe(variable);
    account.push({ variable: reference, what, role: "view", detail: name, reference, ...(columns && { columns }) });
  }
  const read = candidate && (await readLabels(candidate, samples, path));
  const naming2 = read && withClassNames(read, entries, candidate.reference);
  if (read) {
    notes.push(...read.notes);
    notes.push(...(await compareOthers(read, candidate, draft.otherLabels, samples, path)));
    const { names, kind } = naming2!.named;
    const detail = `${names.length} classes${kind === "multi" ? ", any number per sample" : ""}`;
    const { reference, variable } = candidate;
    account.push({ variable: reference, what: describe(variable), role: "labels", detail, reference });
  }
  if (naming2?.note) notes.push(naming2.note);
  if (!candidate && options.labels === undefined && options.guessesLabels !== false)
    notes.push(noLabels(draft.possibleLabels ?? []));
  if (draft.ids) {
    const { reference, isAxis } = draft.ids;
    const named = isAxis ? {} : { reference };
    account.push({ variable: reference, what: `${samples} ids`, role: "ids", detail: "", ...named });
  }
  for (const [part, rows] of Object.entries(draft.splits?.splits ?? {})) {
    const { reference, isList } = draft.splits!;
    const named = isList ? {} : { reference };
    account.push({ variable: reference, what: `${rows.length} samples`, role: "split", detail: part, ...named });
  }
  for (const reference of [naming.reference, naming2?.reference]) {
    const entry = entries.find((each) => each.reference === reference);
    if (entry) account.push({ variable: entry.reference, what: describe(entry.variable), role: "names", detail: "" });
  }
  const named = new Set(account.map(({ variable }) => variable));
  const ignored = draft.ignored.filter(({ variable }) => !named.has(variable));
  notes.push(...ignoredNotes(ignored));
  for (const { variable, what, reason } of ignored) account.push({ variable, what, role: "ignored", detail: reason });
  return {
    views,
    ...(naming2 && { labels: naming2.named }),
    ...(draft.ids && { ids: draft.ids.lines }),
    ...(draft.splits && { splits: draft.splits.splits }),
    notes,
    account,
  };
}

function noLabels(possible: readonly string[]): string {
  if (possible.length === 0)
    return "no labels were found (y, gt, gnd, label, truth, … are looked for); name them with --labels";
  return `no labels were found by name; ${possible.length === 1 ? `column ${possible[0]} may hold them` : `one of ${few(possible)} may hold them`}: --labels ${possible[0]}`;
}

async function compareOthers(
  read: ReadLabels,
  used: LabelCandidate,
  others: readonly LabelCandidate[],
  samples: number,
  path: string,
): Promise<string[]> {
  const notes: string[] = [];
  for (const other of others) {
    const second = await readLabels(other, samples, path).catch((error: unknown) => {
      if (error instanceof UserError) return undefined;
      throw error;
    });
    const apart = second ? disagreements(read.labels, second.labels) : 0;
    if (apart === 0) continue;
    const what = apart < 0 ? "are of another kind" : `differ in ${apart} of ${samples} samples`;
    notes.push(
      `labels ${used.reference} are used; ${other.reference} ${what} (choose with --labels ${other.reference})`,
    );
  }
  return notes;
}
