// From data sets to the inputs of graphs: rows of views, which samples have them, and scaling inside the graph.

import type { Execution, Program } from "../core/runtime/index.js";
import { add, constant, type Dim, input, mul, normalizeRows, type Tensor } from "../core/tensor/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import {
  type AugmentationKey,
  type DenseMatrix,
  dense,
  gatherRows,
  type Matrix,
  type PictureShape,
} from "../data/matrix.js";
import type { Scaler } from "../data/scaling.js";
import type { PictureGraph } from "./shared/imported-trunk.js";

/** Row numbers 0 … n−1. */
export function allRows(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}

/**
 * The scaling as a part of a graph, the same bits as `applyScaler` gives.
 * @example
 * ```ts
 * import { dense, fitScaler } from "vantage-ml/data";
 * import { scaleInGraph, tensor } from "vantage-ml/method";
 *
 * const scaler = fitScaler("standard", dense([[1, 5], [3, 9]]));
 * console.log(scaleInGraph(tensor.input("x", ["n", 2]), scaler).shape); // [ 'n', 2 ]
 * ```
 */
export function scaleInGraph(x: Tensor, { kind, scale, shift }: Scaler): Tensor {
  if (kind === "none") return x;
  if (kind === "l2") return normalizeRows(x);
  return add(mul(x, constant(scale)), constant(shift));
}

/**
 * Fills the inputs `view.v` and `present.v` that an execution has with rows of a data set; gives the execution.
 * @param augmented where pictures are to be augmented: what of them is seen.
 * @example
 * ```ts
 * import { synthetic } from "vantage-ml/data";
 * import { feedViews } from "vantage-ml/method";
 *
 * const data = synthetic({ samples: 10, classes: 2, dimensions: 3 });
 * const inputs = { "view.0": new Float32Array(2 * 3) };
 * feedViews({ inputs } as unknown as Parameters<typeof feedViews>[0], data, Int32Array.of(4, 7));
 * console.log(inputs["view.0"].length); // 6
 * ```
 */
export function feedViews(
  run: Execution,
  { views }: MultiViewDataset,
  rows: Int32Array,
  augmented?: AugmentationKey,
): Execution {
  views.forEach(({ matrix, present }, v) => {
    const target = run.inputs[`view.${v}`];
    const pictures = matrix.kind === "lazy" && augmented ? matrix.pictures : undefined;
    if (target !== undefined) {
      if (pictures) pictures.gatherAugmented(rows, target, augmented!);
      else gatherRows(matrix, rows, target);
    }
    const mask = run.inputs[`present.${v}`];
    if (mask !== undefined) {
      for (let i = 0; i < rows.length; i++) mask[i] = present === undefined ? 1 : present[rows[i]!]!;
    }
  });
  return run;
}

/** Samples per call: enough for the matrix products, small beside the parameters. */
const CHUNK = 1024;
/** Values of features per call at most, and of pictures: the maps of a convolutional network are some twenty times as large. */
const [mostValues, mostPixels] = [2 ** 24, 2 ** 22];

/** Samples per call of a program: fewer where views are wide. */
function chunkOf({ feeds }: Program): number {
  let [values, most] = [1, mostValues];
  for (const { shape } of feeds.values()) {
    values += shape.reduce<number>((product, size) => (typeof size === "number" ? product * size : product), 1);
    if (shape.length === 4) most = mostPixels;
  }
  return Math.max(1, Math.min(CHUNK, Math.floor(most / values)));
}

/**
 * Runs a program over rows, chunk after chunk in their order. Other calls on the program may run between two chunks.
 * @param program its size n is the number of rows of a chunk.
 * @param feed fills the inputs with the rows of a chunk.
 * @param take is given the outputs for the rows from `start` on; they are overwritten by the next chunk.
 */
export async function runChunks(
  program: Program,
  rows: Int32Array,
  feed: (run: Execution, chunk: Int32Array) => void,
  take: (outputs: Execution["outputs"], start: number) => void,
): Promise<void> {
  const length = chunkOf(program);
  for (let start = 0; start < rows.length; start += length) {
    const chunk = rows.subarray(start, start + length);
    await program.call(
      { n: chunk.length },
      (run) => feed(run, chunk),
      (outputs) => take(outputs, start),
    );
  }
}

/**
 * An output of a program for rows of a matrix, in their order.
 * @param program has the input `x` [n, columns], and the output [n, width].
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { dense } from "vantage-ml/data";
 * import { outputRows, Program, tensor } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const y = tensor.square(tensor.input("x", ["n", 2]));
 * const program = await Program.compile(engine, { name: "squares", outputs: { y } });
 * console.log((await outputRows(program, "y", 2, dense([[1, 2], [3, 4]]), Int32Array.of(1))).data);
 * ```
 */
export async function outputRows(
  program: Program,
  output: string,
  width: number,
  matrix: Matrix,
  rows: Int32Array,
): Promise<DenseMatrix> {
  const result = dense(rows.length, width);
  await runChunks(
    program,
    rows,
    (run, chunk) => gatherRows(matrix, chunk, run.inputs.x!),
    (outputs, start) => result.data.set(outputs[output]!, start * width),
  );
  return result;
}

/** A view as a model knows it: by its name, with so many features, and their names where the data had any. */
export interface ViewShape {
  readonly name: string;
  readonly columns: number;
  readonly features?: readonly string[];
  /** Where its samples are pictures: 3, height, width. */
  readonly shape?: PictureShape;
  /** The graph of the ONNX model that its pictures go through, where option `backbone` names one. */
  readonly network?: PictureGraph;
}

/**
 * Samples of a view as an input of a graph: [rows, columns], or pictures [rows, 3, height, width].
 * @example
 * ```ts
 * import { viewInput } from "vantage-ml/method";
 *
 * console.log(viewInput("image", { name: "image", columns: 784 }).shape); // [ 'n', 784 ]
 * ```
 */
export function viewInput(name: string, { columns, shape }: ViewShape, rows: Dim = "n"): Tensor {
  return input(name, [rows, ...(shape ?? [columns])]);
}
