// MATLAB v4 files: matrices one after the other, each a header of five integers, a name and values column by column.
import { UserError } from "../../../errors.js";
import { decode, decodeText, type StoredType, storedBytes } from "../decode.js";
import { skippedNotes } from "../notes.js";
import type { Source } from "../source.js";
import { type FileContent, numeric, type SparseVariable, sparse, sparseIsHonest, type Variable } from "../variables.js";
import { charRows, unpackUtf8 } from "./matlab-text.js";

const headerSize = 20;
const longestName = 1024;
const precisions: readonly StoredType[] = ["double", "single", "int32", "int16", "uint16", "uint8"];
const kinds = ["full", "text", "sparse"] as const;

/** The header of one matrix: how its values lie, its size, whether it is complex, the bytes of its name. */
interface Header {
  readonly little: boolean;
  readonly type: StoredType;
  readonly kind: (typeof kinds)[number];
  readonly rows: number;
  readonly columns: number;
  readonly complex: boolean;
  readonly nameLength: number;
}

/**
 * The header at the start of these bytes, or undefined where they are none. Its first number is M·1000 + O·100 + P·10 + T: byte
 * order (0 little, 1 big), 0, precision, kind of matrix.
 */
export function matlab4Header(bytes: Uint8Array): Header | undefined {
  if (bytes.length < headerSize) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const little of [true, false]) {
    const [mopt, rows, columns, imaginary, nameLength] = [0, 4, 8, 12, 16].map((at) => view.getInt32(at, little));
    const type = precisions[Math.floor(mopt! / 10) % 10];
    const kind = kinds[mopt! % 10];
    const order = Math.floor(mopt! / 1000);
    const isHeader = order === (little ? 0 : 1) && Math.floor(mopt! / 100) % 10 === 0 && type && kind;
    const isSize = rows! >= 0 && columns! >= 0 && (imaginary === 0 || imaginary === 1);
    if (isHeader && isSize && nameLength! >= 1 && nameLength! <= longestName) {
      return {
        little,
        type,
        kind,
        rows: rows!,
        columns: columns!,
        complex: imaginary === 1,
        nameLength: nameLength!,
      };
    }
  }
  return undefined;
}

/** Says whether a file begins as one of MATLAB v4: a header whose name ends with a zero byte and is not empty. */
export function isMatlab4(start: Uint8Array): boolean {
  const header = matlab4Header(start);
  if (!header || header.nameLength < 2) return false;
  const name = start.subarray(headerSize, headerSize + header.nameLength);
  return name.length === header.nameLength && name.indexOf(0) === name.length - 1;
}

/**
 * Reads every matrix; all numbers are doubles in MATLAB, however they are stored. Complex matrices become "skipped" variables.
 * @see MathWorks, "MAT-File Format", Level 4.
 * @throws UserError where a header is none or its matrix reaches past the end of the file.
 */
export function readMatlab4(source: Source): FileContent {
  const { path, size } = source;
  const variables = new Map<string, Variable>();
  const notes: string[] = [];
  for (let offset = 0; offset < size; ) {
    const header = matlab4Header(source.read(offset, headerSize));
    if (!header) throw new UserError(`${path} is corrupt or truncated: no header of a matrix at byte ${offset}`);
    const nameBytes = source.read(offset + headerSize, header.nameLength);
    const end = nameBytes.indexOf(0);
    const name = decodeText(end < 0 ? nameBytes : nameBytes.subarray(0, end));
    const start = offset + headerSize + header.nameLength;
    const length = header.rows * header.columns * storedBytes[header.type] * (header.complex ? 2 : 1);
    if (length > size - start) {
      throw new UserError(
        `${path}: variable ${name} is corrupt or truncated: ${header.rows}×${header.columns} ${header.type} values need ${length} bytes, ${Math.max(0, size - start)} are left`,
      );
    }
    if (variables.has(name)) notes.push(`${name} is there twice; the last one is used`);
    variables.set(name, readMatrix(header, source.read(start, length), path, name));
    offset = start + length;
  }
  source.close();
  return { format: "matlab4", path, variables, notes: [...notes, ...skippedNotes(variables)], close: () => {} };
}

function readMatrix(header: Header, bytes: Uint8Array, path: string, name: string): Variable {
  const { little, type, kind, rows, columns, complex } = header;
  const values = () => decode(bytes, type, little, path, name);
  if (kind === "sparse") return sparseMatrix(header, values(), path, name);
  if (complex)
    return { kind: "skipped", reason: `a ${rows}×${columns} complex array; only real numbers are supported` };
  if (kind === "full") return numeric("double", [rows, columns], "column", values);
  let text = "";
  for (const value of values()) text += String.fromCharCode(value);
  const lines = charRows(text, [rows, columns]);
  return lines.kind === "text" ? { kind: "text", lines: unpackUtf8(lines.lines) } : lines;
}

/** Rows of (row, column, value), counted from 1; the last row has the size of the matrix. */
function sparseMatrix(header: Header, values: ReturnType<typeof decode>, path: string, name: string): Variable {
  const { rows: triplets, columns: width } = header;
  const complain = (what: string) => new UserError(`${path}: variable ${name} is corrupt or truncated: ${what}`);
  if (width === 4) return { kind: "skipped", reason: "a complex sparse matrix; only real numbers are supported" };
  if (width !== 3 || triplets < 1) throw complain(`a sparse matrix in ${triplets}×${width} values`);
  const entries = triplets - 1;
  const [rows, columns] = [values[entries]!, values[triplets + entries]!];
  const isSize = [rows, columns].every((length) => Number.isInteger(length) && length >= 0);
  if (!isSize || !sparseIsHonest(rows, 0, entries) || !sparseIsHonest(columns, 0, entries)) {
    throw complain(`a sparse matrix of ${rows}×${columns} with ${entries} values`);
  }
  const read: SparseVariable["read"] = async () => {
    const at = Array.from({ length: entries }, (_, i) => i);
    const row = (i: number) => values[i]!;
    const column = (i: number) => values[triplets + i]!;
    at.sort((a, b) => column(a) - column(b) || row(a) - row(b));
    const columnOffsets = new Uint32Array(columns + 1);
    for (const i of at) {
      if (!(Number.isInteger(column(i)) && column(i) >= 1 && column(i) <= columns && row(i) >= 1)) {
        throw complain(`a sparse matrix with a value at (${row(i)}, ${column(i)})`);
      }
      columnOffsets[column(i)]!++;
    }
    for (let j = 0; j < columns; j++) columnOffsets[j + 1]! += columnOffsets[j]!;
    const sorted = {
      columnOffsets,
      rowIndices: Uint32Array.from(at, (i) => row(i) - 1),
      values: Float64Array.from(at, (i) => values[2 * triplets + i]!),
    };
    return sparse("double", [rows, columns], sorted, complain);
  };
  return { kind: "sparse", element: "double", shape: [rows, columns], read };
}
