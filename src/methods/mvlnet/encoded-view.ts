// The training samples of a view as the siamese and embedding networks take them, and any network's outputs for them.

import { Forward, type Layer } from "../../core/nn/index.js";
import { type Engine, Program } from "../../core/runtime/index.js";
import { input, type Tensor } from "../../core/tensor/index.js";
import { type DenseMatrix, gatherRows, type Matrix, selectRows, toDense } from "../../data/matrix.js";
import { applyScaler, type Scaler } from "../../data/scaling.js";
import { allRows, outputRows, scaleInGraph } from "../feeding.js";
import type { MvlnetModel } from "./model.js";

/** Features as they come, to be scaled in the graph, or codes of an autoencoder. */
export interface EncodedView {
  readonly matrix: Matrix;
  /** Rows of the matrix that train: sample i of the training set is row rows[i]. */
  readonly rows: Int32Array;
  readonly scaler?: Scaler;
}

/** What a network takes from an input that is fed with rows of the view. */
export function scaledInput({ scaler }: EncodedView, raw: Tensor): Tensor {
  return scaler === undefined ? raw : scaleInGraph(raw, scaler);
}

/** Puts training samples, by their numbers in the training set, into an input. */
export function feedSamples({ matrix, rows }: EncodedView, samples: Int32Array, target: Float32Array): void {
  gatherRows(
    matrix,
    samples.map((sample) => rows[sample]!),
    target,
  );
}

/** The view's training samples after its autoencoder, or as they are where it has none. */
export async function encodeView(
  engine: Engine,
  { networks, scalers, shape, store }: MvlnetModel,
  view: number,
  matrix: Matrix,
  rows: Int32Array,
): Promise<EncodedView> {
  const raw: EncodedView = { matrix, rows, scaler: scalers[view]! };
  if (shape.autoencoder.length === 0) return raw;
  const codes = await applyNetwork(engine, store, networks[view]!.encode, raw);
  return { matrix: codes, rows: allRows(codes.rows) };
}

/** The outputs of a network for all training samples. */
export async function applyNetwork(
  engine: Engine,
  store: MvlnetModel["store"],
  network: Layer,
  view: EncodedView,
): Promise<DenseMatrix> {
  const raw = input("x", ["n", view.matrix.columns]);
  const output = network(scaledInput(view, raw), new Forward(false));
  const program = await Program.compile(engine, { name: "outputs", outputs: { output }, store });
  const width = output.shape[1] as number;
  try {
    return await outputRows(program, "output", width, view.matrix, view.rows);
  } finally {
    await program.release();
  }
}

/** Training samples, by their numbers in the training set, as networks see them. */
export function scaledSamples({ matrix, rows, scaler }: EncodedView, samples: Int32Array): DenseMatrix {
  const chosen = samples.map((sample) => rows[sample]!);
  if (scaler !== undefined) return toDense(applyScaler(scaler, matrix, chosen));
  return toDense(selectRows(matrix, chosen));
}
