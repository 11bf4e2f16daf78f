// Principal component analysis.

import { Random } from "../../core/kernels/random.js";
import type { Engine } from "../../core/runtime/engine.js";
import { matmul } from "../../core/runtime/matmul.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { type Points, toPoints } from "./points.js";
import { symmetricEigen } from "./symmetric-eigen.js";

export interface Pca {
  /** Mean of each column. */
  readonly mean: Float64Array;
  /** components × columns: unit rows, each signed so that its entry of greatest size is positive. */
  readonly components: DenseMatrix;
  /** Variance along each component (divisor rows − 1), descending. */
  readonly variances: Float64Array;
  /** The same as shares of the total variance. */
  readonly ratios: Float64Array;
}

/** Up to this many rows or columns all eigenvectors are computed; beyond it, a few may be found by subspace iteration. */
const fullSize = 500;
/** Rows that are made orthonormal one by one; more go through matrix products. */
const blockWidth = 32;
/** Directions that subspace iteration follows beside those requested, and how often it applies XᵀX. */
const [oversampling, powers] = [10, 7];
/** Rows whose products are summed in float32 before float64 takes over. */
const blockRows = 4096;

/**
 * The directions of greatest variance of the rows of x. With up to 500 rows or columns, when most components are wanted, or
 * where it does not take much longer, as for far more rows than columns: eigenvectors of the covariance matrix, or of the Gram
 * matrix where rows are fewer than columns. Otherwise randomized subspace iteration with 10 more directions and 7 power
 * iterations (Halko, Martinsson and Tropp, SIAM Review 53, 2011, algorithms 4.4 and 5.1), as scikit-learn chooses too.
 * Products are float32: variances under 1e-6 of the greatest are noise.
 * A component without variance is a row of zeros.
 * @throws UserError where more components are requested than rows or columns, or x holds NaN or infinity.
 */
export async function fitPca(x: DenseMatrix, components: number, engine: Engine): Promise<Pca> {
  const most = Math.min(x.rows, x.columns);
  if (!Number.isInteger(components) || components < 1 || components > most) {
    throw new UserError(
      `PCA: ${components} components requested, expected 1 to ${most} of a ${x.rows} × ${x.columns} matrix`,
    );
  }
  const points = toPoints(x);
  const full = most <= fullSize || components >= 0.8 * most || eigenvectorsAreWorthIt(x, components);
  const { axes, squares } = await (full ? eigenvectors : subspace)(engine, points, components);
  const total = points.squares.reduce((sum, square) => sum + square, 0);
  fixSigns(axes, x.columns);
  return {
    mean: points.origin,
    components: { kind: "dense", rows: components, columns: x.columns, data: axes },
    variances: squares.map((square) => (x.rows > 1 ? square / (x.rows - 1) : 0)),
    ratios: squares.map((square) => (total > 0 ? square / total : 0)),
  };
}

/**
 * In nanoseconds, as measured: the eigenvectors of n × n take some 12 n³; to orthonormalize w rows of length l takes 4 w l for each
 * row of a block and w² l / 20 in products, for rows as long as x has rows and as it has columns in turn. Four times the time is
 * taken for eigenvectors, which are exact.
 */
function eigenvectorsAreWorthIt({ rows, columns }: DenseMatrix, components: number): boolean {
  const width = components + oversampling;
  const iterations = powers * (4 * blockWidth * width + width ** 2 / 20) * (rows + columns);
  return 12 * Math.min(rows, columns) ** 3 < 4 * iterations;
}

/** The rows of x along the components: rows × components. */
export async function transformPca({ mean, components }: Pca, x: DenseMatrix, engine: Engine): Promise<DenseMatrix> {
  if (x.columns !== components.columns) {
    throw new UserError(`PCA: fitted on ${components.columns} dimensions, given ${x.columns}`);
  }
  const { data } = toPoints(x, mean);
  const shape = { m: x.rows, k: x.columns, n: components.rows, transposeB: true };
  const coordinates = await matmul(engine, data, components.data, shape);
  return { kind: "dense", rows: x.rows, columns: components.rows, data: coordinates };
}

interface Directions {
  /** components × columns, unit rows. */
  readonly axes: Float32Array;
  /** Sum of squares of the points along each. */
  readonly squares: Float64Array;
}

async function eigenvectors(engine: Engine, points: Points, components: number): Promise<Directions> {
  const { rows, columns, data } = points;
  if (rows >= columns) {
    const { values, vectors } = symmetricEigen(engine.kernels, await scatterMatrix(engine, points), columns);
    return {
      axes: Float32Array.from(vectors.subarray(0, components * columns)),
      squares: values.slice(0, components).map((value) => Math.max(0, value)),
    };
  }
  const gram = await matmul(engine, data, data, { m: rows, k: columns, n: rows, transposeB: true });
  const { vectors } = symmetricEigen(engine.kernels, Float64Array.from(gram), rows);
  return scaledAxes(engine, points, Float32Array.from(vectors.subarray(0, components * rows)), components);
}

/** Right singular vectors that belong to left ones: v = Xᵀu / ‖Xᵀu‖. */
async function scaledAxes(engine: Engine, points: Points, left: Float32Array, components: number): Promise<Directions> {
  const { rows, columns, data } = points;
  const axes = await matmul(engine, left, data, { m: components, k: rows, n: columns });
  const squares = new Float64Array(components);
  for (let c = 0; c < components; c++) {
    const axis = axes.subarray(c * columns, (c + 1) * columns);
    squares[c] = axis.reduce((sum, value) => sum + value * value, 0);
    const negligible = squares[c]! <= 1e-12 * squares[0]!;
    if (negligible) squares[c] = 0;
    const scale = negligible ? 0 : 1 / Math.sqrt(squares[c]!);
    for (let j = 0; j < columns; j++) axis[j]! *= scale;
  }
  return { axes, squares };
}

