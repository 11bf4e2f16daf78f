// A multi-view data set: the same samples seen through several views, with labels, ids and splits where there are any.
import { UserError } from "../errors.js";
import { checkIds, isRow, labelsOf, splitsOf, viewsOf } from "./dataset-parts.js";
import { requireFinite } from "./finite.js";
import type { AccountEntry } from "./layout/account.js";
import { type Matrix, selectRows } from "./matrix.js";
import type { PlainLabels } from "./plain-labels.js";
import type { PlainRows } from "./plain-rows.js";

/** One way of seeing the samples: a matrix with a row per sample. */
export interface View {
  readonly name: string;
  readonly matrix: Matrix;
  /** 1 where the sample has this view, 0 where it is missing (its row is then meaningless); absent = every sample has it. */
  readonly present?: Uint8Array;
  /** Names of the columns as the data has them, where it has any; all different. */
  readonly features?: readonly string[];
  /** Single values may be missing, which are NaN in the (dense) matrix: a method fills them by option `impute` of its `fit`. */
  readonly incomplete?: boolean;
}

/** What is known about the classes of the samples. */
export type Labels =
  | {
      readonly kind: "single";
      /** Class of each sample, 0 … names.length-1; -1 where it has no label. */
      readonly values: Int32Array;
      /** Name of each class. */
      readonly names: readonly string[];
    }
  | {
      readonly kind: "multi";
      /** samples × classes, row-major: 1 where the sample has the class, else 0. */
      readonly matrix: Uint8Array;
      readonly names: readonly string[];
    };

/** Named sets of row numbers: train, test, query, database. */
export interface Splits {
  readonly [name: string]: Int32Array;
}

/** A view as it may be given: rows of numbers become a float32 matrix. */
export interface ViewInit extends Omit<View, "matrix" | "present"> {
  readonly matrix: Matrix | PlainRows;
  /** Whether each sample has this view (1 or true); absent = every sample has it. The rows of others are not looked at. */
  readonly present?: Uint8Array | readonly (boolean | number)[];
}

/** How the rows of a view were made from pictures or words, so that new ones can be made in the same way. */
export interface ViewEncoding {
  /** The encoder's spec, such as `builtin:words`. */
  readonly encoder: string;
  readonly material: "pictures" | "words";
  /** Digest of everything that rows depend on; absent in what older versions wrote. */
  readonly identity?: string;
  /** What the encoder learned from its corpus. */
  readonly state?: string;
}

/** What a MultiViewDataset is made from. */
export interface DatasetInit {
  readonly name: string;
  readonly views: readonly ViewInit[];
  /** A class per sample: names or whole numbers, null where a sample has none; or classes in full, also several a sample. */
  readonly labels?: Labels | PlainLabels;
  /** One per sample. */
  readonly ids?: readonly string[];
  /** Row numbers. */
  readonly splits?: { readonly [name: string]: Int32Array | readonly number[] };
  /** Where the data came from: a path, a package, a recipe. */
  readonly source?: string;
  /** What became of every variable of the file that the data came from. */
  readonly account?: readonly AccountEntry[];
  /** By the names of the views that an encoder made from pictures or words. */
  readonly encoders?: Readonly<Record<string, ViewEncoding>>;
}

/**
 * Samples × views, immutable; every view has a row for every sample. Views are plain arrays or matrices (`dense`, `sparse`).
 * @example
 * ```ts
 * import { MultiViewDataset } from "vantage-ml";
 *
 * const data = new MultiViewDataset({
 *   name: "animals",
 *   views: [
 *     { name: "image", matrix: [[1, 2], [3, 4], [5, 6]] },
 *     { name: "text", matrix: [[7], [8], [9]] },
 *   ],
 *   labels: ["cat", "dog", "cat"],
 * });
 * console.log(data.samples, data.classes, data.dimensions); // 3 2 [ 2, 1 ]
 * console.log(data.select([2, 0]).samples); // 2
 * ```
 */
export class MultiViewDataset {
  readonly name: string;
  readonly views: readonly View[];
  readonly labels?: Labels;
  readonly ids?: readonly string[];
  readonly splits: Splits;
  readonly source?: string;
  readonly account?: readonly AccountEntry[];
  readonly encoders?: Readonly<Record<string, ViewEncoding>>;

  /**
   * @param values whether to go through all values once; "trusted" where they are known to be finite numbers. Rows of a lazy matrix
   *   are never read here.
   * @throws UserError where there is no view or no sample, names repeat, a view, mask, label list or id list has another
   *   length than the first view, rows have different lengths, a value is no finite number, a label or split row is out of range,
   *   or a split names a row twice.
   */
  constructor(init: DatasetInit, { values = "checked" }: { readonly values?: "checked" | "trusted" } = {}) {
    this.name = init.name;
    this.views = viewsOf(init, values === "trusted");
    if (values === "checked") {
      for (const view of this.views) if (view.matrix.kind !== "lazy") requireFinite(this.name, view);
    }
    const { samples } = this;
    this.labels = labelsOf(init, samples);
    checkIds(init, samples);
    this.ids = init.ids;
    this.splits = splitsOf(init, samples);
    this.source = init.source;
    if (init.account) this.account = init.account;
    if (init.encoders) this.encoders = init.encoders;
  }

