// Compressed sparse rows as compressed sparse columns.
import type { UserError } from "../../errors.js";
import type { NumericArray, SparseColumns } from "./variables.js";

/** Outer position k has its inner positions and values at offsets[k] … offsets[k+1]-1, in any order. */
export interface Compressed {
  readonly offsets: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: NumericArray;
}

/**
 * A matrix of compressed rows as compressed columns, each with ascending rows; values at one place are added up, as SciPy does.
 * @throws UserError (made by `complain`) where the arrays contradict each other.
 */
export function columnsOfRows(
  rows: Compressed,
  shape: readonly [number, number],
  complain: (what: string) => UserError,
): SparseColumns {
  const { offsets, indices, values } = exchange(rows, shape[0], shape[1], complain);
  return { columnOffsets: offsets, rowIndices: indices, values };
}

/** Compressed columns whose rows may be in any order, in ascending order. @throws UserError as `columnsOfRows`. */
export function sortedColumns(
  columns: Compressed,
  shape: readonly [number, number],
  complain: (what: string) => UserError,
): SparseColumns {
  const { offsets, indices, values } = columns;
  let ascending = true;
  for (let j = 0; j + 1 < offsets.length && ascending; j++) {
    for (let e = offsets[j]! + 1; e < offsets[j + 1]! && e < indices.length; e++) {
      if (indices[e]! <= indices[e - 1]!) {
        ascending = false;
        break;
      }
    }
  }
  if (ascending) return { columnOffsets: offsets, rowIndices: indices, values };
  return columnsOfRows(exchange(columns, shape[1], shape[0], complain), shape, complain);
}

/** Outer and inner axis exchanged: the inner positions come out ascending. */
function exchange(
  { offsets, indices, values }: Compressed,
  outer: number,
  inner: number,
  complain: (what: string) => UserError,
): Compressed {
  const entries = offsets[outer] ?? 0;
  if (offsets.length !== outer + 1 || offsets[0] !== 0 || entries > indices.length || entries > values.length) {
    throw complain(`a sparse matrix of ${outer} compressed rows or columns with ${offsets.length} offsets`);
  }
  const starts = new Uint32Array(inner + 1);
  for (let e = 0; e < entries; e++) {
    if (indices[e]! >= inner) throw complain(`a sparse matrix with a value at ${indices[e]} where ${inner} are`);
    starts[indices[e]! + 1]!++;
  }
  for (let i = 0; i < inner; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const turned = new Uint32Array(entries);
  const moved = new (values.constructor as new (length: number) => NumericArray)(entries);
  for (let k = 0; k < outer; k++) {
    if (offsets[k + 1]! < offsets[k]! || offsets[k + 1]! > entries) {
      throw complain(`a sparse matrix whose offsets fall at ${k}`);
    }
    for (let e = offsets[k]!; e < offsets[k + 1]!; e++) {
      const at = next[indices[e]!]!++;
      turned[at] = k;
      moved[at] = values[e]!;
    }
  }
  return merged({ offsets: starts, indices: turned, values: moved });
}

/** Neighbors at one place added up. */
function merged({ offsets, indices, values }: Compressed): Compressed {
  let kept = 0;
  let start = 0;
  for (let k = 0; k + 1 < offsets.length; k++) {
    const end = offsets[k + 1]!;
    const first = kept;
    for (let e = start; e < end; e++) {
      if (kept > first && indices[kept - 1] === indices[e]) values[kept - 1]! += values[e]!;
      else {
        indices[kept] = indices[e]!;
        values[kept++] = values[e]!;
      }
    }
    start = end;
    offsets[k + 1] = kept;
  }
  return { offsets, indices: indices.subarray(0, kept), values: values.subarray(0, kept) };
}
