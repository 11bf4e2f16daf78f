// Optimal assignment of rows to columns (the linear sum assignment problem) by shortest augmenting paths.

/**
 * Assigns rows to columns one to one so that the sum of the chosen profits is greatest; min(rows, columns) pairs are made.
 * Jonker and Volgenant's shortest augmenting path method with dual potentials (Computing 38, 1987), in the rectangular form
 * of Crouse (IEEE TAES 52(4), 2016); time O(min² · max).
 * @param profits rows × columns finite numbers, row after row.
 * @returns for each row its column, or −1.
 */
export function assign(profits: ArrayLike<number>, rows: number, columns: number): Int32Array {
  if (profits.length !== rows * columns) {
    throw new RangeError(`assign: ${profits.length} profits for ${rows} × ${columns}`);
  }
  if (rows <= columns) return assignWide((i, j) => -profits[i * columns + j]!, rows, columns);
  const rowOfColumn = assignWide((j, i) => -profits[i * columns + j]!, columns, rows);
  const result = new Int32Array(rows).fill(-1);
  for (let j = 0; j < columns; j++) result[rowOfColumn[j]!] = j;
  return result;
}

/** Least-cost assignment of every row, rows ≤ columns. */
function assignWide(cost: (row: number, column: number) => number, rows: number, columns: number): Int32Array {
  const rowPotential = new Float64Array(rows);
  const columnPotential = new Float64Array(columns);
  const columnOf = new Int32Array(rows).fill(-1);
  const rowOf = new Int32Array(columns).fill(-1);
  const distance = new Float64Array(columns);
  const from = new Int32Array(columns);
  const done = new Uint8Array(columns);
  for (let start = 0; start < rows; start++) {
    distance.fill(Number.POSITIVE_INFINITY);
    done.fill(0);
    let row = start;
    let base = 0;
    let sink = -1;
    while (sink < 0) {
      let nearest = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let j = 0; j < columns; j++) {
        if (done[j]) continue;
        const through = base + cost(row, j) - rowPotential[row]! - columnPotential[j]!;
        if (through < distance[j]!) {
          distance[j] = through;
          from[j] = row;
        }
        const closer = distance[j]! < least || (distance[j] === least && rowOf[j]! < 0 && rowOf[nearest]! >= 0);
        if (closer) {
          least = distance[j]!;
          nearest = j;
        }
      }
      done[nearest] = 1;
      base = least;
      if (rowOf[nearest]! < 0) sink = nearest;
      else row = rowOf[nearest]!;
    }
    rowPotential[start]! += base;
    for (let j = 0; j < columns; j++) {
      if (!done[j] || j === sink) continue;
      rowPotential[rowOf[j]!]! += base - distance[j]!;
      columnPotential[j]! -= base - distance[j]!;
    }
    for (let j = sink; ; ) {
      const owner = from[j]!;
      const previous = columnOf[owner]!;
      rowOf[j] = owner;
      columnOf[owner] = j;
      if (owner === start) break;
      j = previous;
    }
  }
  return columnOf;
}
