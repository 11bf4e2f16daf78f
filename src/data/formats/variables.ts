// What every reader turns a file into: named variables (arrays, sparse matrices, cells, structs, text), read when requested.
import type { UserError } from "../../errors.js";

/** Values as they come from a reader; 64-bit integers have already become doubles. */
export type NumericArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** What an array holds, in MATLAB's words ("half" is IEEE binary16). */
export type ElementClass =
  | "double"
  | "single"
  | "half"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "logical";

/** A dense array of any number of axes; it may still be on disk. */
export interface NumericVariable {
  readonly kind: "numeric";
  readonly element: ElementClass;
  /** Length of each axis; at least one axis. */
  readonly shape: readonly number[];
  /** "row": the last axis is contiguous (C, NumPy). "column": the first axis is (Fortran, MATLAB). */
  readonly order: "row" | "column";
  /**
   * Values in storage order: all, or positions `start` … `end`-1 of the slowest axis (the first one of a "row" array, the
   * last one of a "column" array). May be a view of the reader's own memory: do not write to it.
   * @throws UserError where the bytes cannot be read or an integer is beyond 2^53.
   */
  read(start?: number, end?: number): Promise<NumericArray>;
  /** Rows `start` … `end`-1 of the first axis, row-major whatever the storage order; reads only what it needs. */
  slice(start: number, end: number): Promise<NumericArray>;
  /**
   * Every value as the file writes it, in storage order: "00003", "13e3", "740245381351497730". There only where a number may
   * lose some of that: cells of text that are not plain numbers, 64-bit integers. Never throws for large integers.
   */
  written?(): Promise<readonly string[]>;
  readonly names?: AxisNames;
}

/** Names that the file itself gives to the rows and columns of a matrix (a data frame's index and columns, AnnData's obs and var). */
export interface AxisNames {
  /** One for each position of the first axis. */
  readonly rows?: readonly string[];
  /** One for each position of the second axis. */
  readonly columns?: readonly string[];
}

/** Compressed sparse columns: column j has its rows and values at columnOffsets[j] … columnOffsets[j+1]-1, rows ascending. */
export interface SparseColumns {
  readonly columnOffsets: Uint32Array;
  readonly rowIndices: Uint32Array;
  readonly values: NumericArray;
}

export interface SparseVariable {
  readonly kind: "sparse";
  readonly element: ElementClass;
  /** [rows, columns] */
  readonly shape: readonly [number, number];
  /** @throws UserError where the arrays cannot be read or contradict each other. */
  read(): Promise<SparseColumns>;
  readonly names?: AxisNames;
}

/** Strings: a char matrix is one line per row, a string array one line per element. */
export interface TextVariable {
  readonly kind: "text";
  readonly lines: readonly string[];
  /** 1 where the file says that there is no value (null, an empty cell); that line is then "". Absent where every line is there. */
  readonly missing?: Uint8Array;
  /** The format says that these are categories or classes (pandas' Categorical, ARFF's nominal, Arrow's dictionary), with all of their names. */
  readonly categories?: readonly string[];
}

export interface CellVariable {
  readonly kind: "cell";
  readonly shape: readonly number[];
  /** In MATLAB's order: the first axis runs fastest. */
  readonly items: readonly Variable[];
}

/** A struct or struct array, also a group of an HDF5 file. */
export interface StructVariable {
  readonly kind: "struct";
  readonly shape: readonly number[];
  readonly elements: readonly ReadonlyMap<string, Variable>[];
}

/** Something that is there and cannot be used: a complex array, an object, a function handle. */
export interface SkippedVariable {
  readonly kind: "skipped";
  readonly reason: string;
  /** A column of a table without a single value. */
  readonly isEmpty?: boolean;
}

export type Variable =
  | NumericVariable
  | SparseVariable
  | TextVariable
  | CellVariable
  | StructVariable
  | SkippedVariable;

export type Format =
  | "matlab4"
  | "matlab5"
  | "matlab7.3"
  | "hdf5"
  | "anndata"
  | "npy"
  | "npz"
  | "csv"
  | "json"
  | "arff"
  | "idx"
  | "parquet"
  | "arrow";

/** What is known of a file whose variables are the columns of one table. */
export interface TableFacts {
  /** Columns that the file marks as names of the rows: pandas' index, R's row names, a first column without a name. */
  readonly index: readonly string[];
  /** Whether the columns' names stand in the file; otherwise they are column0, column1, … */
  readonly hasHeader: boolean;
  /** How a text file was understood: "comma-separated, decimal point, header in line 1, UTF-8". */
  readonly dialect?: string;
}

export interface FileContent {
  readonly format: Format;
  readonly path: string;
  readonly variables: ReadonlyMap<string, Variable>;
  /** Present where each variable is one column of a table: all have a value, or a list of values, for every row. */
  readonly table?: TableFacts;
  readonly notes: readonly string[];
  /** Lets the file go; variables that were not read yet can no longer be. */
  close(): void;
}

