// Products of small row-major matrices in float64.

/** Row-major float64 matrix. */
export interface Matrix64 {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function matrix64(rows: number, columns: number, data = new Float64Array(rows * columns)): Matrix64 {
  if (data.length !== rows * columns) throw new RangeError(`matrix64: ${data.length} values for ${rows} × ${columns}`);
  return { rows, columns, data };
}

export function transposed({ rows, columns, data }: Matrix64): Matrix64 {
  const result = matrix64(columns, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result.data[j * rows + i] = data[i * columns + j]!;
  return result;
}

/** a · b; zeros of a cost nothing. */
export function product(a: Matrix64, b: Matrix64): Matrix64 {
  if (a.columns !== b.rows) throw new RangeError(`product: ${a.rows} × ${a.columns} by ${b.rows} × ${b.columns}`);
  const result = matrix64(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    const target = result.data.subarray(i * b.columns, (i + 1) * b.columns);
    for (let k = 0; k < a.columns; k++) {
      const factor = a.data[i * a.columns + k]!;
      if (factor === 0) continue;
      const from = k * b.columns;
      for (let j = 0; j < b.columns; j++) target[j]! += factor * b.data[from + j]!;
    }
  }
  return result;
}

/** f of every value. */
export function map(a: Matrix64, f: (value: number) => number): Matrix64 {
  return { ...a, data: a.data.map(f) };
}

/** Mean over rows of the sums of |a − b|. */
export function meanRowDistance(a: Matrix64, b: Matrix64): number {
  let sum = 0;
  for (let e = 0; e < a.data.length; e++) sum += Math.abs(a.data[e]! - b.data[e]!);
  return sum / a.rows;
}
