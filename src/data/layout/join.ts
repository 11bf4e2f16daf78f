// Several files as one data set: samples are the same where their ids are; who is missing in a file lacks its views.
import { UserError } from "../../errors.js";
import { type Labels, labeledRows, type Splits, type View } from "../dataset.js";
import { gatherRows, type Matrix, type SparseMatrix } from "../matrix.js";
import { joinLabels } from "../unpaired.js";
import { type AccountEntry, few } from "./account.js";
import type { Layout } from "./index.js";

/** One file of a data set. */
export interface FileLayout {
  readonly path: string;
  /** What the file is called without folder and extension. */
  readonly name: string;
  readonly layout: Layout;
  readonly samples: number;
}

/**
 * One layout of several files, joined by their ids: samples come in the order in which they are first met. Files without ids
 * are joined by their rows where they have equally many, which is said.
 * @throws UserError where files have no id in common, no ids and other lengths, or contradict each other in a label.
 */
export function joinFiles(files: readonly FileLayout[]): Layout {
  const { ids, rows, notes } = alignSamples(files);
  const samples = rows[0]!.length;
  const taken = new Map<string, number>();
  for (const { layout } of files) for (const { name } of layout.views) taken.set(name, (taken.get(name) ?? 0) + 1);
  const views = files.flatMap(({ name: file, layout }, f) =>
    layout.views.map((view): View => {
      const own = view.name === "data" || view.name === "" ? file : view.name;
      const name = own !== file && taken.get(view.name)! > 1 ? `${file}.${view.name}` : own;
      return placeView({ ...view, name }, rows[f]!);
    }),
  );
  if (views.length === 0) throw new UserError(`${few(files.map(({ path }) => path))}: no views were found`);
  const labels = alignLabels(files, rows, samples);
  const splits = alignSplits(files, rows);
  const account = files.flatMap(({ name, layout }) =>
    layout.account.map((entry): AccountEntry => ({ ...entry, variable: `${name}: ${entry.variable}` })),
  );
  const own = files.flatMap(({ name, layout }) =>
    layout.notes
      .filter((note) => !note.startsWith("no labels were found") || (!labels && note.includes("may hold them")))
      .map((note) => `${name}: ${note}`),
  );
  if (!labels) own.push("no labels were found; name them with --labels");
  const splitters = files.filter(({ layout }) => Object.keys(layout.splits ?? {}).length > 0).map(({ name }) => name);
  if (splitters.length > 1)
    own.push(`the split of ${splitters[0]} is used; ${few(splitters.slice(1))} has one as well`);
  return { views, ...(labels && { labels }), ...(ids && { ids }), splits, notes: [...notes, ...own], account };
}

/** The samples of all files: their ids, and for each file the row of each sample, -1 where the file lacks it. */
function alignSamples(files: readonly FileLayout[]): {
  readonly ids?: readonly string[];
  readonly rows: readonly Int32Array[];
  readonly notes: readonly string[];
} {
  const paths = files.map(({ path }) => path).join(", ");
  if (!files.every(({ layout }) => layout.ids)) {
    const [first] = files;
    const odd = files.find(({ samples }) => samples !== first!.samples);
    const without = files.filter(({ layout }) => !layout.ids).map(({ path }) => path);
    if (odd) {
      throw new UserError(
        `${odd.path} has ${odd.samples} samples and ${first!.path} ${first!.samples}, and ${few(without)} has no ids to join them by; name the ids with --ids`,
      );
    }
    const ids = files.find(({ layout }) => layout.ids)?.layout.ids;
    const rows = files.map(() => Int32Array.from({ length: first!.samples }, (_, i) => i));
    return {
      ...(ids && { ids }),
      rows,
      notes: [`the files are joined row by row, as ${few(without)} has no ids: row i of each is the same sample`],
    };
  }
  const place = new Map<string, number>();
  for (const { layout } of files) for (const id of layout.ids!) if (!place.has(id)) place.set(id, place.size);
  const rows = files.map(({ layout, path }) => {
    const own = new Int32Array(place.size).fill(-1);
    for (const [row, id] of layout.ids!.entries()) {
      if (own[place.get(id)!] !== -1) throw new UserError(`${path}: the id "${id}" is there twice`);
      own[place.get(id)!] = row;
    }
    return own;
  });
  for (const [f, file] of files.entries()) {
    const isAlone = rows[f]!.every((row, sample) => row < 0 || rows.every((other, g) => g === f || other[sample]! < 0));
    if (isAlone) {
      const example = (ids: readonly string[] | undefined) => JSON.stringify(ids?.[0] ?? "");
      const other = files[f === 0 ? 1 : 0]!;
      throw new UserError(
        `${file.path} has no id in common with the other files (ids such as ${example(file.layout.ids)} there, ${example(other.layout.ids)} in ${other.path}); name the ids with --ids`,
      );
    }
  }
  const lacking = files.flatMap(({ name }, f) => {
    const missing = rows[f]!.filter((row) => row < 0).length;
    return missing > 0 ? [`${missing} are not in ${name}`] : [];
  });
  const inAll = lacking.length > 0 ? `; ${lacking.join(", ")}: they count as missing there` : "";
  return { ids: [...place.keys()], rows, notes: [`${paths} are joined by their ids: ${place.size} samples${inAll}`] };
}

