// GMAE in use: the representation and class probabilities of samples, in chunks, and the same as exported models.

import { Forward } from "../../core/nn/index.js";
import { encodeModel } from "../../core/onnx/model.js";
import { type Engine, type ParameterStore, Program } from "../../core/runtime/index.js";
import { input, mul, softmax, type Tensor } from "../../core/tensor/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import type { Scaler } from "../../data/scaling.js";
import { allRows, feedViews, runChunks, scaleInGraph, type ViewShape } from "../feeding.js";
import { modelName } from "../model-name.js";
import { weightsOf } from "../shared/export.js";
import type { ExportedModel } from "../shared/types.js";
import type { GmaeNetworks } from "./networks.js";

export interface Encoded {
  readonly hidden: DenseMatrix;
  /** Class of the largest logit, where the networks have a head. */
  readonly classes?: Int32Array;
}

export class GmaeInference {
  private constructor(
    private readonly program: Program,
    /** Dimensions of the representation. */
    private readonly width: number,
    private readonly classes: number,
  ) {}

  /** @param scalers one per view, applied inside the graph; absent where data comes scaled. */
  static async compile(
    engine: Engine,
    networks: GmaeNetworks,
    store: ParameterStore,
    parts: { dimensions: readonly number[]; classes: number; scalers?: readonly Scaler[] },
  ): Promise<GmaeInference> {
    const views = parts.dimensions.map((d, v) => {
      const raw = input(`view.${v}`, ["n", d]);
      const scaled = parts.scalers === undefined ? raw : scaleInGraph(raw, parts.scalers[v]!);
      return mul(scaled, input(`present.${v}`, ["n", 1]));
    });
    const outputs = representationOutputs(networks, views, parts.classes);
    const width = outputs.representation!.shape[1] as number;
    return new GmaeInference(await Program.compile(engine, { name: "gmae", outputs, store }), width, parts.classes);
  }

  /** Representation of the given rows, row by row in their order. */
  async encode(data: MultiViewDataset, rows: Int32Array = allRows(data.samples)): Promise<Encoded> {
    const hidden = dense(rows.length, this.width);
    const classes = this.classes > 0 ? new Int32Array(rows.length) : undefined;
    await runChunks(
      this.program,
      rows,
      (run, chunk) => feedViews(run, data, chunk),
      ({ representation, probabilities }, start) => {
        hidden.data.set(representation!, start * this.width);
        if (classes !== undefined) largestPerRow(probabilities!, this.classes, classes.subarray(start));
      },
    );
    return { hidden, classes };
  }
}

function largestPerRow(values: Float32Array, columns: number, target: Int32Array): void {
  for (let row = 0; row * columns < values.length; row++) {
    let best = 0;
    for (let j = 1; j < columns; j++) if (values[row * columns + j]! > values[row * columns + best]!) best = j;
    target[row] = best;
  }
}

function representationOutputs(
  networks: GmaeNetworks,
  views: readonly Tensor[],
  classes: number,
): Record<string, Tensor> {
  const forward = new Forward(false);
  const codes = networks.encode(views, forward);
  const outputs: Record<string, Tensor> = { representation: codes.hidden };
  if (classes > 0) outputs.probabilities = softmax(networks.classify(codes, forward));
  return outputs;
}

/**
 * `representation.onnx`: raw features of every view, inputs named as the views, to the representation (and class
 * probabilities); `specific-<view>.onnx`: one view alone to its specific code.
 */
export function exportGmae(
  networks: GmaeNetworks,
  store: ParameterStore,
  views: readonly ViewShape[],
  scalers: readonly Scaler[],
  classes: number,
): ExportedModel[] {
  const weights = weightsOf(store);
  const raw = views.map(({ name, columns }) => input(name, ["n", columns]));
  const scaled = raw.map((x, v) => scaleInGraph(x, scalers[v]!));
  const outputs = representationOutputs(networks, scaled, classes);
  const forward = new Forward(false);
  const { specific } = networks.encode(scaled, forward);
  const metadata = { method: "gmae" };
  return [
    {
      name: "representation",
      bytes: encodeModel({ name: "gmae", outputs, weights, inputs: raw, metadata }),
    },
    ...views.map(({ name }, v) => ({
      name: `specific-${modelName(name)}`,
      bytes: encodeModel({ name: `gmae-${name}`, outputs: { code: specific[v]! }, weights, metadata }),
    })),
  ];
}
