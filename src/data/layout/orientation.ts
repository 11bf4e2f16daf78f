// How many samples there are, and on which side of each matrix.
import { UserError } from "../../errors.js";
import type { Arrays, Found } from "./array-state.js";
import type { LayoutOptions } from "./draft.js";
import { isMatrix, matrixOf, sampleAxes } from "./entry.js";
import { matrixCode } from "./facts.js";
import type { LabelCandidate } from "./labels.js";

export async function orient(
  state: Arrays,
  found: readonly Found[],
  lengths: readonly number[],
  labels: LabelCandidate | undefined,
): Promise<{ samples: number; samplesLast: boolean[] }> {
  const { path, rowsAreUsual, options } = state;
  const preferred = labels && (await oneLabelEach(labels));
  const result = orientViews(found, preferred ?? lengths, labels?.reference, rowsAreUsual, path, options.samples);
  state.notes.push(...result.notes);
  return result;
}

/** A label matrix whose one side has exactly one class in each place says by that which side is the samples. */
async function oneLabelEach(labels: LabelCandidate): Promise<number[] | undefined> {
  const variable = matrixOf(labels.variable);
  if (!variable) return undefined;
  const code = await matrixCode(variable);
  if (!code || variable.shape.length !== 2) return undefined;
  const isOne = (counts: Int32Array) => counts.length > 1 && counts.every((each) => each === 1);
  const [rows, columns] = [isOne(code.inRows), isOne(code.inColumns)];
  if (rows === columns) return undefined;
  const [height, width] = variable.shape as [number, number];
  return rows ? [height, width] : [width, height];
}

/**
 * The number of samples, and for each matrix whether they run along its last axis. The labels' length decides, else the length
 * that all matrices share; a square one goes the way of the others.
 * @param lengths how many samples the labels may be for, the likeliest first; empty without labels.
 * @param rowsAreUsual without labels, whether the file's format has samples in rows by custom.
 * @throws UserError where no length fits all.
 */
export function orientViews(
  found: readonly Found[],
  lengths: readonly number[],
  labels: string | undefined,
  rowsAreUsual: boolean,
  path: string,
  requested?: LayoutOptions["samples"],
): { samples: number; samplesLast: boolean[]; notes: string[] } {
  const ends = found.map(({ variable }) => sampleAxes(variable));
  const fits = (n: number) => ends.every(({ first, last }) => first === n || last === n);
  const notes: string[] = [];
  let samples: number;
  const common = [...new Set([ends[0]!.first, ends[0]!.last])].filter(fits);
  const list = found.map(({ reference, variable }) => `${reference} ${variable.shape.join("×")}`).join(", ");
  const rows = common.find((n) => ends.every(({ first }) => first === n));
  const columns = common.find((n) => ends.every(({ last }) => last === n));
  const wanted = requested === "rows" ? rows : requested === "columns" ? columns : undefined;
  if (requested !== undefined && wanted === undefined)
    throw new UserError(`${path}: --samples ${requested}: the views do not share that side: ${list}`);
  if (wanted !== undefined) samples = wanted;
  else if (labels === undefined) {
    if (common.length === 0)
      throw new UserError(`${path}: the views differ in length: ${list}; choose some with --views`);
    samples = rows ?? columns ?? Math.max(...common);
    if (common.length > 1 && !rowsAreUsual) {
      const other = requested === undefined && rows !== undefined ? "; --samples columns for the other side" : "";
      notes.push(`without labels nothing says which side holds the samples: ${samples} samples are assumed${other}`);
    }
  } else {
    const fitting = lengths.find(fits);
    if (fitting === undefined) {
      const odd = ends.findIndex(({ first, last }) => !lengths.some((n) => first === n || last === n));
      const view = found[Math.max(0, odd)]!;
      throw new UserError(
        `${path}: ${view.reference} is ${view.variable.shape.join("×")}, but the labels ${labels} are for ${[...new Set(lengths)].join(" or ")} samples; expected one side of that length`,
      );
    }
    samples = fitting;
  }
  const certain = ends.filter(({ first, last }) => (first === samples) !== (last === samples));
  const mostlyLast =
    certain.filter(({ last }) => last === samples).length * 2 > certain.length || requested === "columns";
  const samplesLast = ends.map(({ first, last }, i) => {
    if (first !== last) return last === samples && first !== samples;
    const isPlane = isMatrix(found[i]!.variable);
    if (isPlane)
      notes.push(`view "${found[i]!.name}" is square: its ${mostlyLast ? "columns" : "rows"} are taken as samples`);
    // a vector stands or lies as its shape says
    const { shape } = found[i]!.variable;
    return isPlane ? mostlyLast : shape.length === 2 && shape[0] !== samples;
  });
  return { samples, samplesLast, notes };
}
