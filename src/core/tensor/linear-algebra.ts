// Matrix products, and the factorisations of small matrices.
import { expandTo } from "./broadcast.js";
import { add, div, mul, sqrt, sub } from "./elementwise.js";
import { sum } from "./reductions.js";
import { type Dim, formatShape, GraphError } from "./shape.js";
import { concat, slice, transpose } from "./shaping.js";
import { constant } from "./sources.js";
import { type Attributes, apply, definePrimitives, type Tensor } from "./tensor.js";

function productShape(op: string, a: Tensor, b: Tensor, { transposeA, transposeB }: Attributes): Dim[] {
  const [m, k] = transposeA ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [k2, n] = transposeB ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!];
  if (a.rank !== 2 || b.rank !== 2 || k !== k2) {
    const side = (t: Tensor, flipped: unknown) => `${formatShape(t.shape)}${flipped ? "ᵀ" : ""}`;
    throw new GraphError(`${op}: ${side(a, transposeA)} · ${side(b, transposeB)} do not fit`);
  }
  return [m, n];
}

function square(op: string, x: Tensor): number {
  const [rows, columns] = x.shape;
  if (x.rank !== 2 || rows !== columns || typeof rows !== "number") {
    throw new GraphError(`${op}: expected a square matrix of known size, got ${formatShape(x.shape)}`);
  }
  return rows;
}

definePrimitives({
  matmul: {
    infer: ([a, b], attributes, op) => [{ shape: productShape(op, a!, b!, attributes), dtype: "float32" }],
    gradient([g], { inputs: [a, b], outputs: [y], attributes: { transposeA, transposeB } }) {
      const full = expandTo(g!, y!);
      const da = transposeA
        ? product(b!, full, transposeB === true, true)
        : product(full, b!, false, transposeB !== true);
      const db = transposeB
        ? product(full, a!, true, transposeA === true)
        : product(a!, full, transposeA !== true, false);
      return [da, db];
    },
  },
  affine: {
    infer([x, weight, bias], _attributes, op) {
      const shape = productShape(op, x!, weight!, { transposeB: true });
      if (bias!.rank !== 1 || bias!.shape[0] !== shape[1]) {
        throw new GraphError(`${op}: bias ${formatShape(bias!.shape)} for an output of ${formatShape(shape)}`);
      }
      return [{ shape, dtype: "float32" }];
    },
    gradient([g], { inputs: [x, weight], outputs: [y] }) {
      const full = expandTo(g!, y!);
      return [product(full, weight!, false, false), product(full, x!, true, false), sum(full, 0)];
    },
  },
  inverse: {
    infer: ([x], _attributes, op) => [{ shape: [square(op, x!), x!.shape[1]!], dtype: "float32" }],
    // d(A⁻¹) = −A⁻¹ dA A⁻¹
    gradient([g], { outputs: [y] }) {
      const full = expandTo(g!, y!);
      return [mul(product(y!, product(full, y!, false, true), true, false), -1)];
    },
  },
  cholesky: {
    infer: ([x], _attributes, op) => [{ shape: [square(op, x!), x!.shape[1]!], dtype: "float32" }],
    // Murray 2016, eq. 10: Ā = ½ (P + Pᵀ), P = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹, Φ the lower triangle with half its diagonal.
    gradient([g], { outputs: [l] }) {
      const n = l!.shape[0] as number;
      const phi = Float32Array.from({ length: n * n }, (_, i) => {
        const [row, column] = [Math.floor(i / n), i % n];
        return row > column ? 1 : row === column ? 0.5 : 0;
      });
      const inner = mul(product(l!, expandTo(g!, l!), true, false), constant(phi, [n, n]));
      const inverted = inverse(l!);
      const p = product(product(inverted, inner, true, false), inverted, false, false);
      return [mul(add(p, transpose(p)), 0.5)];
    },
  },
});

const product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor =>
  apply("matmul", [a, b], { transposeA, transposeB });

/** The product of two matrices, either of them transposed on the way. */
export function matmul(a: Tensor, b: Tensor, options: { transposeA?: boolean; transposeB?: boolean } = {}): Tensor {
  return product(a, b, options.transposeA ?? false, options.transposeB ?? false);
}

/** x·Wᵀ + b: x [n, in], weight [out, in], bias [out]. */
export function affine(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  return apply("affine", [x, weight, bias]);
}

/** The inverse of a square matrix. */
export function inverse(x: Tensor): Tensor {
  return apply("inverse", [x]);
}

/** The lower-triangular L with L·Lᵀ = x, of a symmetric positive definite matrix. */
export function cholesky(x: Tensor): Tensor {
  return apply("cholesky", [x]);
}

/**
 * The right-looking Cholesky recurrence, column by column, in terms of other operations: what a graph holds in place of
 * the primitive, since ONNX has none.
 */
export function unrolledCholesky(x: Tensor): Tensor {
  const n = square("cholesky", x);
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
