// AnnData and MuData: matrices with named rows and columns, and a table of what is known of the samples (obs).
import { UserError } from "../../errors.js";
import {
  describe,
  type FileContent,
  type NumericVariable,
  type SparseVariable,
  type Variable,
} from "../formats/variables.js";
import type { AccountEntry } from "./account.js";
import type { Draft, LayoutOptions } from "./draft.js";
import { matrixOf } from "./entry.js";
import { type FileLayout, joinFiles } from "./join.js";
import { inventory, resolveReference } from "./selection.js";
import { tableDraft } from "./tables.js";
import type { ViewPlan } from "./view.js";

/** A draft that is a part of a file, read by itself and then joined by the names of its rows. */
export interface NamedDraft {
  readonly name: string;
  readonly draft: Draft;
}

const apart = /(^|\.)(obsm|varm|obsp|varp|layers|raw|uns)\./;
const ofFeatures = /(^|\.)var\./;
const ofSamples = /^(?:(.+)\.)?obs\.(.+)$/;

/**
 * The drafts of such a file: one for each matrix of samples × features (X, or one for each modality), and one for the table obs,
 * which has the labels. What is computed from the matrices (obsm, layers) is left out, unless --views names it.
 * @throws UserError where there is no matrix.
 */
export async function annotatedDrafts(content: FileContent, options: LayoutOptions): Promise<NamedDraft[]> {
  const { path, variables } = content;
  const views = selected(content, options) ?? mainMatrices(variables);
  if (views.length === 0) throw new UserError(`${path}: no views were found; ${inventory(variables)}`);
  const taken = new Set(views.map(({ reference }) => reference));
  const drafts = views.map((plan): NamedDraft => ({ name: plan.name, draft: matrixDraft(plan) }));
  const columns = new Map<string, Variable>();
  const ignored: Draft["ignored"][number][] = [];
  for (const [reference, variable] of variables) {
    if (taken.has(reference)) continue;
    const [, modality, column] = ofSamples.exec(reference) ?? [];
    if (column !== undefined && modality === undefined) columns.set(column, variable);
    else if (column === "_index" || ofFeatures.test(reference)) continue;
    else {
      const reason = apart.test(reference)
        ? "computed from the matrices; add it with --views"
        : "not among the views or obs";
      ignored.push({
        variable: reference,
        what: describe(variable),
        reason,
        isNoted: matrixOf(variable) !== undefined,
      });
    }
  }
  const obs = await obsDraft(content, columns, options, ignored);
  return [...drafts, ...(obs ? [{ name: "obs", draft: obs }] : [])];
}

function mainMatrices(variables: FileContent["variables"]): ViewPlan[] {
  const plans: ViewPlan[] = [];
  for (const [reference, variable] of variables) {
    const matrix = matrixOf(variable);
    if (!matrix || apart.test(reference) || ofFeatures.test(reference) || ofSamples.test(reference)) continue;
    plans.push(planOf(reference, reference, matrix));
  }
  return plans;
}

function selected({ path, variables }: FileContent, { views }: LayoutOptions): ViewPlan[] | undefined {
  return views?.map(({ name, variable: reference }) => {
    const matrix = matrixOf(resolveReference(variables, reference, path));
    if (!matrix) throw new UserError(`${path}: ${reference} cannot be a view: it is no matrix`);
    return planOf(name, reference, matrix);
  });
}

function planOf(name: string, reference: string, variable: NumericVariable | SparseVariable): ViewPlan {
  const features = variable.names?.columns;
  return {
    name,
    reference,
    variable,
    samplesLast: false,
    ...(features && new Set(features).size === features.length && { features }),
  };
}

function matrixDraft(plan: ViewPlan): Draft {
  const lines = plan.variable.names?.rows;
  return {
    samples: plan.variable.shape[0]!,
    views: [plan],
    otherLabels: [],
    ...(lines && { ids: { reference: "names of the rows", lines, isAxis: true } }),
    ignored: [],
    entries: [],
    notes: [],
  };
}

/** Labels and splits of the table obs; its numbers are no views. */
async function obsDraft(
  content: FileContent,
  columns: ReadonlyMap<string, Variable>,
  options: LayoutOptions,
  ignored: Draft["ignored"],
): Promise<Draft | undefined> {
  if (columns.size === 0) return undefined;
  const bare = (name: string | undefined) => name?.replace(/^obs\./, "");
  const table = { index: ["_index"].filter((name) => columns.has(name)), hasHeader: true };
  const own: LayoutOptions = {
    ...options,
    views: undefined,
    labels: bare(options.labels),
    ids: bare(options.ids),
    splits: bare(options.splits),
    ignore: options.ignore?.map((name) => bare(name)!).filter((name) => columns.has(name)),
  };
  const draft = await tableDraft({ ...content, variables: columns, table }, own, false);
  const unused = draft.views.flatMap(({ columns: names = [], variable }) =>
    names.map((name) => ({
      variable: `obs.${name}`,
      what: describe(variable),
      reason: "a value for each sample is no view",
      isNoted: true,
    })),
  );
  const renamed = draft.ignored.map((each) => ({ ...each, variable: `obs.${each.variable}` }));
  return { ...draft, views: [], ignored: [...ignored, ...renamed, ...unused] };
}

/** The parts as one layout, under the variables' own names. */
export function joinNamed(parts: readonly FileLayout[]): ReturnType<typeof joinFiles> {
  const joined = joinFiles(parts);
  const account = parts.flatMap(({ layout }) => layout.account);
  const seen = new Set<string>();
  const once = account.filter(({ variable, role }: AccountEntry) => {
    const key = `${role} ${variable}`;
    return !seen.has(key) && seen.add(key);
  });
  const rows = parts.map(({ layout }) => layout.ids?.join("\n"));
  const isAligned = rows.every((each) => each === rows[0]);
  return {
    ...joined,
    account: once,
    notes: isAligned
      ? parts.flatMap(({ layout }) => layout.notes.filter((note) => !note.startsWith("no labels")))
      : joined.notes,
  };
}
