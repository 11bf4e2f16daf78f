// Matrices and views one below the other.
import type { View } from "./dataset.js";
import { dense, gatherRows, type Matrix, type SparseMatrix } from "./matrix.js";

/**
 * The rows of all matrices in order: copied where all are dense or all are sparse, otherwise looked up when gathered.
 * @throws RangeError where there is no matrix or their columns differ.
 */
export function stackRows(matrices: readonly Matrix[]): Matrix {
  const [first] = matrices;
  if (!first) throw new RangeError("stackRows: no matrix");
  if (matrices.length === 1) return first;
  const { columns } = first;
  const odd = matrices.find((matrix) => matrix.columns !== columns);
  if (odd) throw new RangeError(`stackRows: ${odd.columns} columns below ${columns}`);
  const starts = matrices.map((_, m) => matrices.slice(0, m).reduce((sum, { rows }) => sum + rows, 0));
  const rows = starts.at(-1)! + matrices.at(-1)!.rows;
  const denses = matrices.flatMap((matrix) => (matrix.kind === "dense" ? matrix : []));
  if (denses.length === matrices.length) {
    const stacked = dense(rows, columns);
    for (const [m, { data }] of denses.entries()) stacked.data.set(data, starts[m]! * columns);
    return stacked;
  }
  const sparses = matrices.flatMap((matrix) => (matrix.kind === "sparse" ? matrix : []));
  if (sparses.length === matrices.length) return stackSparse(sparses, starts, rows);
  return {
    kind: "lazy",
    rows,
    columns,
    gather: (requested, target) => {
      // Neighbors of one matrix are requested together, so that a stored one can read them at once.
      for (let i = 0; i < requested.length; ) {
        const m = starts.findLastIndex((start) => start <= requested[i]!);
        let end = i + 1;
        while (
          end < requested.length &&
          requested[end]! >= starts[m]! &&
          requested[end]! < starts[m]! + matrices[m]!.rows
        )
          end++;
        const own = Int32Array.from({ length: end - i }, (_, k) => requested[i + k]! - starts[m]!);
        gatherRows(matrices[m]!, own, target.subarray(i * columns, end * columns));
        i = end;
      }
    },
  };
}

/** The samples of all views in order, under the first one's name; they have as many columns. */
export function stackViews(views: readonly View[]): View {
  const { name, features } = views[0]!;
  const matrix = stackRows(views.map((view) => view.matrix));
  const incomplete = views.some((view) => view.incomplete);
  const view = { name, matrix, ...(features && { features }), ...(incomplete && { incomplete }) };
  if (views.every(({ present }) => !present)) return view;
  const masks = views.map(({ present, matrix: { rows } }) => present ?? new Uint8Array(rows).fill(1));
  return { ...view, present: Uint8Array.from(masks.flatMap((mask) => [...mask])) };
}

function stackSparse(matrices: readonly SparseMatrix[], starts: readonly number[], rows: number): SparseMatrix {
  const offsets = new Uint32Array(rows + 1);
  const lengths = matrices.map((matrix) => matrix.offsets[matrix.rows]!);
  const entries = lengths.reduce((sum, length) => sum + length, 0);
  const indices = new Uint32Array(entries);
  const values = new Float32Array(entries);
  let at = 0;
  for (const [m, matrix] of matrices.entries()) {
    for (let row = 0; row <= matrix.rows; row++) offsets[starts[m]! + row] = at + matrix.offsets[row]!;
    indices.set(matrix.indices.subarray(0, lengths[m]), at);
    values.set(matrix.values.subarray(0, lengths[m]), at);
    at += lengths[m]!;
  }
  return { kind: "sparse", rows, columns: matrices[0]!.columns, offsets, indices, values };
}
