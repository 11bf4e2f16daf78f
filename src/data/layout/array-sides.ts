// Ids and splits in a file of arrays, and what is said of every variable without a role.
import { UserError } from "../../errors.js";
import type { Variable } from "../formats/variables.js";
import { type Arrays, lastName, leaveOut, scopeOf } from "./array-state.js";
import { byIdRank, Column, isNone, namedSplits, splitsOf } from "./columns.js";
import type { Draft } from "./draft.js";
import { type Entry, isScalar, isVector, matrixOf, sampleAxes, unwrap } from "./entry.js";
import { isColumn, type LabelCandidate, labelLengths } from "./labels.js";
import { resolveReference } from "./selection.js";
import type { ViewPlan } from "./view.js";
import {
  isClassNames,
  isIdName,
  isLabelName,
  isListName,
  isOwnerName,
  isRowName,
  isSubjectName,
  partOfWord,
  words,
} from "./words.js";

export interface Sides {
  readonly ids?: NonNullable<Draft["ids"]>;
  readonly splits?: NonNullable<Draft["splits"]>;
  /** Variables that these came from. */
  readonly used: ReadonlySet<string>;
}

export async function sideVariables(
  state: Arrays,
  columns: readonly Column[],
  labels: LabelCandidate | undefined,
  samples: number,
  views: readonly ViewPlan[],
): Promise<Sides> {
  const { options, path } = state;
  const used = new Set<string>();
  const scope = scopeOf(state);
  const askedFor = async (reference: string) => {
    const column = await Column.from(reference, unwrap(resolveReference(scope, reference, path)));
    if (column?.length === samples) return column;
    throw new UserError(
      `${path}: ${reference} has ${column ? `${column.length} values` : "no values"} for ${samples} samples`,
    );
  };
  let ids: Column | undefined;
  if (options.ids !== undefined) ids = isNone(options.ids) ? undefined : await askedFor(options.ids);
  else {
    const named: Column[] = [];
    for (const column of columns) {
      const { reference, isText } = column;
      const isNamed = isIdName(reference) || (isText && (isRowName(reference) || isOwnerName(reference)));
      if (reference === labels?.reference || !isNamed) continue;
      if ((isText || column.isWhole) && (await column.isUnique())) named.push(column);
    }
    ids = named.sort(byIdRank)[0];
  }
  let splits: Draft["splits"];
  if (options.splits !== undefined) {
    if (!isNone(options.splits))
      splits = { reference: options.splits, splits: await namedSplits(await askedFor(options.splits)) };
  } else {
    for (const column of columns) {
      const own = column.reference === labels?.reference ? undefined : await splitsOf(column);
      if (own) splits ??= { reference: column.reference, splits: own };
    }
    splits ??= await listedSplits(state, samples);
  }
  for (const reference of splits?.reference.split(", ") ?? []) used.add(reference);
  const rowNames = views
    .map(({ variable, samplesLast }) => (samplesLast ? variable.names?.columns : variable.names?.rows))
    .find((names) => names?.length === samples);
  if (!ids && rowNames && !isNone(options.ids) && new Set(rowNames).size === samples) {
    return { ids: { reference: "names of the rows", lines: rowNames, isAxis: true }, ...(splits && { splits }), used };
  }
  if (!ids) return { ...(splits && { splits }), used };
  used.add(ids.reference);
  const lines = (await ids.texts()).map((text) => text ?? "");
  if (new Set(lines).size < lines.length) throw new UserError(`${path}: ids ${ids.reference} hold the same id twice`);
  return { ids: { reference: ids.reference, lines }, ...(splits && { splits }), used };
}

/** Lists of rows for the parts (train_idx, indexTest), where it is certain whether they count from 0 or from 1. */
async function listedSplits(state: Arrays, samples: number): Promise<Draft["splits"]> {
  const lists: { part: string; reference: string; rows: Int32Array }[] = [];
  for (const { reference, variable } of state.entries) {
    const own = words(lastName(reference));
    const part = own.map(partOfWord).find((each) => each !== undefined);
    if (part === undefined || !isListName(reference) || !isVector(variable) || variable.kind !== "numeric") continue;
    const values = await variable.read();
    if (variable.element === "logical" || values.length > samples) continue;
    if (!values.every((value) => Number.isInteger(value) && value >= 0 && value <= samples)) continue;
    if (new Set(values).size === values.length) lists.push({ part, reference, rows: Int32Array.from(values) });
  }
  if (lists.length < 2 || new Set(lists.map(({ part }) => part)).size < lists.length) return undefined;
  const all = new Set(lists.flatMap(({ rows }) => [...rows]));
  const base = all.has(0) ? 0 : all.has(samples) ? 1 : undefined;
  if (base === undefined || (base === 0 && all.has(samples))) return undefined;
  const splits = Object.fromEntries(lists.map(({ part, rows }) => [part, rows.map((row) => row - base)]));
  return { reference: lists.map(({ reference }) => reference).join(", "), splits, isList: true };
}

const none = { shape: [] };
/** Says what became of every variable that has no role yet. */
export function account(
  state: Arrays,
  rest: readonly Entry[],
  labels: LabelCandidate | undefined,
  fitting: readonly LabelCandidate[],
  samples: number,
  { used }: Sides,
): void {
  for (const entry of rest) {
    const { reference, variable } = entry;
    if (reference === labels?.reference || labels?.reference.startsWith(`${reference}[`) || used.has(reference))
      continue;
    if (fitting.some((other) => other.reference === reference))
      leaveOut(state, entry, `labels ${labels!.reference} are used`, false);
    else if (variable.kind === "skipped") leaveOut(state, entry, variable.reason, false);
    else if (isScalar(variable)) leaveOut(state, entry, "a single number", false);
    else if (isLabelName(reference) && isColumn(variable) && !isClassNames(reference))
      leaveOut(state, entry, "not of the samples, or no classes");
    else if (variable.kind === "text" && variable.lines.length < samples) leaveOut(state, entry, "text", false);
    else if (isListName(reference)) leaveOut(state, entry, "lists of rows, masks or folds");
    else if (isIdName(reference) || isOwnerName(reference)) leaveOut(state, entry, "ids that are not used");
    else if (isSubjectName(reference)) leaveOut(state, entry, "not used as labels; choose with --labels");
    else
      leaveOut(
        state,
        entry,
        isColumn(variable) ? "one value for each sample is no view here; add it with --views" : "no view",
        hasLength(variable, samples),
      );
  }
}

const hasLength = (variable: Variable, samples: number): boolean =>
  Object.values(sampleAxes(matrixOf(variable) ?? none)).includes(samples) ||
  (variable.kind === "cell" && variable.items.length > 1) ||
  (isColumn(variable) && labelLengths(variable).includes(samples));
