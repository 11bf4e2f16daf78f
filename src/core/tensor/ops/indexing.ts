// Operations that pick by index: gather, top-k.
import { GraphError } from "../dimension.js";
import { as } from "../emitter.js";
import { defineOp, type NoAttributes } from "../op.js";
import { formatShape, normalizeAxis } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { expandLike } from "./broadcast.js";
import { mul } from "./elementwise.js";

function expectIndices(op: string, indices: Tensor): void {
  if (indices.dtype !== "int64") throw new GraphError(`${op}: indices are ${indices.dtype}, expected int64`);
}

const gatherOp = defineOp<NoAttributes, [x: Tensor, indices: Tensor]>({
  name: "gather",
  infer([x, indices]) {
    expectIndices("gather", indices);
    return [{ shape: [...indices.shape, ...x.shape.slice(1)], dtype: x.dtype }];
  },
  vjp: ([g], { inputs: [x, indices], outputs: [y] }) => [
    scatterRowsOp.apply([mul(x, 0), indices, expandLike(g, y)], {})[0],
    undefined,
  ],
  onnx: as("Gather", () => ({ axis: 0 })),
});

type Scatter = [base: Tensor, indices: Tensor, updates: Tensor];

const scatterRowsOp = defineOp<NoAttributes, Scatter>({
  name: "scatterRows",
  infer: ([base]) => [base],
  onnx({ inputs: [base, indices, updates], outputs }, to) {
    const columns = to.one("Unsqueeze", [to.name(indices), to.integers([indices.rank])]);
    to.emit("ScatterND", [to.name(base), columns, to.name(updates)], outputs, { reduction: "add" });
  },
});

/**
 * Rows of x (along axis 0) by an int64 tensor of any shape: the result has the axes of the indices and then the others of x.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.gather(x, tensor.integers([0, 2])).shape); // [ 2, 3 ]
 * ```
 */
export function gather(x: Tensor, indices: Tensor): Tensor {
  return gatherOp.apply([x, indices], {})[0];
}

interface AxisAttribute {
  readonly axis: number;
}

const gatherElementsOp = defineOp<AxisAttribute, [x: Tensor, indices: Tensor]>({
  name: "gatherElements",
  infer([x, indices]) {
    expectIndices("gatherElements", indices);
    if (x.rank !== indices.rank) {
      throw new GraphError(
        `gatherElements: ${formatShape(x.shape)} and indices ${formatShape(indices.shape)} differ in rank`,
      );
    }
    return [{ shape: indices.shape, dtype: x.dtype }];
  },
  vjp: ([g], { inputs: [x, indices], outputs: [y], attributes }) => [
    scatterElementsOp.apply([mul(x, 0), indices, expandLike(g, y)], attributes)[0],
    undefined,
  ],
  onnx: as("GatherElements", ({ axis }) => ({ axis })),
});

const scatterElementsOp = defineOp<AxisAttribute, Scatter>({
  name: "scatterElements",
  infer: ([base]) => [base],
  onnx: as("ScatterElements", ({ axis }) => ({ axis, reduction: "add" })),
});

/**
 * One element along an axis for each index, as PyTorch's `gather`; the result has the shape of the indices.
 * @throws GraphError where the ranks differ.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", [2, 3]);
 * const places = tensor.integers([0, 2], [2, 1]);
 * console.log(tensor.gatherElements(x, places, 1).shape); // [ 2, 1 ]
 * ```
 */
export function gatherElements(x: Tensor, indices: Tensor, axis: number): Tensor {
  return gatherElementsOp.apply([x, indices], { axis: normalizeAxis("gatherElements", axis, x.shape) })[0];
}

const topKOp = defineOp<{ k: number; axis: number; largest: boolean }, [x: Tensor], [values: Tensor, indices: Tensor]>({
  name: "topK",
  infer([x], { k, axis }) {
    const dim = x.shape[axis];
    if (typeof dim === "number" && k > dim) {
      throw new GraphError(`topK: ${k} of axis ${axis} of ${formatShape(x.shape)}`);
    }
    const shape = x.shape.map((d, i) => (i === axis ? k : d));
    return [
      { shape, dtype: "float32" },
      { shape, dtype: "int64" },
    ];
  },
  vjp([g], { inputs: [x], outputs: [values, indices], attributes: { axis } }) {
    if (g === undefined) return [undefined];
    return [scatterElementsOp.apply([mul(x, 0), indices, expandLike(g, values)], { axis })[0]];
  },
  onnx({ inputs: [x], outputs, attributes: { k, axis, largest } }, to) {
    to.emit("TopK", [to.name(x), to.integers([k])], outputs, { axis, largest: largest ? 1 : 0, sorted: 1 });
  },
});

/**
 * The k largest (or smallest) elements along an axis in order, with their places; of equal ones the first comes first.
 * @returns both with k in place of the axis's size; the places as int64.
 * @throws GraphError where k is larger than the axis.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * const { values, indices } = tensor.topK(x, 2);
 * console.log(values.shape, indices.dtype); // [ 'n', 2 ] int64
 * ```
 */
export function topK(
  x: Tensor,
  k: number,
  options: { axis?: number; largest?: boolean } = {},
): { values: Tensor; indices: Tensor } {
  const axis = normalizeAxis("topK", options.axis ?? -1, x.shape);
  const [values, indices] = topKOp.apply([x], { k, axis, largest: options.largest ?? true });
  return { values, indices };
}