  /** Number of samples. */
  get samples(): number {
    return this.views[0]!.matrix.rows;
  }

  /** Number of classes that have a name, 0 without labels. */
  get classes(): number {
    return this.labels?.names.length ?? 0;
  }

  /** Columns of each view. */
  get dimensions(): number[] {
    return this.views.map((view) => view.matrix.columns);
  }

  /**
   * The chosen samples, in the given order and as often as named. Labels keep all class names; splits keep the samples that
   * are left, under their new row numbers, and go where none is left.
   * @throws RangeError for a row number that is not 0 … samples-1; UserError where no row is chosen.
   */
  select(rows: ArrayLike<number>): MultiViewDataset {
    for (let i = 0; i < rows.length; i++) {
      if (!isRow(rows[i]!, this.samples)) {
        throw new RangeError(`${this.name}: row ${rows[i]} chosen from ${this.samples} samples`);
      }
    }
    const { ids } = this;
    const selected: DatasetInit = {
      ...this,
      views: this.views.map(({ name, matrix, present, features, incomplete }) => ({
        name,
        matrix: selectRows(matrix, rows),
        ...(present && { present: Uint8Array.from(rows, (row) => present[row]!) }),
        ...(features && { features }),
        ...(incomplete && { incomplete }),
      })),
      labels: this.labels && selectLabels(this.labels, rows),
      ids: ids && Array.from(rows, (row) => ids[row]!),
      splits: selectSplits(this.splits, rows, this.samples),
    };
    return new MultiViewDataset(selected, { values: "trusted" });
  }

  /**
   * The same samples through the named views only, in the given order.
   * @throws UserError for a view that is not there, or none.
   */
  selectViews(names: readonly string[]): MultiViewDataset {
    const views = names.map((name) => {
      const view = this.views.find((each) => each.name === name);
      if (!view) {
        throw new UserError(
          `${this.name}: no view "${name}"; its views are ${this.views.map((v) => v.name).join(", ")}`,
        );
      }
      return view;
    });
    return new MultiViewDataset({ ...this, views }, { values: "trusted" });
  }

  /** The same data with these splits in place of its own. */
  withSplits(splits: Splits): MultiViewDataset {
    return new MultiViewDataset({ ...this, splits }, { values: "trusted" });
  }
}

/** The samples of each class, in ascending order; those without a label are in none. */
export function samplesByClass({ values, names }: Extract<Labels, { kind: "single" }>): number[][] {
  const groups: number[][] = names.map(() => []);
  for (let row = 0; row < values.length; row++) if (values[row]! >= 0) groups[values[row]!]!.push(row);
  return groups;
}

/** The samples that have a label (one class or more), ascending. */
export function labeledRows(labels: Labels): Int32Array {
  if (labels.kind === "single") {
    return Int32Array.from(labels.values.keys()).filter((row) => labels.values[row]! >= 0);
  }
  const classes = labels.names.length;
  const rows = Int32Array.from({ length: labels.matrix.length / classes }, (_, row) => row);
  return rows.filter((row) => labels.matrix.subarray(row * classes, (row + 1) * classes).includes(1));
}

/** The samples that have the view, ascending; undefined where all have it. */
export function presentRows({ matrix, present }: View): Int32Array | undefined {
  return present && Int32Array.from({ length: matrix.rows }, (_, row) => row).filter((row) => present[row] === 1);
}

function selectLabels(labels: Labels, rows: ArrayLike<number>): Labels {
  if (labels.kind === "single") return { ...labels, values: Int32Array.from(rows, (row) => labels.values[row]!) };
  const classes = labels.names.length;
  const matrix = new Uint8Array(rows.length * classes);
  for (let i = 0; i < rows.length; i++) {
    matrix.set(labels.matrix.subarray(rows[i]! * classes, (rows[i]! + 1) * classes), i * classes);
  }
  return { ...labels, matrix };
}

function selectSplits(splits: Splits, rows: ArrayLike<number>, samples: number): Splits {
  const selected = new Map<string, Int32Array>();
  for (const [name, members] of Object.entries(splits)) {
    const inside = new Uint8Array(samples);
    for (const row of members) inside[row] = 1;
    const kept: number[] = [];
    for (let i = 0; i < rows.length; i++) if (inside[rows[i]!]) kept.push(i);
    if (kept.length > 0) selected.set(name, Int32Array.from(kept));
  }
  return Object.fromEntries(selected);
}
