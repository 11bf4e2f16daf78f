// MATLAB v5 files: numeric, logical, char and sparse arrays.
import { decode, isWide, storedBytes, utf8, writtenIntegers } from "../decode.js";
import {
  count,
  type ElementClass,
  type NumericVariable,
  numeric,
  type SkippedVariable,
  type SparseVariable,
  sparse,
  sparseIsHonest,
  type TextVariable,
} from "../variables.js";
import { charRows, unpackUtf8 } from "./matlab-text.js";
import {
  corrupt,
  type Element,
  type Elements,
  elementTypes,
  nextElement,
  nextIntegers,
  numberTypes,
} from "./matlab5-elements.js";

/** Real numbers; MATLAB stores them in the smallest data type that holds them all, whatever their class. */
export function readNumeric(elements: Elements, shape: readonly number[], element: ElementClass): NumericVariable {
  const { file, name } = elements;
  const stored = nextElement(elements);
  const type = numberTypes[stored.type];
  if (!type) throw corrupt(file.path, name, `numbers of data type ${stored.type}`);
  const values = count(shape);
  if (stored.bytes.length !== values * storedBytes[type]) {
    throw corrupt(file.path, name, `${shape.join("×")} ${type} values in ${stored.bytes.length} bytes`);
  }
  const written = isWide(type) && { written: async () => writtenIntegers(stored.bytes, type, file.little) };
  const data = () => decode(stored.bytes, type, file.little, file.path, name);
  return numeric(element, shape, "column", data, written || {});
}

/** A char array as one line per row; higher axes count as further columns. */
export function readText(elements: Elements, shape: readonly number[]): TextVariable | SkippedVariable {
  const { type, bytes } = nextElement(elements);
  const isUnicode = type >= elementTypes.utf8;
  // Octave's rows are bytes: each is UTF-8 by itself, all of them column by column are not
  const isBytes = type === elementTypes.utf8 && utf8(bytes) === undefined;
  const text = charRows(isBytes ? Buffer.from(bytes).toString("latin1") : codeUnits({ type, bytes }, elements), shape);
  if (text.kind === "skipped" || (isUnicode && !isBytes)) return text;
  return { kind: "text", lines: unpackUtf8(text.lines) };
}

function codeUnits({ type, bytes }: Element, { file, name }: Elements): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type === elementTypes.utf8) return buffer.toString("utf8");
  if (type === 1 || type === 2) return buffer.toString("latin1");
  if (type === elementTypes.utf16 || type === 4) {
    const copy = Buffer.from(buffer.subarray(0, buffer.length - (buffer.length % 2)));
    return (file.little ? copy : copy.swap16()).toString("utf16le");
  }
  if (type === elementTypes.utf32) {
    const points = decode(bytes.subarray(0, bytes.length - (bytes.length % 4)), "uint32", file.little, file.path, name);
    return Array.from(points, (point) => (point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd")).join("");
  }
  throw corrupt(file.path, name, `characters of data type ${type}`);
}

/** A sparse matrix: row indices, column offsets, values. */
export function readSparse(elements: Elements, shape: readonly number[], element: ElementClass): SparseVariable {
  const { file, name } = elements;
  const complain = (what: string) => corrupt(file.path, name, what);
  if (shape.length !== 2) throw complain(`a sparse matrix of ${shape.length} axes`);
  const rowIndices = nextIntegers(elements, "row indices");
  const offsets = nextIntegers(elements, "column offsets");
  const stored = nextElement(elements);
  const tagged = numberTypes[stored.type];
  if (!tagged) throw complain(`numbers of data type ${stored.type}`);
  const type = element === "logical" && isByteEach(stored.bytes.length, offsets, rowIndices) ? "uint8" : tagged;
  const size: [number, number] = [shape[0]!, shape[1]!];
  if (!sparseIsHonest(size[0], size[1], rowIndices.length)) {
    throw complain(`a sparse matrix of ${size[0]} rows with room for ${rowIndices.length} values`);
  }
  const whole = stored.bytes.subarray(0, stored.bytes.length - (stored.bytes.length % storedBytes[type]));
  return {
    kind: "sparse",
    element,
    shape: size,
    read: async () => {
      const columns = {
        columnOffsets: unsigned(offsets),
        rowIndices: unsigned(rowIndices),
        values: decode(whole, type, file.little, file.path, name),
      };
      return sparse(element, size, columns, complain);
    },
  };
}

/** MATLAB writes a sparse logical matrix with a byte for each value, and yet with the tag of double. */
function isByteEach(bytes: number, offsets: Int32Array, rowIndices: Int32Array): boolean {
  return bytes === rowIndices.length || bytes === offsets.at(-1);
}

const unsigned = (values: Int32Array): Uint32Array =>
  new Uint32Array(values.buffer as ArrayBuffer, values.byteOffset, values.length);
