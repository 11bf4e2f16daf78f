// Matrix products, of single matrices and of batches with broadcasting, whose bits do not depend on the number of threads.
import { type Dim, factorDim, GraphError, multiplyDim } from "../dimension.js";
import type { Emitter } from "../emitter.js";
import { defineOp, isOf, type NoAttributes } from "../op.js";
import { broadcastShapes, formatShape, type Shape } from "../shape.js";
import type { Node, Tensor } from "../tensor.js";
import { expandLike, sum, sumTo } from "./broadcast.js";
import { reshape } from "./shaping.js";

/** Which matrices of a product are transposed: their last two axes change places. */
export interface Transposed {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function productShape(op: string, a: Tensor, b: Tensor, { transposeA, transposeB }: Transposed): Dim[] {
  const [m, k] = sides(a.shape, transposeA);
  const [k2, n] = sides(b.shape, transposeB);
  if (a.rank < 2 || b.rank < 2 || k !== k2) {
    const side = (t: Tensor, flipped: boolean) => `${formatShape(t.shape)}${flipped ? "ᵀ" : ""}`;
    throw new GraphError(`${op}: ${side(a, transposeA)} · ${side(b, transposeB)} do not fit`);
  }
  return [...broadcastShapes(op, a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
}

/** Rows and columns of the matrix or matrices, transposed or not. */
function sides(shape: Shape, transposed: boolean): [rows: Dim, columns: Dim] {
  const [rows = 1, columns = 1] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

/**
 * A matrix product whose bits do not depend on the number of threads.
 *
 * ONNX Runtime gives each thread some rows of the result, or some columns where it has more columns than rows. It then sums over k
 * in blocks whose length depends on how many columns a thread has, and in another order where a thread has one row only: other
 * threads, other roundings. Neither happens where the first matrix is stored transposed, where k fits in one block, where
 * the second matrix is stored in the model (it is packed beforehand, in blocks of one length), and where each thread has several rows.
 */
function emitProduct(
  {
    inputs: [a, b, ...rest],
    outputs: [y],
  }: Pick<Node<object, readonly [Tensor, Tensor, ...Tensor[]], [Tensor]>, "inputs" | "outputs">,
  to: Emitter,
  { transposeA, transposeB }: Transposed,
): void {
  const [rows, columns] = sides(y.shape, false).map(to.size);
  const summed = to.size(sides(a.shape, transposeA)[1]);
  const isBatch = y.rank > 2;
  const isSafe =
    (!isBatch && to.isStored(b)) ||
    (rows !== undefined && columns !== undefined && isSplitByRows(rows, columns, isBatch));
  const flipped = !transposeA && !isSafe && !isOneBlock(summed, columns, transposeB);
  const swapped = a.shape.map((_, axis) => (axis < a.rank - 2 ? axis : 2 * a.rank - 3 - axis));
  const first = flipped ? to.one("Transpose", [to.name(a)], { perm: swapped }) : to.name(a);
  const attributes = { transA: transposeA || flipped ? 1 : 0, transB: transposeB ? 1 : 0 };
  const inputs = [first, to.name(b), ...rest.map(to.name)];
  if (isBatch && attributes.transA + attributes.transB === 0) to.emit("MatMul", inputs, [y]);
  else if (isBatch) to.emit("FusedMatMul", inputs, [y], attributes, "com.microsoft");
  else to.emit("Gemm", inputs, [y], attributes);
}

/** Products that sum over at most so many values do it in one block, whatever the number of columns. */
export const ONE_BLOCK = 128;
/** With so many rows each thread has several of them. */
const MANY_ROWS = 1024;
/** The same in a product of batches: ONNX Runtime gives it 64 threads at most. */
export const ROWS_OF_BATCHES = 128;

/** Whether a product sums over all values at once; a single column that is not stored as a row is a case of its own. */
export function isOneBlock(summed: number | undefined, columns: number | undefined, transposeB: boolean): boolean {
  return summed !== undefined && summed <= ONE_BLOCK && (transposeB || (columns !== undefined && columns > 1));
}

/** Whether ONNX Runtime gives each thread several whole rows of such a product. A single column is a case of its own. */
export function isSplitByRows(rows: number, columns: number, isBatch = false): boolean {
  return columns > 1 && rows >= columns && rows >= (isBatch ? ROWS_OF_BATCHES : MANY_ROWS);
}

const matmulOp = defineOp<Transposed, [a: Tensor, b: Tensor]>({
  name: "matmul",
  infer: ([a, b], attributes) => [{ shape: productShape("matmul", a, b, attributes), dtype: "float32" }],
  vjp([g], { inputs: [a, b], outputs: [y], attributes: { transposeA, transposeB } }) {
    const full = expandLike(g, y);
    const da = transposeA ? product(b, full, transposeB, true) : product(full, b, false, !transposeB);
    const db = transposeB ? product(full, a, true, transposeA) : product(a, full, !transposeA, false);
    return [sumTo(da, a.shape, da), sumTo(db, b.shape, db)];
  },
  onnx: (node, to) => emitProduct(node, to, node.attributes),
});

export const product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor =>
  matmulOp.apply([a, b], { transposeA, transposeB })[0];

/**
 * The product of two matrices, either of them transposed on the way; of batches of matrices [.., m, k] · [.., k, n], whose
 * leading axes broadcast.
 * @throws GraphError where the inner dimensions differ.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * const weight = tensor.input("weight", [4, 3]);
 * console.log(tensor.matmul(x, weight, { transposeB: true }).shape); // [ 'n', 4 ]
 * ```
 */
export function matmul(a: Tensor, b: Tensor, options: Partial<Transposed> = {}): Tensor {
  const { transposeA = false, transposeB = false } = options;
  const rows = a.rank > 2 && b.rank === 2 && !transposeA ? foldedRows(a.shape) : undefined;
  if (rows === undefined) return product(a, b, transposeA, transposeB);
  return unfold(product(fold(a, rows), b, transposeA, transposeB), a.shape);
}

/** How many rows the matrices of a batch have one below the other, where one name says it. */
function foldedRows(shape: Shape): Dim | undefined {
  const factors = shape.slice(0, -1).map(factorDim);
  const names = factors.map(({ rest }) => rest).filter((rest) => rest !== 1);
  const known = factors.reduce((all, { factor }) => all * factor, 1);
  return names.length > 1 ? undefined : multiplyDim(names[0] ?? 1, known);
}

const fold = (x: Tensor, rows: Dim): Tensor => reshape(x, [rows, x.shape.at(-1) ?? 1]);
const unfold = (y: Tensor, shape: Shape): Tensor => reshape(y, [...shape.slice(0, -1), y.shape.at(-1) ?? 1]);

const affineOp = defineOp<NoAttributes, [x: Tensor, weight: Tensor, bias: Tensor]>({
  name: "affine",
  infer([x, weight, bias]) {
    const shape = productShape("affine", x, weight, { transposeA: false, transposeB: true });
    if (shape.length !== 2 || bias.rank !== 1 || bias.shape[0] !== shape[1]) {
      throw new GraphError(`affine: bias ${formatShape(bias.shape)} for an output of ${formatShape(shape)}`);
    }
    return [{ shape, dtype: "float32" }];
  },
  vjp([g], { inputs: [x, weight], outputs: [y] }) {
    const full = expandLike(g, y);
    return [product(full, weight, false, false), product(full, x, true, false), sum(full, 0)];
  },
  onnx: (node, to) => emitProduct(node, to, { transposeA: false, transposeB: true }),
});

/**
 * x·Wᵀ + b: x [.., in], weight [out, in], bias [out], result [.., out].
 * @throws GraphError where the shapes do not fit.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * const [weight, bias] = [tensor.input("weight", [4, 3]), tensor.input("bias", [4])];
 * console.log(tensor.affine(x, weight, bias).shape); // [ 'n', 4 ]
 * ```
 */
export function affine(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const rows = x.rank > 2 ? foldedRows(x.shape) : undefined;
  if (rows === undefined) return affineOp.apply([x, weight, bias], {})[0];
  return unfold(affineOp.apply([fold(x, rows), weight, bias], {})[0], x.shape);
}

/** The two matrices of a tensor that is their product and nothing else, and which of them are transposed. */
export function productOf(tensor: Tensor): ({ a: Tensor; b: Tensor } & Transposed) | undefined {
  const { node } = tensor;
  if (!isOf(matmulOp, node) || tensor.rank !== 2) return undefined;
  const [a, b] = node.inputs;
  return { a, b, ...node.attributes };
}
