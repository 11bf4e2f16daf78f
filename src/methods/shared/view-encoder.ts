// A hashing network in use: codes of samples, in chunks.

import { type Engine, Program } from "../../core/runtime/index.js";
import { type DenseMatrix, gatherRows, type Matrix } from "../../data/matrix.js";
import { outputRows, runChunks, viewInput } from "../feeding.js";
import type { StoredNetwork } from "./hashing-network.js";
import { packSigns } from "./packing.js";

/** Encodes with the values that the network's parameters have at the time. */
export class ViewEncoder {
  private constructor(
    private readonly program: Program,
    private readonly bits: number,
  ) {}

  static async compile(engine: Engine, { network, store }: StoredNetwork): Promise<ViewEncoder> {
    const code = network.code(viewInput("x", network.view));
    const program = await Program.compile(engine, { name: network.view.name, outputs: { code }, store });
    return new ViewEncoder(program, code.shape[1] as number);
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
