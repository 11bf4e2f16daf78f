// Factorisations of small matrices.
import { GraphError } from "../dimension.js";
import { defineOp, type NoAttributes } from "../op.js";
import { formatShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { expandLike } from "./broadcast.js";
import { add, div, mul, sqrt, sub } from "./elementwise.js";
import { product } from "./matmul.js";
import { concat, slice, transpose } from "./shaping.js";
import { constant } from "./sources.js";

/** The number of rows and columns of a square matrix. */
function order(op: string, x: Tensor): number {
  const [rows, columns] = x.shape;
  if (x.rank !== 2 || rows !== columns || typeof rows !== "number") {
    throw new GraphError(`${op}: expected a square matrix of known size, got ${formatShape(x.shape)}`);
  }
  return rows;
}

const inverseOp = defineOp<NoAttributes>({
  name: "inverse",
  infer([x]) {
    order("inverse", x);
    return [{ shape: x.shape, dtype: "float32" }];
  },
  // d(A⁻¹) = −A⁻¹ dA A⁻¹
  vjp([g], { outputs: [y] }) {
    const full = expandLike(g, y);
    return [mul(product(y, product(full, y, false, true), true, false), -1)];
  },
  onnx({ inputs: [x], outputs }, to) {
    to.emit("Inverse", [to.name(x)], outputs, {}, "com.microsoft");
  },
});

/**
 * The inverse of a square matrix [n, n], n a number.
 * @throws GraphError for another shape.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", [3, 3]);
 * console.log(tensor.inverse(x).shape); // [ 3, 3 ]
 * ```
 */
export function inverse(x: Tensor): Tensor {
  return inverseOp.apply([x], {})[0];
}

const choleskyOp = defineOp<NoAttributes>({
  name: "cholesky",
  infer([x]) {
    order("cholesky", x);
    return [{ shape: x.shape, dtype: "float32" }];
  },
  // Murray 2016, eq. 10: Ā = ½ (P + Pᵀ), P = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹, Φ the lower triangle with half its diagonal.
  vjp([g], { outputs: [l] }) {
    const n = order("cholesky", l);
    const phi = Float32Array.from({ length: n * n }, (_, i) => {
      const [row, column] = [Math.floor(i / n), i % n];
      return row > column ? 1 : row === column ? 0.5 : 0;
    });
    const inner = mul(product(l, expandLike(g, l), true, false), constant(phi, [n, n]));
    const inverted = inverse(l);
    const p = product(product(inverted, inner, true, false), inverted, false, false);
    return [mul(add(p, transpose(p)), 0.5)];
  },
  onnx: ({ inputs: [x], outputs: [y] }, to) => to.alias(y, to.lower(unrolledCholesky(x))),
});

/**
 * The lower-triangular L with L·Lᵀ = x, of a symmetric positive definite matrix [n, n], n a number.
 * @throws GraphError for another shape.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", [3, 3]);
 * console.log(tensor.cholesky(x).shape); // [ 3, 3 ]
 * ```
 */
export function cholesky(x: Tensor): Tensor {
  return choleskyOp.apply([x], {})[0];
}

/**
 * The right-looking Cholesky recurrence, column by column, in terms of other operations: what a graph holds in place of
 * the operation, since ONNX has none.
 */
export function unrolledCholesky(x: Tensor): Tensor {
  const n = order("cholesky", x);
  const columns: Tensor[] = [];
  let rest = x;
  for (let j = 0; j < n; j++) {
    const column = slice(rest, 1, j, j + 1);
    const below = constant(
      Float32Array.from({ length: n }, (_, i) => (i >= j ? 1 : 0)),
      [n, 1],
    );
    const l = mul(div(column, sqrt(slice(column, 0, j, j + 1))), below);
    columns.push(l);
    if (j + 1 < n) rest = sub(rest, product(l, l, false, true));
  }
  return concat(columns, 1);
}
