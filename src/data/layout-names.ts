// Names that a file gives in lists of strings: of its views, of its classes, of its samples.
import type { Labels } from "./dataset.js";
import type { Found } from "./layout-find.js";
import type { ReadLabels } from "./layout-labels.js";
import type { Scope } from "./layout-selection.js";
import { hasIdName } from "./layout-table.js";
import { count, strings, type Variable } from "./readers/variables.js";

/** Names for the views that the file gives in a list of strings (view_names, modalities, …), else those they have. */
export function viewNames(found: readonly Found[], scope: Scope, notes: string[]): string[] {
  for (const [name, variable] of scope) {
    const lines = strings(variable)?.map((line) => line.trim());
    if (!/view|modal/i.test(name) || lines?.length !== found.length) continue;
    if (lines.includes("") || new Set(lines).size !== lines.length) continue;
    const list = lines
      .map((line, i) => `${line} is ${found[i]!.reference} (${found[i]!.variable.shape.join("×")})`)
      .join(", ");
    notes.push(`view names come from ${name}: ${list}; where that is wrong, name the views with --views`);
    return lines;
  }
  return found.map(({ name }) => name);
}

/**
 * Names for the classes where the file has a list of strings for them: one per class, or one per number from 0 or 1.
 * @returns the labels under those names, and what to tell the user.
 */
export function withClassNames(read: ReadLabels, scope: Scope, reference: string): { labels: Labels; note?: string } {
  const { labels, codes } = read;
  const numbered = codes !== undefined || labels.names.every((name, i) => name === String(i));
  if (!numbered) return { labels };
  const classes = labels.names.length;
  const codeList = codes ?? labels.names.map(Number);
  for (const [name, variable] of scope) {
    const lines = strings(variable);
    if (name === reference || !lines || lines.length < classes || !/class|label|categor|target|topic|gnd/i.test(name))
      continue;
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
    return { labels: { ...labels, names }, note: `class names come from ${name}` };
  }
  return { labels };
}

/** One string per sample, all different, from a variable with a usual name. */
export async function findIds(
  scope: Scope,
  samples: number,
  labels: string | undefined,
): Promise<string[] | undefined> {
  for (const [name, variable] of scope) {
    if (name === labels || !hasIdName(name)) continue;
    const lines = await asLines(variable);
    if (lines?.length === samples && new Set(lines).size === samples) return lines;
  }
  return undefined;
}

async function asLines(variable: Variable): Promise<string[] | undefined> {
  const lines = strings(variable);
  if (lines) return [...lines];
  const isVector = variable.kind === "numeric" && count(variable.shape) === Math.max(...variable.shape);
  return isVector ? Array.from(await variable.read(), String) : undefined;
}
