// What Octave writes with save -hdf5: each value is a group with its type as text; arrays lie transposed, as MATLAB's do.
import { Dataset, Group } from "h5wasm/node";
import { charRows, unpackUtf8 } from "../matlab/matlab-text.js";
import { count, sparseIsHonest } from "../variables.js";
import { attributes, Problem, placeOf, readAllBytes, readableType, readNumbers } from "./library.js";
import { readStrings } from "./text.js";
import type { Node } from "./tree.js";

const longestText = 2 ** 26;

/** Says whether a group is a value of Octave. */
export function isOctave(group: Group): boolean {
  return attributes(group, /^OCTAVE_NEW_FORMAT$/).size > 0;
}

/**
 * The value in a group of Octave's.
 * @param inner reads what cells and structs hold.
 */
export function readOctave(group: Group, name: string, inner: (object: unknown, name: string) => Node): Node {
  const typeText = group.get("type");
  const type = typeText instanceof Dataset ? readableType(typeText) : undefined;
  const kind =
    typeText instanceof Dataset && type && typeof type !== "string" ? (readStrings(typeText, type)[0] ?? "") : "";
  const value = group.get("value");
  const isEmpty = attributes(group, /^OCTAVE_EMPTY_MATRIX$/).size > 0;
  if (/complex/.test(kind)) return { kind: "skipped", reason: "a complex array; only real numbers are supported" };
  if (value instanceof Dataset && /string$/.test(kind))
    return isEmpty ? { kind: "text", lines: [""] } : characters(value);
  if (value instanceof Dataset && /(matrix|scalar|bool)$/.test(kind))
    return isEmpty ? empty(value) : numbers(value, kind);
  if (value instanceof Group && /^sparse( bool)? matrix$/.test(kind)) return sparseMatrix(value, kind);
  if (value instanceof Group && kind === "scalar struct") {
    const fields = value.keys().map((key) => [key, inner(value.get(key), `${name}.${key}`)] as const);
    return { kind: "struct", shape: [1, 1], elements: [new Map(fields)] };
  }
  if (value instanceof Group && kind === "cell") {
    const shape = integers(value, "dims").reverse();
    const items = Array.from({ length: Math.min(count(shape), value.keys().length) }, (_, i) =>
      inner(value.get(`_${i}`), `${name}{${i + 1}}`),
    );
    if (items.length !== count(shape)) throw new Problem(`${group.path} claims ${shape.join("×")} cells`);
    return { kind: "cell", shape, items };
  }
  return { kind: "skipped", reason: `a value of Octave's type "${kind}"; save it with save -v7` };
}

function integers(group: Group, name: string): number[] {
  const object = group.get(name);
  const place = object instanceof Dataset ? placeOf(object) : undefined;
  if (!place || typeof place === "string" || count(place.shape) > 32)
    throw new Problem(`${group.path}/${name} is missing`);
  return readNumbers(place);
}

function empty(value: Dataset): Node {
  const place = placeOf(value);
  const shape = typeof place !== "string" && count(place.shape) <= 32 ? readNumbers(place) : [0, 0];
  return { kind: "values", element: "double", shape, order: "column", bytes: new Uint8Array(0), type: "double" };
}

function numbers(value: Dataset, kind: string): Node {
  const found = placeOf(value);
  if (typeof found === "string") return { kind: "skipped", reason: found };
  const place = value.metadata.shape!.length === 0 ? { ...found, shape: [1, 1] } : found;
  return { kind: "numeric", place, element: /^bool/.test(kind) ? "logical" : place.type, matlab: true };
}

/** Bytes of UTF-8, one row after the other in each column. */
function characters(value: Dataset): Node {
  const place = placeOf(value);
  if (typeof place === "string") return { kind: "skipped", reason: place };
  if (count(place.shape) > longestText) return { kind: "skipped", reason: "text that is too long" };
  const text = Buffer.from(readAllBytes(place)).toString("latin1");
  const rows = charRows(text, [...place.shape].reverse());
  return rows.kind === "text" ? { kind: "text", lines: unpackUtf8(rows.lines) } : rows;
}

function sparseMatrix(group: Group, kind: string): Node {
  const [rows, columns] = [integers(group, "nr")[0]!, integers(group, "nc")[0]!];
  const parts = ["cidx", "ridx", "data"].map((name) => {
    const object = group.get(name);
    const place = object instanceof Dataset ? placeOf(object) : "a part that is missing";
    return place;
  });
  const [offsets, indices, values] = parts;
  if (
    !offsets ||
    !indices ||
    !values ||
    typeof offsets === "string" ||
    typeof indices === "string" ||
    typeof values === "string"
  ) {
    return { kind: "skipped", reason: "a sparse matrix of which a part cannot be read" };
  }
  const isHonest =
    rows >= 0 && columns === count(offsets.shape) - 1 && sparseIsHonest(rows, columns, count(indices.shape));
  if (!isHonest) throw new Problem(`${group.path} is a sparse matrix of ${rows}×${columns}`);
  const element = kind === "sparse matrix" ? "double" : "logical";
  return { kind: "sparse", element, shape: [rows, columns], compressed: "columns", offsets, indices, values };
}