/** Number of values in an array of this shape. */
export function count(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * An array that is in memory, or whose values come from a function the first time they are requested.
 * @param more what the variable has besides its numbers: `written`, `names`.
 */
export function numeric(
  element: ElementClass,
  shape: readonly number[],
  order: "row" | "column",
  data: NumericArray | (() => NumericArray),
  more: Pick<NumericVariable, "written" | "names"> = {},
): NumericVariable {
  let values = typeof data === "function" ? undefined : data;
  const all = (): NumericArray => {
    values ??= (data as () => NumericArray)();
    return values;
  };
  const outer = (order === "row" ? shape[0] : shape.at(-1)) ?? 1;
  const inner = outer === 0 ? 0 : count(shape) / outer;
  return {
    kind: "numeric",
    element,
    shape,
    order,
    read: async (start = 0, end = outer) => all().subarray(start * inner, end * inner),
    slice: async (start, end) => {
      const whole = all();
      if (order === "row") return whole.subarray(start * inner, end * inner);
      return sliceColumnMajor(shape, start, end, (from, to) => whole.subarray(from, to));
    },
    ...more,
  };
}

/**
 * Rows start … end-1 of the first axis of a column-major array, as row-major values.
 * @param run values `from` … `to`-1 in storage order; requested once per position of the other axes.
 */
export function sliceColumnMajor(
  shape: readonly number[],
  start: number,
  end: number,
  run: (from: number, to: number) => NumericArray,
): NumericArray {
  const rows = shape[0] ?? 1;
  const rest = shape.slice(1);
  const width = count(rest);
  let result: NumericArray | undefined;
  const position = rest.map(() => 0);
  for (let k = 0; k < width; k++) {
    const values = run(k * rows + start, k * rows + end);
    result ??= new (values.constructor as new (length: number) => NumericArray)((end - start) * width);
    let column = 0;
    for (let axis = 0; axis < rest.length; axis++) column = column * rest[axis]! + position[axis]!;
    for (let i = 0; i < values.length; i++) result[i * width + column] = values[i]!;
    for (let axis = 0; axis < rest.length && ++position[axis]! === rest[axis]; axis++) position[axis] = 0;
  }
  return result ?? new Float64Array(0);
}

/** A sparse matrix in memory, checked: offsets ascending and inside the values, rows inside the matrix and ascending. */
export function sparse(
  element: ElementClass,
  shape: readonly [number, number],
  columns: SparseColumns,
  complain: (what: string) => UserError,
): SparseColumns {
  const [rows, width] = shape;
  const { columnOffsets, rowIndices, values } = columns;
  if (columnOffsets.length !== width + 1 || columnOffsets[0] !== 0) {
    throw complain(`a ${element} sparse matrix of ${width} columns has ${columnOffsets.length} column offsets`);
  }
  const entries = columnOffsets[width]!;
  if (entries > rowIndices.length || entries > values.length) {
    throw complain(`a sparse matrix needs ${entries} entries and has ${Math.min(rowIndices.length, values.length)}`);
  }
  for (let j = 0; j < width; j++) {
    if (columnOffsets[j + 1]! < columnOffsets[j]! || columnOffsets[j + 1]! > entries) {
      throw complain(`a sparse matrix whose column offsets fall at column ${j}`);
    }
    for (let e = columnOffsets[j]!; e < columnOffsets[j + 1]!; e++) {
      const row = rowIndices[e]!;
      if (row >= rows || (e > columnOffsets[j]! && row <= rowIndices[e - 1]!)) {
        throw complain(`a sparse matrix whose rows are out of range or order in column ${j}`);
      }
    }
  }
  return { columnOffsets, rowIndices: rowIndices.subarray(0, entries), values: values.subarray(0, entries) };
}

/**
 * The smallest file that could honestly hold this sparse matrix has a byte for each thousand rows: what claims more would
 * only cost memory.
 */
export function sparseIsHonest(rows: number, columns: number, entries: number): boolean {
  return rows <= 1000 * (columns + entries + 1000);
}

/** The strings in a text variable or a cell of one-line strings, otherwise undefined. */
export function strings(variable: Variable): readonly string[] | undefined {
  if (variable.kind === "text") return variable.lines;
  if (variable.kind !== "cell" || variable.items.length === 0) return undefined;
  const lines: string[] = [];
  for (const item of variable.items) {
    if (item.kind !== "text" || item.lines.length > 1) return undefined;
    lines.push(item.lines[0] ?? "");
  }
  return lines;
}

/** A few words on what a variable is: "2000×240 uint8", "1×2 cell", "sparse 544×3183". */
export function describe(variable: Variable): string {
  switch (variable.kind) {
    case "numeric":
      return `${variable.shape.join("×")} ${variable.element}`;
    case "sparse":
      return `sparse ${variable.shape.join("×")}`;
    case "text":
      return variable.lines.length === 1 ? "text" : `${variable.lines.length} lines of text`;
    case "cell":
      return `${variable.shape.join("×")} cell`;
    case "struct":
      return `${variable.shape.join("×")} struct of ${[...(variable.elements[0]?.keys() ?? [])].slice(0, 8).join(", ") || "nothing"}`;
    case "skipped":
      return variable.reason;
  }
}
