// What the HDF5 thread and its caller say to each other.
import type { StoredType } from "./decode.js";
import type { ElementClass } from "./variables.js";

/** Where a dataset lies and how its values come out: always little-endian. */
export interface DatasetPlace {
  readonly path: string;
  /** As HDF5 has it, slowest axis first. */
  readonly shape: readonly number[];
  readonly type: StoredType;
}

/** A variable without its numbers. */
export type Node =
  | {
      readonly kind: "numeric";
      readonly place: DatasetPlace;
      readonly element: ElementClass;
      /** MATLAB's arrays lie transposed: their axes are those of the dataset in reverse. */
      readonly matlab: boolean;
    }
  | {
      readonly kind: "sparse";
      readonly element: ElementClass;
      readonly rows: number;
      readonly offsets: DatasetPlace;
      /** Absent where all values are 0. */
      readonly indices?: DatasetPlace;
      readonly values?: DatasetPlace;
    }
  | { readonly kind: "empty"; readonly element: ElementClass; readonly shape: readonly number[] }
  | { readonly kind: "text"; readonly lines: readonly string[] }
  | { readonly kind: "cell"; readonly shape: readonly number[]; readonly items: readonly Node[] }
  | {
      readonly kind: "struct";
      readonly shape: readonly number[];
      readonly elements: readonly ReadonlyMap<string, Node>[];
    }
  | { readonly kind: "skipped"; readonly reason: string };

export interface OpenedFile {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly matlab: boolean;
}

/** A block of a dataset: `count` values from `start` on each axis. */
export interface ReadRequest {
  readonly id: number;
  readonly place: DatasetPlace;
  readonly start: readonly number[];
  readonly count: readonly number[];
}

export type Answer =
  | { readonly id: number; readonly opened: OpenedFile }
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly problem: string };

/** What the thread is started with; the counter goes up with every step, so that its caller sees that it is alive. */
export interface Hdf5Task {
  readonly path: string;
  readonly size: number;
  readonly progress: SharedArrayBuffer;
}
