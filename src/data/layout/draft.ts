// A reading of a file before its numbers are read: which variable is what, and why.
import { AmbiguousDataError, type Choice } from "../../errors.js";
import type { Splits } from "../dataset.js";
import type { Ignored } from "./account.js";
import type { Entry } from "./entry.js";
import type { LabelCandidate } from "./labels.js";
import type { ViewSelection } from "./selection.js";
import type { ViewPlan } from "./view.js";

/** What a user can say about a file; each is a flag of the command line. */
export interface LayoutOptions {
  /** Which variables are the views; found by name and shape where absent. */
  readonly views?: readonly ViewSelection[];
  /** Which variable holds the labels, or "none"; found by name where absent. */
  readonly labels?: string;
  /** Which variable holds the ids of the samples, or "none". */
  readonly ids?: string;
  /** Which variable says the part (train, test, …) of each sample, or "none". */
  readonly splits?: string;
  /** Variables or columns to leave out. */
  readonly ignore?: readonly string[];
  /** Whether the samples of matrices are their rows or their columns, where nothing else says so. */
  readonly samples?: "rows" | "columns";
  /** Single missing values of views stay, as NaN, and the views are marked `incomplete`; by default they are refused. */
  readonly keepsMissing?: boolean;
  /** Columns of a table without a single value stay features; by default they are left out. */
  readonly keepsEmpty?: boolean;
  /** Whether labels may be found by what a column holds, where no name says it; by default they may. */
  readonly guessesLabels?: boolean;
}

/** One reading of variables. */
export interface Draft {
  readonly samples: number;
  readonly views: readonly ViewPlan[];
  readonly labels?: LabelCandidate;
  /** Columns that could be the labels, where none is. */
  readonly possibleLabels?: readonly string[];
  /** Further labels, compared with those that are used. */
  readonly otherLabels: readonly LabelCandidate[];
  readonly ids?: { readonly reference: string; readonly lines: readonly string[]; readonly isAxis?: boolean };
  readonly splits?: { readonly reference: string; readonly splits: Splits; readonly isList?: boolean };
  readonly ignored: readonly Ignored[];
  /** Where lists of names are looked for. */
  readonly entries: readonly Entry[];
  readonly notes: readonly string[];
}

/** The flags for some options, as they are typed. */
export function flagsOf({ views, labels, ids, splits, ignore, samples }: LayoutOptions): string {
  const quote = (text: string) => (/^[\w.,=:*+/-]+$/.test(text) ? text : `"${text}"`);
  const flags: string[] = [];
  if (views) flags.push(`--views ${quote(views.map(({ name, variable }) => `${name}=${variable}`).join(","))}`);
  if (labels !== undefined) flags.push(`--labels ${quote(labels)}`);
  if (ids !== undefined) flags.push(`--ids ${quote(ids)}`);
  if (splits !== undefined) flags.push(`--splits ${quote(splits)}`);
  for (const name of ignore ?? []) flags.push(`--ignore ${quote(name)}`);
  if (samples !== undefined) flags.push(`--samples ${samples}`);
  return flags.join(" ");
}

/** A way to go on that is a setting of these options. */
export const choice = (options: LayoutOptions, meaning: string): Choice => ({
  flags: flagsOf(options),
  meaning,
  options: { ...options },
});

/** @throws AmbiguousDataError with the choices, the likeliest first. */
export function ask(path: string, question: string, choices: readonly Choice[]): never {
  throw new AmbiguousDataError(`${path}: ${question}`, choices);
}
