// What methods give: tasks, exported encoders, packed codes.

/** What a representation is learned for and evaluated by. */
export type Task = "clustering" | "classification" | "retrieval";

/** An encoder written as an ONNX model: raw features of named views in, result out, pre-processing inside. */
export interface ExportedModel {
  /** File name without extension. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Hash codes, sample after sample. */
export interface PackedCodes {
  /** Bit 1 for a positive value, the first value in the most significant bit of the first byte (as numpy.packbits). */
  readonly codes: Uint8Array;
  /** Length of a code. */
  readonly bits: number;
}
