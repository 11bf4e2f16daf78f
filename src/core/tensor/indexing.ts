// Operations that pick by index: gather, top-k, one-hot.
import { expandTo } from "./broadcast.js";
import { mul } from "./elementwise.js";
import { formatShape, GraphError, normalizeAxis } from "./shape.js";
import { apply, applyAll, definePrimitives, type Tensor } from "./tensor.js";

function expectIndices(op: string, indices: Tensor): void {
  if (indices.dtype !== "int64") throw new GraphError(`${op}: indices are ${indices.dtype}, expected int64`);
}

definePrimitives({
  gather: {
    infer([x, indices], _attributes, op) {
      expectIndices(op, indices!);
      return [{ shape: [...indices!.shape, ...x!.shape.slice(1)], dtype: x!.dtype }];
    },
    gradient: ([g], { inputs: [x, indices], outputs: [y] }) => [
      apply("scatterRows", [mul(x!, 0), indices!, expandTo(g!, y!)]),
      undefined,
    ],
  },
  scatterRows: { infer: ([base]) => [{ shape: base!.shape, dtype: base!.dtype }] },
  gatherElements: {
    infer([x, indices], _attributes, op) {
      expectIndices(op, indices!);
      if (x!.rank !== indices!.rank) {
        throw new GraphError(
          `${op}: ${formatShape(x!.shape)} and indices ${formatShape(indices!.shape)} differ in rank`,
        );
      }
      return [{ shape: indices!.shape, dtype: x!.dtype }];
    },
    gradient: ([g], { inputs: [x, indices], outputs: [y], attributes }) => [
      apply("scatterElements", [mul(x!, 0), indices!, expandTo(g!, y!)], attributes),
      undefined,
    ],
  },
  scatterElements: { infer: ([base]) => [{ shape: base!.shape, dtype: base!.dtype }] },
  topK: {
    infer([x], { k, axis }, op) {
      const dim = x!.shape[axis as number]!;
      if (typeof dim === "number" && (k as number) > dim) {
        throw new GraphError(`${op}: ${k} of axis ${axis} of ${formatShape(x!.shape)}`);
      }
      const shape = x!.shape.map((d, i) => (i === axis ? (k as number) : d));
      return [
        { shape, dtype: "float32" },
        { shape, dtype: "int64" },
      ];
    },
    gradient([g], { inputs: [x], outputs: [values, indices], attributes: { axis } }) {
      if (g === undefined) return [undefined];
      return [apply("scatterElements", [mul(x!, 0), indices!, expandTo(g, values!)], { axis })];
    },
  },
});

/** Rows of x (along axis 0) by an int64 tensor of any shape. */
export function gather(x: Tensor, indices: Tensor): Tensor {
  return apply("gather", [x, indices]);
}

/** One element along an axis per index, as PyTorch's `gather`. */
export function gatherElements(x: Tensor, indices: Tensor, axis: number): Tensor {
  return apply("gatherElements", [x, indices], { axis: normalizeAxis("gatherElements", axis, x.shape) });
}

/** The k largest (or smallest) elements along an axis in order, with their places; of equal ones the first comes first. */
export function topK(
  x: Tensor,
  k: number,
  options: { axis?: number; largest?: boolean } = {},
): { values: Tensor; indices: Tensor } {
  const axis = normalizeAxis("topK", options.axis ?? -1, x.shape);
  const [values, indices] = applyAll("topK", [x], { k, axis, largest: options.largest ?? true });
  return { values: values!, indices: indices! };
}