/** XᵀX, blocks of rows in float32 summed in float64. */
async function scatterMatrix(engine: Engine, { rows, columns, data }: Points): Promise<Float64Array> {
  const sum = new Float64Array(columns * columns);
  const block = new Float32Array(columns * columns);
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    const part = data.subarray(first * columns, (first + count) * columns);
    await matmul(engine, part, part, { m: columns, k: count, n: columns, transposeA: true }, block);
    for (let e = 0; e < sum.length; e++) sum[e]! += block[e]!;
  }
  return sum;
}

async function subspace(engine: Engine, points: Points, components: number): Promise<Directions> {
  const { rows, columns, data } = points;
  const width = Math.min(components + oversampling, rows, columns);
  const random = new Random(0, "PCA");
  /** width × rows: spans approximately the leading left singular vectors. */
  let left: Float32Array = Float32Array.from({ length: width * rows }, () => random.normal());
  await orthonormalize(engine, left, width, rows);
  for (let power = 0; power < powers; power++) {
    const right = await matmul(engine, left, data, { m: width, k: rows, n: columns });
    await orthonormalize(engine, right, width, columns);
    left = await matmul(engine, right, data, { m: width, k: columns, n: rows, transposeB: true });
    await orthonormalize(engine, left, width, rows);
  }
  // within the subspace: eigenvectors of (QᵀX)(QᵀX)ᵀ
  const projected = await matmul(engine, left, data, { m: width, k: rows, n: columns });
  const small = await matmul(engine, projected, projected, { m: width, k: columns, n: width, transposeB: true });
  const { vectors } = symmetricEigen(engine.kernels, Float64Array.from(small), width);
  const rotation = Float32Array.from(vectors.subarray(0, components * width));
  const turned = await matmul(engine, rotation, left, { m: components, k: width, n: rows });
  return scaledAxes(engine, points, turned, components);
}

/**
 * Makes the rows orthonormal in place: block Gram–Schmidt, each block freed of the ones before it by matrix products and then
 * within itself, everything twice (Giraud et al. 2005; Stewart, SIAM J. Sci. Comput. 31, 2008). A dependent row becomes zeros.
 */
async function orthonormalize(engine: Engine, rows: Float32Array, count: number, length: number): Promise<void> {
  for (let first = 0; first < count; first += blockWidth) {
    const size = Math.min(blockWidth, count - first);
    const block = rows.subarray(first * length, (first + size) * length);
    const before = Float64Array.from({ length: size }, (_, i) => norm(block.subarray(i * length, (i + 1) * length)));
    for (let pass = 0; pass < 2; pass++) {
      if (first > 0) await project(engine, block, rows.subarray(0, first * length), { size, first, length });
      orthonormalizeBlock(block, length, before);
    }
  }
}

/** Takes from the rows of `block` what lies along the orthonormal rows of `earlier`. */
async function project(
  engine: Engine,
  block: Float32Array,
  earlier: Float32Array,
  { size, first, length }: { readonly size: number; readonly first: number; readonly length: number },
): Promise<void> {
  const along = await matmul(engine, block, earlier, { m: size, k: length, n: first, transposeB: true });
  const part = await matmul(engine, along, earlier, { m: size, k: first, n: length });
  for (let e = 0; e < block.length; e++) block[e]! -= part[e]!;
}

/** Modified Gram–Schmidt; a row that is left with less than 1e-6 of its norm `before` becomes zeros. */
function orthonormalizeBlock(rows: Float32Array, length: number, before: Float64Array): void {
  const rowAt = (i: number) => rows.subarray(i * length, (i + 1) * length);
  for (let i = 0; i < before.length; i++) {
    const row = rowAt(i);
    const after = norm(row);
    const scale = after > 1e-6 * before[i]! ? 1 / after : 0;
    for (let e = 0; e < length; e++) row[e]! *= scale;
    if (scale > 0) before[i] = 1;
    // Four rows at a time: their sums do not wait for each other.
    let j = i + 1;
    for (; j + 3 < before.length; j += 4) takeFrom(rowAt(j), rowAt(j + 1), rowAt(j + 2), rowAt(j + 3), row);
    for (; j < before.length; j++) takeFromOne(rowAt(j), row);
  }
}

/** Takes from four rows what lies along a unit row. */
function takeFrom(a: Float32Array, b: Float32Array, c: Float32Array, d: Float32Array, unit: Float32Array): void {
  let [sa, sb, sc, sd] = [0, 0, 0, 0];
  for (let e = 0; e < unit.length; e++) {
    const value = unit[e]!;
    sa += a[e]! * value;
    sb += b[e]! * value;
    sc += c[e]! * value;
    sd += d[e]! * value;
  }
  for (let e = 0; e < unit.length; e++) {
    const value = unit[e]!;
    a[e]! -= sa * value;
    b[e]! -= sb * value;
    c[e]! -= sc * value;
    d[e]! -= sd * value;
  }
}

function takeFromOne(row: Float32Array, unit: Float32Array): void {
  let product = 0;
  for (let e = 0; e < unit.length; e++) product += row[e]! * unit[e]!;
  for (let e = 0; e < unit.length; e++) row[e]! -= product * unit[e]!;
}

function norm(row: Float32Array): number {
  let square = 0;
  for (const value of row) square += value * value;
  return Math.sqrt(square);
}

function fixSigns(axes: Float32Array, columns: number): void {
  for (let start = 0; start < axes.length; start += columns) {
    const axis = axes.subarray(start, start + columns);
    const peak = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    if (peak < 0) for (let j = 0; j < columns; j++) axis[j] = -axis[j]!;
  }
}
