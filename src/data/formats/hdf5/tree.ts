// What the HDF5 thread and its caller say to each other.
import type { StoredType } from "../decode.js";
import type { AxisNames, ElementClass, TableFacts, TextVariable } from "../variables.js";

/** Integers that do not fill their bytes: `precision` bits from bit `offset` on. */
export interface Bits {
  readonly size: number;
  readonly offset: number;
  readonly precision: number;
  readonly signed: boolean;
}

/** Where a dataset lies and how its values come out: always little-endian. */
export interface DatasetPlace {
  readonly path: string;
  /** As HDF5 has it, slowest axis first. */
  readonly shape: readonly number[];
  readonly type: StoredType;
  readonly bits?: Bits;
}

/** Records of a compound dataset, or rows of a matrix, of which columns are taken. */
export interface RecordsPlace {
  readonly path: string;
  readonly shape: readonly number[];
  /** Bytes of one record, of which there are as many as the shape says. */
  readonly size: number;
  /** Records hold text or lists of any length, whose memory is to be freed. */
  readonly isVariable: boolean;
}

/** A variable without its numbers. */
export type Node =
  | {
      readonly kind: "numeric";
      readonly place: DatasetPlace;
      readonly element: ElementClass;
      /** MATLAB's arrays lie transposed: their axes are those of the dataset in reverse. */
      readonly matlab: boolean;
      readonly names?: AxisNames;
    }
  | {
      readonly kind: "column";
      readonly records: RecordsPlace;
      /** Number of records. */
      readonly rows: number;
      /** Bytes of one record. */
      readonly size: number;
      readonly offset: number;
      readonly type: StoredType;
      readonly little: boolean;
      readonly element: ElementClass;
      readonly shape: readonly number[];
    }
  | {
      readonly kind: "sparse";
      readonly element: ElementClass;
      readonly shape: readonly [number, number];
      /** Whether the offsets are those of columns (MATLAB, csc) or of rows (csr). */
      readonly compressed: "columns" | "rows";
      readonly offsets: DatasetPlace;
      /** Absent where all values are 0. */
      readonly indices?: DatasetPlace;
      readonly values?: DatasetPlace;
      readonly names?: AxisNames;
    }
  | {
      /** Numbers that are here already. */
      readonly kind: "values";
      readonly element: ElementClass;
      readonly shape: readonly number[];
      readonly order: "row" | "column";
      /** Little-endian, in a buffer of their own. */
      readonly bytes: Uint8Array;
      readonly type: StoredType;
      readonly names?: AxisNames;
    }
  | TextVariable
  | { readonly kind: "cell"; readonly shape: readonly number[]; readonly items: readonly Node[] }
  | {
      readonly kind: "struct";
      readonly shape: readonly number[];
      readonly elements: readonly ReadonlyMap<string, Node>[];
    }
  | { readonly kind: "skipped"; readonly reason: string };

export interface OpenedFile {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly format: "hdf5" | "matlab7.3" | "anndata";
  readonly table?: TableFacts;
  readonly notes: readonly string[];
}

/** A block of a dataset: `count` values from `start` on each axis. */
export interface Block {
  readonly place: DatasetPlace | RecordsPlace;
  readonly start: readonly number[];
  readonly count: readonly number[];
}

export interface ReadRequest extends Block {
  readonly id: number;
}

export type Answer =
  | { readonly id: number; readonly opened: OpenedFile }
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly problem: string; readonly isDamage: boolean };

/** What the thread is started with; the counter goes up with every step, so that its caller sees that it is alive. */
export interface Hdf5Task {
  readonly path: string;
  readonly size: number;
  readonly progress: SharedArrayBuffer;
}
