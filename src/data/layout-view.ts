// From a variable to a view: its matrix, in memory or on disk, what is missing in it, and what to tell of it.
import { UserError } from "../errors.js";
import type { View } from "./dataset.js";
import type { Found } from "./layout-find.js";
import { inspect, toMatrix } from "./layout-matrix.js";
import { isTooLarge, storeRows } from "./stored-rows.js";

/**
 * Reads a variable as a view; what is odd or was assumed goes to the notes, a line each.
 * @throws UserError where it holds NaN, infinity or nothing.
 */
export async function readView(
  name: string,
  { reference, variable }: Found,
  samplesLast: boolean,
  path: string,
  notes: string[],
): Promise<View> {
  const fail = (what: string) =>
    new UserError(`${path}: view "${name}"${reference === name ? "" : ` (${reference})`} ${what}`);
  const onDisk = variable.kind === "numeric" && isTooLarge(variable, samplesLast);
  const read = onDisk ? storeRows(variable, samplesLast, path, reference) : toMatrix(variable, samplesLast, fail);
  const { matrix, present, constantColumns } = inspect(await read, fail);
  if (onDisk)
    notes.push(`view "${name}" is too large for memory: its rows are read from disk, from a copy in the cache`);
  if (samplesLast) notes.push(`view "${name}" is stored as features × samples; it is turned`);
  if (constantColumns > 0) notes.push(`view "${name}": ${constantColumns} of ${matrix.columns} columns are constant`);
  if (present) {
    const missing = present.reduce((sum, each) => sum + 1 - each, 0);
    notes.push(`view "${name}": ${missing} of ${matrix.rows} samples are all NaN; they count as missing in this view`);
  }
  const names = "names" in variable ? variable.names : undefined;
  const features = samplesLast ? names?.rows : names?.columns;
  return { name, matrix, ...(present && { present }), ...(features && { features }) };
}
