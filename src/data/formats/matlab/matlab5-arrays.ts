// MATLAB v5 files: array elements of every class, cells and structs with what they contain.
import { decodeText } from "../decode.js";
import { count, type ElementClass, numeric, type Variable } from "../variables.js";
import { objectReason } from "./matlab-text.js";
import {
  corrupt,
  type Elements,
  elementTypes,
  type Matlab5File,
  nextElement,
  nextIntegers,
  nextName,
  remaining,
} from "./matlab5-elements.js";
import { readNumeric, readSparse, readText } from "./matlab5-numeric.js";

const classes = { cell: 1, struct: 2, object: 3, char: 4, sparse: 5, functionHandle: 16, opaque: 17 } as const;

const numericClasses: Readonly<Record<number, ElementClass>> = {
  6: "double",
  7: "single",
  8: "int8",
  9: "uint8",
  10: "int16",
  11: "uint16",
  12: "int32",
  13: "uint32",
  14: "int64",
  15: "uint64",
};

const deepest = 40;
const flags = { logical: 2, complex: 8 } as const;

/**
 * The content of one array element.
 * @param label what messages call it: the variable that holds it, or at depth 0 its place, until its own name is known.
 * @returns its name, "" inside a cell or struct, its value, and how many of the bytes it takes.
 */
export function readArray(
  file: Matlab5File,
  bytes: Uint8Array,
  label: string,
  depth: number,
): { name: string; value: Variable; used: number } {
  const elements: Elements = { file, bytes, name: label, offset: 0 };
  // an empty element is how MATLAB writes [] inside a cell
  if (bytes.length === 0) return { name: "", value: numeric("double", [0, 0], "column", new Float64Array(0)), used: 0 };
  if (depth > deepest) throw corrupt(file.path, label, `arrays nested more than ${deepest} deep`);
  const flag = nextIntegers(elements, "array flags")[0] ?? 0;
  const arrayClass = flag & 0xff;
  if (arrayClass === classes.opaque) {
    const name = nextName(elements);
    nextName(elements);
    const reason = objectReason(nextName(elements), name || label);
    return { name, value: { kind: "skipped", reason }, used: bytes.length };
  }
  const shape = [...nextIntegers(elements, "dimensions")];
  if (shape.length < 2 || shape.length > 32 || shape.some((length) => length < 0)) {
    throw corrupt(file.path, label, `dimensions ${shape.slice(0, 8).join("×")}`);
  }
  const name = nextName(elements);
  const inside: Elements = { file, bytes, name: depth === 0 && name !== "" ? name : label, offset: elements.offset };
  const value = readClass(inside, arrayClass, shape, (flag >> 8) & 0xff, depth);
  return { name, value, used: value.kind === "skipped" ? bytes.length : inside.offset };
}

function readClass(elements: Elements, arrayClass: number, shape: number[], flag: number, depth: number): Variable {
  const logical = (flag & flags.logical) !== 0;
  const element = numericClasses[arrayClass];
  if ((flag & flags.complex) !== 0 && (element || arrayClass === classes.sparse)) {
    return { kind: "skipped", reason: `a ${shape.join("×")} complex array; only real numbers are supported` };
  }
  if (element && isOctaveSparse(elements, logical)) return readSparse(elements, shape, "logical");
  if (element) return readNumeric(elements, shape, logical ? "logical" : element);
  switch (arrayClass) {
    case classes.char:
      return readText(elements, shape);
    case classes.sparse:
      return readSparse(elements, shape, logical ? "logical" : "double");
    case classes.cell:
      return { kind: "cell", shape, items: readItems(elements, count(shape), depth) };
    case classes.struct:
      return readStruct(elements, shape, depth);
    case classes.object:
      return { kind: "skipped", reason: "an object of an old-style class" };
    case classes.functionHandle:
      return { kind: "skipped", reason: "a function handle" };
    default:
      throw corrupt(elements.file.path, elements.name, `an array of class ${arrayClass}`);
  }
}

/** Octave gives a sparse logical matrix the class of a dense one; its values begin with row indices, dense ones are bytes. */
function isOctaveSparse({ file, bytes, offset }: Elements, logical: boolean): boolean {
  return file.octave && logical && nextElement({ file, bytes, offset, name: "" }).type === 5;
}

function readItems(elements: Elements, items: number, depth: number): Variable[] {
  const { file, name } = elements;
  if (items * 8 > remaining(elements)) throw corrupt(file.path, name, `${items} cells in ${remaining(elements)} bytes`);
  return Array.from({ length: items }, () => {
    const start = elements.offset + 8;
    const { type, bytes } = nextElement(elements);
    if (type !== elementTypes.matrix)
      throw corrupt(file.path, name, `an element of data type ${type} where an array is due`);
    const { value, used } = readArray(file, bytes, name, depth + 1);
    if (file.octave) elements.offset = start + used;
    return value;
  });
}

function readStruct(elements: Elements, shape: number[], depth: number): Variable {
  const { file, name } = elements;
  const width = nextIntegers(elements, "the length of field names")[0] ?? 0;
  const { bytes } = nextElement(elements);
  if (width <= 0 || bytes.length % width !== 0) {
    throw corrupt(file.path, name, `field names of ${width} characters in ${bytes.length} bytes`);
  }
  const fields = Array.from({ length: bytes.length / width }, (_, i) => {
    const field = bytes.subarray(i * width, (i + 1) * width);
    const end = field.indexOf(0);
    return decodeText(end < 0 ? field : field.subarray(0, end));
  });
  const size = count(shape);
  if (fields.length === 0) return { kind: "struct", shape, elements: [] };
  const items = readItems(elements, size * fields.length, depth);
  return {
    kind: "struct",
    shape,
    elements: Array.from(
      { length: size },
      (_, i) => new Map(fields.map((field, f) => [field, items[i * fields.length + f]!])),
    ),
  };
}
