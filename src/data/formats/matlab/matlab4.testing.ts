// A small writer of MATLAB v4 files for tests.
import type { StoredType } from "../decode.js";

const precisions: readonly StoredType[] = ["double", "single", "int32", "int16", "uint16", "uint8"];
const sizes = [8, 4, 4, 2, 2, 1];

export interface Matlab4Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Column by column; a complex matrix has its imaginary parts after them. */
  readonly values: readonly number[];
  readonly type?: StoredType;
  readonly kind?: "full" | "text" | "sparse";
  readonly complex?: boolean;
}

/** The bytes of a file with these matrices. */
export function encodeMatlab4(matrices: readonly Matlab4Matrix[], little = true): Uint8Array {
  return Buffer.concat(
    matrices.map(({ name, rows, columns, values, type = "double", kind = "full", complex = false }) => {
      const precision = precisions.indexOf(type);
      const title = Buffer.from(`${name}\0`);
      const bytes = Buffer.alloc(20 + title.length + values.length * sizes[precision]!);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const mopt = (little ? 0 : 1000) + precision * 10 + ["full", "text", "sparse"].indexOf(kind);
      for (const [i, each] of [mopt, rows, columns, complex ? 1 : 0, title.length].entries()) {
        view.setInt32(i * 4, each, little);
      }
      title.copy(bytes, 20);
      for (const [i, value] of values.entries()) {
        const at = 20 + title.length + i * sizes[precision]!;
        if (type === "double") view.setFloat64(at, value, little);
        else if (type === "single") view.setFloat32(at, value, little);
        else if (type === "int32") view.setInt32(at, value, little);
        else if (type === "uint8") view.setUint8(at, value);
        else view.setInt16(at, value, little);
      }
      return bytes;
    }),
  );
}
