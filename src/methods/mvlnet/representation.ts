// MvLNet in use: representations of samples, view by view and in chunks, and the same as exported encoders.

import { Forward } from "../../core/nn/index.js";
import { encodeModel } from "../../core/onnx/model.js";
import { type Engine, Program } from "../../core/runtime/index.js";
import { input, matmul, type Tensor } from "../../core/tensor/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { outputRows, scaleInGraph } from "../feeding.js";
import type { ExportedModel } from "../method.js";
import { modelName } from "../model-name.js";
import type { MvlnetModel } from "./model.js";
import { orthogonalWeightsOf } from "./orthogonal.js";

/** A view's features as they come to its outputs before and after the orthogonal layer. */
function viewOutputs({ networks, scalers }: MvlnetModel, view: number, raw: Tensor) {
  const { encode, embed, orthogonal } = networks[view]!;
  const forward = new Forward(false);
  const embedding = embed(encode(scaleInGraph(raw, scalers[view]!), forward), forward);
  return { embedding, representation: matmul(embedding, orthogonal) };
}

/** Encodes with the values that the parameters have at the time. */
export class MvlnetEncoder {
  private constructor(
    private readonly model: MvlnetModel,
    private readonly programs: readonly Program[],
  ) {}

  static async compile(engine: Engine, model: MvlnetModel): Promise<MvlnetEncoder> {
    const programs: Program[] = [];
    for (const [v, { name, columns }] of model.views.entries()) {
      const outputs = viewOutputs(model, v, input("x", ["n", columns]));
      programs.push(await Program.compile(engine, { name, outputs, store: model.store }));
    }
    return new MvlnetEncoder(model, programs);
  }

  /** The representation of each view [rows, clusters], in the order of the rows. */
  async represent(data: MultiViewDataset, rows: Int32Array): Promise<DenseMatrix[]> {
    const all: DenseMatrix[] = [];
    for (const v of this.programs.keys()) all.push(await this.#outputs("representation", data, v, rows));
    return all;
  }

  /** Sets the orthogonal layers to the weights of all training samples: their representation is then orthonormal. */
  async orthogonalise(data: MultiViewDataset, rows: Int32Array): Promise<void> {
    for (const [v, { name }] of this.model.views.entries()) {
      const embedded = await this.#outputs("embedding", data, v, rows);
      this.model.store.values(`orthogonal.${v}`).set(orthogonalWeightsOf(embedded, name));
    }
  }

  async #outputs(
    output: "embedding" | "representation",
    { views }: MultiViewDataset,
    view: number,
    rows: Int32Array,
  ): Promise<DenseMatrix> {
    return outputRows(this.programs[view]!, output, this.model.shape.clusters, views[view]!.matrix, rows);
  }
}

/** `<view>.onnx`: raw features, an input named as the view, to `representation`; the orthogonal layer's weights are inside. */
export function exportMvlnet(model: MvlnetModel): ExportedModel[] {
  const weights = new Map(model.store.names.map((name) => [name, model.store.values(name) as Float32Array]));
  return model.views.map(({ name, columns }, v) => {
    const { representation } = viewOutputs(model, v, input(name, ["n", columns]));
    const metadata = { method: "mvlnet", view: name };
    return {
      name: modelName(name),
      bytes: encodeModel({ name: `mvlnet-${name}`, outputs: { representation }, weights, metadata }),
    };
  });
}
