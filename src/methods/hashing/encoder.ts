// Hashing networks in use: codes of samples, in chunks, and the same as exported models.

import { encodeModel } from "../../core/onnx/model.js";
import { type Engine, Program } from "../../core/runtime/index.js";
import { greater, input } from "../../core/tensor/index.js";
import { type DenseMatrix, gatherRows, type Matrix } from "../../data/matrix.js";
import { outputRows, runChunks } from "../feeding.js";
import type { ExportedModel } from "../method.js";
import { modelName } from "../model-name.js";
import type { HashingNetwork, StoredNetwork } from "./network.js";
import { packSigns } from "./packing.js";

/** Encodes with the values that the network's parameters have at the time. */
export class ViewEncoder {
  private constructor(
    readonly network: HashingNetwork,
    private readonly program: Program,
    private readonly bits: number,
  ) {}

  static async compile(engine: Engine, { network, store }: StoredNetwork): Promise<ViewEncoder> {
    const code = network.code(input("x", ["n", network.view.columns]));
    const program = await Program.compile(engine, { name: network.view.name, outputs: { code }, store });
    return new ViewEncoder(network, program, code.shape[1] as number);
  }

  /** Real-valued codes of the given rows, in their order. */
  values(matrix: Matrix, rows: Int32Array): Promise<DenseMatrix> {
    return outputRows(this.program, "code", this.bits, matrix, rows);
  }

  /** Packed codes of the given rows, bits / 8 bytes each. */
  async codes(matrix: Matrix, rows: Int32Array): Promise<Uint8Array> {
    const bytes = this.bits / 8;
    const packed = new Uint8Array(rows.length * bytes);
    await runChunks(
      this.program,
      rows,
      (run, chunk) => gatherRows(matrix, chunk, run.inputs.x!),
      ({ code }, start) => packSigns(code!, packed.subarray(start * bytes, start * bytes + code!.length / 8)),
    );
    return packed;
  }

  release(): Promise<void> {
    return this.program.release();
  }
}

/**
 * `<view>.onnx`: raw features, an input named as the view, to `code`, the real-valued code, and `bits`, true where it is
 * positive.
 */
export function exportNetwork({ network, store }: StoredNetwork, method: string): ExportedModel {
  const { name, columns } = network.view;
  const code = network.code(input(name, ["n", columns]));
  const weights = new Map(network.parameters.all.map((parameter) => [parameter.name, store.values(parameter.name)]));
  const metadata = { method, view: name };
  const outputs = { code, bits: greater(code, 0) };
  return { name: modelName(name), bytes: encodeModel({ name: `${method}-${name}`, outputs, weights, metadata }) };
}
