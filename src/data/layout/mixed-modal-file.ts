// Mixed-modal data from files: DM2C's published cell arrays, or a matrix and labels for each modality.
import { existsSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { UserError } from "../../errors.js";
import { type Labels, MultiViewDataset } from "../dataset.js";
import { type FileContent, readVariables, strings, type Variable } from "../formats/index.js";
import { type DenseMatrix, dense, toDense } from "../matrix.js";
import { Column, couldBeClasses } from "./columns.js";
import { entriesOf, isMatrix, unwrap } from "./entry.js";
import { inspect, toMatrix } from "./matrix.js";
import { inventory } from "./selection.js";

/** Samples of one modality, in one matrix. */
interface Part {
  readonly modality: string;
  readonly features: DenseMatrix;
  /** Class of each sample as the file names it. */
  readonly labels?: readonly (string | number)[];
  readonly ids?: readonly string[];
  readonly split?: string;
}

type Scope = ReadonlyMap<string, Variable>;

/** The two files of the published data sets. */
export const publishedFiles = { train: "train_file.mat", test: "test_file.mat" } as const;
/** What the authors' numbers for modalities stand for. */
const publishedNames = ["image", "text"];

/**
 * Reads mixed-modal data; the samples stand modality after modality, of each part in the file's order. Layouts:
 * - DM2C's: a cell `X` of samples × 2 (features, modality) or samples × 3 (features, file name, modality), and `y`; a folder
 *   with `train_file.mat` and `test_file.mat` gives both splits;
 * - a matrix per modality with its labels beside it: `image` and `image_labels`, `text` and `text_labels`; with `_train` or
 *   `_test` in the names (`image_train`, `image_train_labels`, …) also the splits;
 * - cells `X` and `y` with a matrix and a vector of labels for each modality.
 * @throws UserError where the file cannot be read or holds none of these.
 */
export async function loadMixedModal(path: string): Promise<MultiViewDataset> {
  const parts: Part[] = [];
  if (existsSync(path) && statSync(path).isDirectory()) {
    for (const [split, file] of Object.entries(publishedFiles)) {
      if (!existsSync(join(path, file)))
        throw new UserError(`${path}: there is no ${file}; expected ${Object.values(publishedFiles).join(" and ")}`);
      parts.push(...(await readParts(join(path, file))).map((part) => ({ ...part, split })));
    }
  } else parts.push(...(await readParts(path)));
  return assemble(basename(path, extname(path)), path, parts);
}

/**
 * The same from an open file, where it is plainly meant: undefined where the file has none of the layouts, or where its
 * matrices may as well be paired, being equally long and with the same labels.
 * @throws UserError where it has one of them and contradicts itself.
 */
export async function mixedModalLayout(content: FileContent): Promise<MultiViewDataset | undefined> {
  const { path, variables, table } = content;
  // the columns of a table are of the same samples
  if (table || content.format === "anndata") return undefined;
  const published = await samplesInCells(variables, path);
  if (published) return assemble(basename(path, extname(path)), path, published);
  const cells = await modalitiesInCells(variables, path);
  const opened = new Map(entriesOf(content).map(({ reference, variable }) => [reference, variable]));
  const parts = cells ?? (await namedMatrices(opened, path));
  const modalities = new Set(parts.map(({ modality }) => modality));
  const splits = new Set(parts.map(({ split }) => split));
  const alike = [...splits].every((split) => {
    const own = parts.filter((each) => each.split === split);
    return own.every(({ labels }) => labels!.join() === own[0]!.labels!.join());
  });
  // one matrix with labels beside it is a data set of one view
  if (modalities.size < 2 || alike) return undefined;
  return assemble(basename(path, extname(path)), path, parts);
}

async function readParts(path: string): Promise<Part[]> {
  const content = await readVariables(path);
  try {
    const { variables } = content;
    const parts =
      (await samplesInCells(variables, path)) ??
      (await modalitiesInCells(variables, path)) ??
      (await namedMatrices(variables, path));
    if (parts.length > 0) return parts;
    throw new UserError(
      `${path} is not mixed-modal: expected a cell X of features and modalities with y, or a matrix for each modality with its labels (image, image_labels, text, text_labels); ${inventory(variables)}`,
    );
  } finally {
    content.close();
  }
}

/** The published layout: a row of the cell for each sample. */
async function samplesInCells(variables: Scope, path: string): Promise<Part[] | undefined> {
  const cell = variables.get("X");
  if (cell?.kind !== "cell" || cell.shape.length !== 2) return undefined;
  const [samples, width] = cell.shape as [number, number];
  if (width !== 2 && width !== 3) return undefined;
  const column = (c: number) => cell.items.slice(c * samples, (c + 1) * samples);
  // a matrix in a row is a view of many samples, not the features of one
  if (column(0).some((item) => isMatrix(unwrap(item)))) return undefined;
  const names = await Promise.all(column(width - 1).map(modalityName));
  if (names.some((name) => name === undefined)) return undefined;
  const labels = await labelsOf(variables.get("y"), samples, `${path}: y`);
  const files = width === 3 ? column(1).map((item) => strings(item)?.[0]) : [];
  const features = column(0);
  const parts: Part[] = [];
  for (const modality of [...new Set(names as string[])].sort()) {
    const rows = names.flatMap((name, row) => (name === modality ? [row] : []));
    const own = await Promise.all(rows.map((row) => vector(features[row]!, `${path}: X{${row + 1},1}`)));
    const columns = own[0]!.length;
    const odd = own.findIndex((values) => values.length !== columns);
    if (odd >= 0) {
      throw new UserError(
        `${path}: X{${rows[odd]! + 1},1} has ${own[odd]!.length} features, other samples of modality ${modality} have ${columns}`,
      );
    }
    const matrix = dense(rows.length, columns);
    own.forEach((values, i) => {
      matrix.data.set(values, i * columns);
    });
    const ids = rows.map((row) => files[row]);
    parts.push({
      modality,
      features: checked(matrix, path, modality),
      ...(labels && { labels: rows.map((row) => labels[row]!) }),
      ...(ids.every((id) => id !== undefined) && { ids: ids as string[] }),
    });
  }
  return parts;
}

async function modalityName(item: Variable): Promise<string | undefined> {
  const text = strings(item);
  if (text?.length === 1 && !/^\d+$/.test(text[0]!)) return text[0];
  const inner = item.kind === "cell" && item.items.length === 1 ? item.items[0]! : item;
  const values = text?.map(Number) ?? (inner.kind === "numeric" ? await inner.read() : []);
  const place = values[0]!;
  if (values.length !== 1 || !Number.isInteger(place) || place < 0) return undefined;
  return publishedNames[place] ?? `modality${place}`;
}

async function vector(item: Variable, what: string): Promise<ArrayLike<number>> {
  const inner = item.kind === "cell" && item.items.length === 1 ? item.items[0]! : item;
  if (inner.kind !== "numeric" || inner.shape.filter((length) => length > 1).length > 1) {
    throw new UserError(`${what} is no vector of features`);
  }
  return inner.read();
}

/** Cells with a matrix, and a vector of labels, for each modality. */
async function modalitiesInCells(variables: Scope, path: string): Promise<Part[] | undefined> {
  const [cell, labels] = [variables.get("X"), variables.get("y") ?? variables.get("Y")];
  if (cell?.kind !== "cell" || labels?.kind !== "cell" || labels.items.length !== cell.items.length) return undefined;
  return Promise.all(
    cell.items.map((item, m) => part(publishedNames[m] ?? `modality${m}`, item, labels.items[m]!, `X{${m + 1}}`, path)),
  );
}

const labelWords = new Set(["labels", "label", "y", "gnd", "gt"]);
const featureWords = new Set(["x", "features", "feature", "feat"]);

/** Matrices and vectors of labels whose names tell what belongs together. */
async function namedMatrices(variables: Scope, path: string): Promise<Part[]> {
  const labels = new Map<string, { variable: Variable; isY: boolean }>();
  const matrices = new Map<string, { name: string; split?: string; modality: string }>();
  for (const name of variables.keys()) {
    const words = name.split(/[_.-]/);
    const rest = words.filter((word) => !featureWords.has(word.toLowerCase()) && !labelWords.has(word.toLowerCase()));
    const key = rest.toSorted().join("_");
    const own = words.filter((word) => labelWords.has(word.toLowerCase()));
    if (own.length > 0) labels.set(key, { variable: variables.get(name)!, isY: own.join().toLowerCase() === "y" });
    else {
      const split = rest.find((word) => word === "train" || word === "test");
      matrices.set(key, { name, split, modality: rest.filter((word) => word !== split).join("_") });
    }
  }
  const parts: Part[] = [];
  for (const [key, { name, split, modality }] of matrices) {
    const own = labels.get(key);
    if (own === undefined || modality === "") continue;
    const { kind } = unwrap(variables.get(name)!);
    if (kind !== "numeric" && kind !== "sparse") continue;
    // acc_y beside acc_x is another axis
    if (own.isY && !isMatrix(unwrap(variables.get(name)!))) continue;
    const column = await Column.from(name, unwrap(own.variable));
    if (!column || !(await couldBeLabels(column))) continue;
    parts.push({ ...(await part(modality, variables.get(name)!, own.variable, name, path)), ...(split && { split }) });
  }
  return parts;
}

/** Whether values beside a matrix are its labels: texts, or whole numbers that are not all different. */
async function couldBeLabels(column: Column): Promise<boolean> {
  return (
    (await couldBeClasses(column)) ||
    ((column.isText || column.isWhole) && (await column.distinct()) < column.length) ||
    column.length < 5
  );
}

async function part(modality: string, matrix: Variable, labeled: Variable, name: string, path: string): Promise<Part> {
  if (matrix.kind !== "numeric" && matrix.kind !== "sparse") {
    throw new UserError(`${path}: ${name} cannot hold modality ${modality}: it is ${matrix.kind}, expected a matrix`);
  }
  const labels = (await labelsOf(labeled, undefined, `${path}: the labels of ${name}`))!;
  const [rows, columns] = [matrix.shape[0]!, matrix.shape.at(-1)!];
  if (rows !== labels.length && columns !== labels.length) {
    throw new UserError(
      `${path}: ${name} is ${matrix.shape.join("×")}, but its labels are for ${labels.length} samples`,
    );
  }
  const fail = (what: string) => new UserError(`${path}: ${name} ${what}`);
  const features = toDense(await toMatrix(matrix, rows !== labels.length, fail));
  return { modality, features: checked(features, path, name), labels };
}

async function labelsOf(variable: Variable | undefined, samples: number | undefined, what: string) {
  if (variable === undefined) return undefined;
  const lines = strings(variable);
  const values: readonly (string | number)[] | undefined =
    lines ?? (variable.kind === "numeric" ? Array.from(await variable.read()) : undefined);
  if (values === undefined) throw new UserError(`${what} are ${variable.kind}, expected integers or strings`);
  const odd = values.findIndex((value) => typeof value === "number" && !Number.isInteger(value));
  if (odd >= 0)
    throw new UserError(`${what} hold ${values[odd]} for sample ${odd} (counting from 0), expected integers`);
  if (samples !== undefined && values.length !== samples) {
    throw new UserError(`${what} are ${values.length} for ${samples} samples`);
  }
  return values;
}

function checked(matrix: DenseMatrix, path: string, name: string): DenseMatrix {
  const { present } = inspect(matrix, (what) => new UserError(`${path}: ${name} ${what}`));
  const missing = present?.indexOf(0) ?? -1;
  if (missing >= 0) throw new UserError(`${path}: ${name} holds nothing but NaN in row ${missing} (counting from 0)`);
  return matrix;
}

/** One data set: a view for each modality, with rows of zeros where a sample is in another. */
function assemble(name: string, path: string, parts: readonly Part[]): MultiViewDataset {
  const samples = parts.reduce((sum, { features }) => sum + features.rows, 0);
  const starts = parts.map((_, p) => parts.slice(0, p).reduce((sum, { features }) => sum + features.rows, 0));
  const views = [...new Set(parts.map(({ modality }) => modality))].map((modality) => {
    const own = parts.flatMap((each, p) => (each.modality === modality ? [p] : []));
    const columns = parts[own[0]!]!.features.columns;
    const matrix = dense(samples, columns);
    const present = new Uint8Array(samples);
    for (const p of own) {
      const { features } = parts[p]!;
      if (features.columns !== columns) {
        throw new UserError(
          `${path}: modality ${modality} has ${columns} features in one part and ${features.columns} in another`,
        );
      }
      matrix.data.set(features.data, starts[p]! * columns);
      present.fill(1, starts[p]!, starts[p]! + features.rows);
    }
    return { name: modality, matrix, present };
  });
  const splits = new Map<string, Int32Array>();
  for (const split of new Set(parts.map((each) => each.split))) {
    if (split === undefined) continue;
    const rows = parts.flatMap((each, p) =>
      each.split === split ? Array.from({ length: each.features.rows }, (_, i) => starts[p]! + i) : [],
    );
    splits.set(split, Int32Array.from(rows));
  }
  const ids = parts.flatMap((each) => each.ids ?? []);
  const labels = parts.every((each) => each.labels !== undefined)
    ? unite(parts.flatMap((each) => each.labels!))
    : undefined;
  const united = {
    name,
    views,
    ...(labels && { labels }),
    ...(ids.length === samples && { ids }),
    splits: Object.fromEntries(splits),
    source: path,
  };
  return new MultiViewDataset(united, { values: "trusted" });
}

function unite(values: readonly (string | number)[]): Labels {
  const classes = [...new Set(values)].sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1,
  );
  const places = new Map(classes.map((each, c) => [each, c]));
  return { kind: "single", values: Int32Array.from(values, (each) => places.get(each)!), names: classes.map(String) };
}
