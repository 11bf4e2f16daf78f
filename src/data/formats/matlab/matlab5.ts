// MATLAB v5 files (MAT-File Level 5, what MATLAB saves with -v6 and -v7): header and top-level variables.
import { UserError } from "../../../errors.js";
import { inflateAtMost, inflateExactly, inflateStart } from "../inflate.js";
import { skippedNotes } from "../notes.js";
import type { Source } from "../source.js";
import type { FileContent, Variable } from "../variables.js";
import { readArray } from "./matlab5-arrays.js";
import { corrupt, elementTypes, type Matlab5File } from "./matlab5-elements.js";

const headerSize = 128;

/**
 * Reads every variable; numbers are decoded when they are requested. Objects, function handles and complex arrays become
 * "skipped" variables.
 * @see MathWorks, "MAT-File Format", Level 5.
 * @throws UserError where a length in the file reaches past the bytes that are there, or anything else contradicts itself.
 */
export function readMatlab5(source: Source): FileContent {
  const { path } = source;
  const header = source.read(0, headerSize);
  if (header.length < headerSize) {
    throw new UserError(
      `${path} is truncated: a MATLAB file has a header of ${headerSize} bytes, this one has ${header.length}`,
    );
  }
  const octave = Buffer.from(header.subarray(0, 116)).includes("Octave");
  const file: Matlab5File = { path, little: header[126] === 0x49, octave };
  const variables = new Map<string, Variable>();
  const notes: string[] = [];
  for (let offset = headerSize; offset < source.size; ) {
    const { name, value, end } = readVariable(file, source, offset);
    offset = end;
    // a matrix without a name holds what the objects of the file refer to
    if (name === "") continue;
    if (variables.has(name)) notes.push(`${name} is there twice; the last one is used`);
    variables.set(name, value);
  }
  source.close();
  if (variables.size === 0) throw new UserError(`${path} is a MATLAB file without any variable`);
  return { format: "matlab5", path, variables, notes: [...notes, ...skippedNotes(variables)], close: () => {} };
}

function readVariable(
  file: Matlab5File,
  source: Source,
  offset: number,
): { name: string; value: Variable; end: number } {
  const { path } = file;
  const tag = source.read(offset, 8);
  if (tag.length < 8) throw corrupt(path, `at byte ${offset}`, `${tag.length} bytes after the last variable`);
  const [type, length] = readTag(tag, file);
  const where = `at byte ${offset}`;
  if (type !== elementTypes.matrix && type !== elementTypes.compressed) {
    throw corrupt(path, where, `data type ${type} where an array is due`);
  }
  const left = source.size - offset - 8;
  if (length > left && !file.octave) throw corrupt(path, where, `it claims ${length} bytes where ${left} are left`);
  const bytes = source.read(offset + 8, length);
  if (bytes.length < Math.min(length, left))
    throw corrupt(path, where, `${bytes.length} of its ${length} bytes could be read`);
  const isCompressed = type === elementTypes.compressed;
  const { name, value, used } = readArray(file, isCompressed ? inflateArray(file, bytes, where) : bytes, where, 0);
  return { name, value, end: offset + 8 + (file.octave && !isCompressed ? used : length) };
}

function inflateArray(file: Matlab5File, packed: Uint8Array, where: string): Uint8Array {
  const complain = (what: string) => corrupt(file.path, where, what);
  const start = inflateStart(packed, 8);
  if (start.length < 8) throw complain("compressed data that cannot be read");
  const [type, length] = readTag(start, file);
  if (type !== elementTypes.matrix) throw complain(`data type ${type} inside compressed data where an array is due`);
  const inflate = file.octave ? inflateAtMost : inflateExactly;
  return inflate(packed, length + 8, "zlib", complain).subarray(8);
}

function readTag(bytes: Uint8Array, file: Matlab5File): [type: number, length: number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [view.getUint32(0, file.little), view.getUint32(4, file.little)];
}
