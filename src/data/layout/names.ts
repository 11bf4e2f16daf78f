// Names that a file gives in lists of strings: of its views and of its classes.
import type { Labels } from "../dataset.js";
import { strings } from "../formats/variables.js";
import type { Entry } from "./entry.js";
import type { ReadLabels } from "./labels.js";
import type { ViewPlan } from "./view.js";
import { isClassNames, isViewNames } from "./words.js";

/** A list that names something, and what it names. */
export interface NamedBy<T> {
  readonly named: T;
  readonly reference?: string;
  readonly note?: string;
}

/** Names for the views that the file gives in a list of strings (view_names, modalities, …), else those they have. */
export function viewNames(
  plans: readonly Pick<ViewPlan, "name" | "reference" | "variable">[],
  entries: readonly Entry[],
): NamedBy<readonly string[]> {
  for (const { reference, variable } of entries) {
    const lines = strings(variable)?.map((line) => line.trim());
    if (!isViewNames(reference) || lines?.length !== plans.length) continue;
    if (lines.includes("") || new Set(lines).size !== lines.length) continue;
    const list = lines
      .map((line, i) => `${line} is ${plans[i]!.reference} (${plans[i]!.variable.shape.join("×")})`)
      .join(", ");
    const note = `view names come from ${reference}: ${list}; where that is wrong, name the views with --views`;
    return { named: lines, reference, note };
  }
  return { named: plans.map(({ name }) => name) };
}

/** The labels under the names of a list of strings, where the file has one: one name per class, or per number from 0 or 1. */
export function withClassNames(read: ReadLabels, entries: readonly Entry[], labeled: string): NamedBy<Labels> {
  const { labels, codes } = read;
  const numbered = codes !== undefined || labels.names.every((name, i) => name === String(i));
  if (!numbered) return { named: labels };
  const classes = labels.names.length;
  const codeList = codes ?? labels.names.map(Number);
  for (const { reference, variable } of entries) {
    const lines = strings(variable);
    if (reference === labeled || !lines || lines.length < classes || !isClassNames(reference)) continue;
    const least = codeList[0]!;
    const most = codeList.at(-1)!;
    const base =
      lines.length === classes
        ? undefined
        : least === 0 && most < lines.length
          ? 0
          : least >= 1 && most === lines.length
            ? 1
            : -1;
    if (base === -1 || new Set(lines).size !== lines.length || lines.includes("")) continue;
    const names = codeList.map((code, c) => lines[base === undefined ? c : code - base]!);
    return { named: { ...labels, names }, reference, note: `class names come from ${reference}` };
  }
  return { named: labels };
}
