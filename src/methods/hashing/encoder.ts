// Hashing networks in use: codes of samples, in chunks, and the same as exported models.
import { type DenseMatrix, dense, gatherRows, type Matrix } from "../../data/matrix.js";
import { encodeModel } from "../../onnx/model.js";
import { type Engine, Program } from "../../runtime/index.js";
import { greater, input } from "../../tensor/index.js";
import type { ExportedModel } from "../method.js";
import type { HashingNetwork, StoredNetwork } from "./network.js";
import { packSigns } from "./packing.js";

/** Samples per call: enough for the matrix products, small beside the parameters. */
const CHUNK = 1024;

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
  async values(matrix: Matrix, rows: Int32Array): Promise<DenseMatrix> {
    const codes = dense(rows.length, this.bits);
    await this.#chunks(matrix, rows, (values, start) => codes.data.set(values, start * this.bits));
    return codes;
  }

  /** Packed codes of the given rows, bits / 8 bytes each. */
  async codes(matrix: Matrix, rows: Int32Array): Promise<Uint8Array> {
    const bytes = this.bits / 8;
    const packed = new Uint8Array(rows.length * bytes);
    await this.#chunks(matrix, rows, (values, start) => {
      packSigns(values, packed.subarray(start * bytes, start * bytes + values.length / 8));
    });
    return packed;
  }

  async #chunks(matrix: Matrix, rows: Int32Array, take: (values: Float32Array, start: number) => void): Promise<void> {
    for (let start = 0; start < rows.length; start += CHUNK) {
      const chunk = rows.subarray(start, start + CHUNK);
      const run = this.program.at({ n: chunk.length });
      gatherRows(matrix, chunk, run.inputs.x!);
      await run.run();
      take(run.outputs.code!, start);
    }
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
  return { name: fileName(name), bytes: encodeModel({ name: `${method}-${name}`, outputs, weights, metadata }) };
}

/** The view's name as a file name without extension. */
export function fileName(view: string): string {
  return view.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "-");
}
