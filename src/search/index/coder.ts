// What makes codes of vectors that are indexed as they are: the mean of each view, and for ITQ one projection of all views.
import { existsSync } from "node:fs";
import { type Engine, matmul } from "../../core/runtime/index.js";
import type { View } from "../../data/dataset.js";
import { type DenseMatrix, dense, gatherRows, selectRows, toDense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { inside } from "../../inside.js";
import { solveItq } from "../../methods/itq/solve.js";
import { packSigns } from "../../methods/shared/packing.js";
import { fitPca, transformPca } from "../../numerics/linear-algebra/pca.js";
import { readTensors, type StoredTensor, writeTensors } from "../../runs/safetensors.js";
import type { Manifest, VectorCodes } from "./index-folder.js";

export const coderFile = "coder.safetensors";
/** Vectors of each view that a coder is fitted on, at most. */
const mostFitted = 10_000;
/** Vectors that ITQ's rotation is learned of, at most. */
const mostTurned = 5000;
/** The longest code of ITQ: the rotation's time grows with the cube. */
const mostItqBits = 128;
/** A code that says nothing, where vectors are compared themselves: the stores keep a code of every item. */
const noCodeBits = 8;

/** Codes are the signs of v / |v| − mean, for ITQ of its projection. */
export interface Coder {
  /** Of the unit vectors, by view. */
  readonly means: ReadonlyMap<string, Float32Array>;
  /** bits × dimensions, row after row. */
  readonly projection?: Float32Array;
}

/** Bits of the codes of vectors of so many values: a multiple of 8. */
export function bitsOf(codes: VectorCodes, dimensions: number): number {
  if (codes === "none") return noCodeBits;
  if (codes === "itq") return Math.min(mostItqBits, dimensions - (dimensions % 8));
  return Math.ceil(dimensions / 8) * 8;
}

/** The vectors of a view that are there. */
export interface ViewRows {
  readonly view: View;
  readonly rows: Int32Array;
}

/**
 * A coder for vectors of one length in all views; none where vectors have no codes. Evenly spaced rows are taken: 10,000 of each view at most for its mean, 5000 in all for ITQ.
 * @throws UserError where ITQ has too few vectors or dimensions.
 */
export async function fitCoder(
  views: readonly ViewRows[],
  codes: VectorCodes,
  engine: Engine,
): Promise<Coder | undefined> {
  if (codes === "none") return undefined;
  const samples = views.map(({ view, rows }) => ({ name: view.name, unit: unitRows(view, rows) }));
  const means = new Map(samples.map(({ name, unit }) => [name, center(unit)]));
  if (codes === "signs") return { means };
  const step = Math.ceil(samples.reduce((sum, { unit }) => sum + unit.rows, 0) / mostTurned);
  const all = stack(samples.map(({ unit }) => everyNth(unit, step)));
  const bits = bitsOf(codes, all.columns);
  if (bits < 8 || all.rows <= bits) {
    throw new UserError(
      `codes itq: ${all.rows} vectors of ${all.columns} values are too few for ${Math.max(8, bits)} bits: use codes signs or none`,
    );
  }
  const pca = await fitPca(all, bits, engine);
  const { rotation } = await solveItq(engine, await transformPca(pca, all, engine), { iterations: 50, seed: 0 });
  const shape = { m: bits, k: bits, n: all.columns, transposeA: true };
  return { means, projection: await matmul(engine, rotation, pca.components.data, shape) };
}

function unitRows({ matrix }: View, rows: Int32Array): DenseMatrix {
  const step = Math.max(1, Math.ceil(rows.length / mostFitted));
  const chosen = rows.filter((_, i) => i % step === 0);
  const x = dense(chosen.length, matrix.columns);
  gatherRows(matrix, chosen, x.data);
  for (let i = 0; i < x.rows; i++) {
    const row = x.data.subarray(i * x.columns, (i + 1) * x.columns);
    const length = normOf(row);
    for (let j = 0; j < row.length; j++) row[j]! /= length;
  }
  return x;
}

/** Subtracts the mean of the columns, and returns it. */
function center(x: DenseMatrix): Float32Array {
  const sums = new Float64Array(x.columns);
  for (let e = 0, i = 0; i < x.rows; i++) for (let j = 0; j < x.columns; j++, e++) sums[j]! += x.data[e]!;
  const mean = Float32Array.from(sums, (sum) => sum / Math.max(1, x.rows));
  for (let e = 0, i = 0; i < x.rows; i++) for (let j = 0; j < x.columns; j++, e++) x.data[e]! -= mean[j]!;
  return mean;
}

function everyNth(x: DenseMatrix, step: number): DenseMatrix {
  const chosen = Int32Array.from({ length: Math.ceil(x.rows / step) }, (_, i) => i * step);
  return toDense(selectRows(x, chosen));
}

function stack(parts: readonly DenseMatrix[]): DenseMatrix {
  const all = dense(
    parts.reduce((sum, { rows }) => sum + rows, 0),
    parts[0]!.columns,
  );
  let at = 0;
  for (const { data } of parts) {
    all.data.set(data, at);
    at += data.length;
  }
  return all;
}

/** The length of a vector. */
export function normOf(vector: Float32Array): number {
  let squares = 0;
  for (let j = 0; j < vector.length; j++) squares += vector[j]! ** 2;
  return Math.sqrt(squares);
}

/** Packed codes of vectors of one view, one after the other, bits / 8 bytes each. */
export async function codesOf(
  vectors: readonly Float32Array[],
  view: string,
  { bits, dimensions }: Pick<Manifest, "bits" | "dimensions">,
  coder: Coder | undefined,
  engine: Engine,
): Promise<Uint8Array> {
  const bytes = bits / 8;
  const codes = new Uint8Array(vectors.length * bytes);
  const mean = coder?.means.get(view);
  if (mean === undefined) return codes;
  const centered = new Float32Array(vectors.length * dimensions);
  for (const [i, vector] of vectors.entries()) {
    const length = normOf(vector);
    for (let j = 0, e = i * dimensions; j < dimensions; j++, e++) centered[e] = vector[j]! / length - mean[j]!;
  }
  const { projection } = coder!;
  if (projection === undefined) {
    const padded = new Float32Array(bits);
    for (let i = 0; i < vectors.length; i++) {
      padded.set(centered.subarray(i * dimensions, (i + 1) * dimensions));
      packSigns(padded, codes.subarray(i * bytes, (i + 1) * bytes));
    }
    return codes;
  }
  const shape = { m: vectors.length, k: dimensions, n: bits, transposeB: true };
  packSigns(await matmul(engine, centered, projection, shape), codes);
  return codes;
}

const meanName = (view: string) => `mean.${view}`;
const projectionName = "projection";

export function writeCoder(folder: string, { means, projection }: Coder): void {
  const tensors = new Map<string, StoredTensor>();
  let dimensions = 0;
  for (const [view, data] of means) {
    tensors.set(meanName(view), { shape: [data.length], data });
    dimensions = data.length;
  }
  if (projection !== undefined) {
    tensors.set(projectionName, { shape: [projection.length / dimensions, dimensions], data: projection });
  }
  writeTensors(inside(folder, coderFile), tensors);
}

/** The coder of an index folder, where its codes need one. @throws UserError where it is missing, or of another size than the manifest says. */
export function readCoder(folder: string, { codes, bits, dimensions, views }: Manifest): Coder | undefined {
  if (codes !== "signs" && codes !== "itq") return undefined;
  const path = inside(folder, coderFile);
  if (!existsSync(path)) throw new UserError(`${path} is missing: replace the index with --replace`);
  const { tensors } = readTensors(path);
  const take = (name: string, length: number): Float32Array => {
    const data = tensors.get(name)?.data;
    if (data instanceof Float32Array && data.length === length) return data;
    throw new UserError(`${path}: expected ${length} values of type F32 for "${name}"`);
  };
  return {
    means: new Map(views.map(({ name }) => [name, take(meanName(name), dimensions)])),
    ...(codes === "itq" && { projection: take(projectionName, bits * dimensions) }),
  };
}