/** A view with its rows at the places of all samples. */
function placeView(view: View, rows: Int32Array): View {
  const { matrix, present } = view;
  const isWhole = !present && rows.every((row) => row >= 0);
  const mask = Uint8Array.from(rows, (row) => (row >= 0 && (present?.[row] ?? 1) === 1 ? 1 : 0));
  const { present: _, ...rest } = view;
  return { ...rest, matrix: placeRows(matrix, rows), ...(!isWhole && { present: mask }) };
}

/** The rows in the given order, rows of zeros where it says -1. */
export function placeRows(matrix: Matrix, rows: Int32Array): Matrix {
  const { columns } = matrix;
  if (rows.length === matrix.rows && rows.every((row, i) => row === i)) return matrix;
  if (matrix.kind === "sparse") return placeSparse(matrix, rows);
  const gather = (requested: ArrayLike<number>, target: Float32Array) => {
    target.fill(0, 0, requested.length * columns);
    const places: number[] = [];
    for (let i = 0; i < requested.length; i++) if (rows[requested[i]!]! >= 0) places.push(i);
    const own = new Float32Array(places.length * columns);
    gatherRows(
      matrix,
      places.map((i) => rows[requested[i]!]!),
      own,
    );
    for (const [p, i] of places.entries()) target.set(own.subarray(p * columns, (p + 1) * columns), i * columns);
  };
  if (matrix.kind === "lazy") return { kind: "lazy", rows: rows.length, columns, gather };
  const data = new Float32Array(rows.length * columns);
  for (const [i, row] of rows.entries()) {
    if (row >= 0) data.set(matrix.data.subarray(row * columns, (row + 1) * columns), i * columns);
  }
  return { kind: "dense", rows: rows.length, columns, data };
}

function placeSparse(matrix: SparseMatrix, rows: Int32Array): SparseMatrix {
  const offsets = new Uint32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) {
    offsets[i + 1] = offsets[i]! + (row < 0 ? 0 : matrix.offsets[row + 1]! - matrix.offsets[row]!);
  }
  const indices = new Uint32Array(offsets[rows.length]!);
  const values = new Float32Array(offsets[rows.length]!);
  for (const [i, row] of rows.entries()) {
    if (row < 0) continue;
    const [from, to] = [matrix.offsets[row]!, matrix.offsets[row + 1]!];
    indices.set(matrix.indices.subarray(from, to), offsets[i]!);
    values.set(matrix.values.subarray(from, to), offsets[i]!);
  }
  return { kind: "sparse", rows: rows.length, columns: matrix.columns, offsets, indices, values };
}

/** Labels of samples that may be in several files. */
function alignLabels(files: readonly FileLayout[], rows: readonly Int32Array[], samples: number): Labels | undefined {
  const labeled = files.flatMap(({ path, layout }, f) =>
    layout.labels ? [{ path, labels: layout.labels, rows: rows[f]! }] : [],
  );
  if (labeled.length === 0) return undefined;
  const joined = joinLabels(
    labeled.map(({ labels }) => labels),
    labeled.map(({ path }) => path).join(", "),
  );
  const starts = labeled.map((_, l) => labeled.slice(0, l).reduce((sum, { labels }) => sum + sizeOf(labels), 0));
  const from = new Int32Array(samples).fill(-1);
  const classes = joined.names.length;
  const has = new Set<number>(labeledRows(joined));
  const classesOf = (row: number) =>
    joined.kind === "single"
      ? String(joined.values[row])
      : joined.matrix.subarray(row * classes, (row + 1) * classes).join();
  for (let sample = 0; sample < samples; sample++) {
    for (const [l, each] of labeled.entries()) {
      const own = each.rows[sample]!;
      const row = starts[l]! + own;
      if (own < 0 || !has.has(row)) continue;
      if (from[sample]! < 0) from[sample] = row;
      else if (classesOf(from[sample]!) !== classesOf(row)) {
        throw new UserError(
          `${labeled.map(({ path }) => path).join(" and ")} have different labels for the same sample (number ${sample}, counted from 0); choose with --labels`,
        );
      }
    }
  }
  if (joined.kind === "single") {
    return { kind: "single", values: from.map((row) => (row < 0 ? -1 : joined.values[row]!)), names: joined.names };
  }
  const matrix = new Uint8Array(samples * classes);
  for (const [sample, row] of from.entries()) {
    if (row >= 0) matrix.set(joined.matrix.subarray(row * classes, (row + 1) * classes), sample * classes);
  }
  return { kind: "multi", matrix, names: joined.names };
}

const sizeOf = (labels: Labels): number =>
  labels.kind === "single" ? labels.values.length : labels.matrix.length / labels.names.length;

function alignSplits(files: readonly FileLayout[], rows: readonly Int32Array[]): Splits {
  for (const [f, { layout }] of files.entries()) {
    if (!layout.splits || Object.keys(layout.splits).length === 0) continue;
    const sampleOf = new Int32Array(files[f]!.samples).fill(-1);
    for (const [sample, row] of rows[f]!.entries()) if (row >= 0) sampleOf[row] = sample;
    return Object.fromEntries(
      Object.entries(layout.splits).map(([part, own]) => [part, own.map((row) => sampleOf[row]!).sort()]),
    );
  }
  return {};
}
