// From a variable to a view: its matrix, in memory or on disk, what is missing in it, and what float32 loses of it.
import { UserError } from "../../errors.js";
import type { View } from "../dataset.js";
import type { NumericVariable, SparseVariable } from "../formats/variables.js";
import { isTooLarge, storeRows } from "../stored-rows.js";
import { few } from "./account.js";
import { inspect, toMatrix } from "./matrix.js";
import { indistinctColumns } from "./precision.js";

/** A variable that is to become a view. */
export interface ViewPlan {
  readonly name: string;
  /** How the user would name it: X{1}, X1, data.image. */
  readonly reference: string;
  readonly variable: NumericVariable | SparseVariable;
  /** Samples run along the last axis (features × samples) rather than the first. */
  readonly samplesLast: boolean;
  /** Names of the columns, where the file has them. */
  readonly features?: readonly string[];
  /** The columns of a table that it is made of. */
  readonly columns?: readonly string[];
}

/**
 * Reads a variable as a view; what is odd or was changed goes to the notes, a line each.
 * @param keepsMissing whether single missing values stay, as NaN.
 * @throws UserError where it holds other NaN, infinity or nothing.
 */
export async function readView(
  plan: ViewPlan,
  path: string,
  notes: string[],
  keepsMissing: boolean | undefined,
): Promise<View> {
  const { name, reference, variable, samplesLast, features } = plan;
  const fail = (what: string) =>
    new UserError(`${path}: view "${name}"${reference === name ? "" : ` (${reference})`} ${what}`);
  const onDisk = variable.kind === "numeric" && isTooLarge(variable, samplesLast);
  const read = onDisk ? storeRows(variable, samplesLast, path, reference) : toMatrix(variable, samplesLast, fail);
  const { matrix, present, range, missing: holes } = inspect(await read, fail, { features, keepsMissing });
  if (onDisk)
    notes.push(`view "${name}" is too large for memory: its rows are read from disk, from a copy in the cache`);
  if (samplesLast && matrix.columns > 1) notes.push(`view "${name}" is stored as features × samples; it is turned`);
  if (present) {
    const missing = present.reduce((sum, each) => sum + 1 - each, 0);
    notes.push(`view "${name}": ${missing} of ${matrix.rows} samples are all NaN; they count as missing in this view`);
  }
  if (holes !== undefined) {
    notes.push(`view "${name}": ${holes} single ${holes === 1 ? "value is" : "values are"} missing`);
  }
  if (range && variable.kind === "numeric") {
    const lost = await indistinctColumns(variable, samplesLast, range, matrix.rows);
    if (lost.length > 0) {
      const names = lost.map((column) => (features ? JSON.stringify(features[column]) : String(column)));
      notes.push(
        `view "${name}": most values of ${lost.length === 1 ? "column" : "columns"} ${few(names)} are one and the same as float32, whose precision ends at 7 digits; subtract an offset before, such as the first value`,
      );
    }
  }
  return {
    name,
    matrix,
    ...(present && { present }),
    ...(features && { features }),
    ...(holes !== undefined && { incomplete: true }),
  };
}
