// Columns whose values float32 cannot tell apart: times in seconds, large numbers with small differences.
import type { NumericVariable } from "../formats/variables.js";
import { matrixSize } from "./matrix.js";

/** Element types that hold more digits than float32. */
const longer = new Set(["double", "int32", "uint32", "int64", "uint64"]);
/** Distance of two neighboring float32 numbers, relative to their size. */
const spacing = 2 ** -23;

/**
 * The columns that have less than half as many different values as float32 than in the file.
 * @param range least and greatest value of each column as float32: only columns that are narrow for their size are read again.
 */
export async function indistinctColumns(
  variable: NumericVariable,
  samplesLast: boolean,
  { min, max }: { readonly min: Float32Array; readonly max: Float32Array },
  samples: number,
): Promise<number[]> {
  if (!longer.has(variable.element)) return [];
  const suspects: number[] = [];
  for (let j = 0; j < min.length; j++) {
    const size = Math.max(Math.abs(min[j]!), Math.abs(max[j]!));
    if (size > 0 && max[j]! - min[j]! < size * spacing * 4 * samples) suspects.push(j);
  }
  // pictures and volumes: their columns lie apart, and pixels do not get that large
  if (suspects.length === 0 || variable.shape.length > 2) return [];
  const columns = await readColumns(variable, samplesLast, suspects, samples);
  return suspects.filter((_, s) => {
    const exact = new Set(columns[s]!).size;
    return exact > 1 && new Set(Float32Array.from(columns[s]!)).size * 2 < exact + 1;
  });
}

async function readColumns(
  variable: NumericVariable,
  samplesLast: boolean,
  chosen: readonly number[],
  samples: number,
): Promise<Float64Array[]> {
  const [rows, columns] = matrixSize(variable, samplesLast);
  const result = chosen.map(() => new Float64Array(samples));
  const byColumn = columns > 1 && (variable.order === "column") !== samplesLast;
  if (byColumn) {
    for (const [c, column] of chosen.entries()) result[c]!.set(await variable.read(column, column + 1));
    return result;
  }
  const step = variable.shape[0] === 1 && rows > 1 ? rows : Math.max(1, Math.floor(2 ** 22 / columns));
  for (let start = 0; start < rows; start += step) {
    const end = Math.min(rows, start + step);
    const block = step === rows ? await variable.read() : await variable.read(start, end);
    for (let i = start; i < end; i++) {
      for (const [c, column] of chosen.entries()) result[c]![i] = block[(i - start) * columns + column]!;
    }
  }
  return result;
}
