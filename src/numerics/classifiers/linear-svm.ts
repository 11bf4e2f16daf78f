// Linear support vector machine: squared hinge loss, one class against the rest, by dual coordinate descent.

import { Random } from "../../core/kernels/random.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { checkFinite } from "../linear-algebra/points.js";

export interface LinearSvmOptions {
  /** Weight of the losses against ½‖w‖². Default 1. */
  readonly c?: number;
  readonly seed: number;
  /** Largest violation of optimality at which the descent ends. Default 1e-4. */
  readonly tolerance?: number;
  /** Passes over the samples per class at most. Default 1000. */
  readonly maxIterations?: number;
}

export interface LinearSvm {
  /** The labels that occur, ascending. */
  readonly classes: Int32Array;
  /** classes × columns. */
  readonly weights: DenseMatrix;
  /** One per class. */
  readonly intercepts: Float64Array;
  /** Whether every class reached the tolerance within the iterations. */
  readonly converged: boolean;
}

/** Milliseconds of descent after which the event loop gets a turn. */
const turn = 50;

/**
 * Trains, for each class, ½(‖w‖² + b²) + C Σ max(0, 1 − y (w·x + b))² as scikit-learn's LinearSVC does by default: dual
 * coordinate descent with shrinking and random order (Hsieh et al., ICML 2008, algorithms 1 and 3), the intercept b as
 * weight of a constant 1. Of two classes the second is distinguished from the first and the first gets the opposite weights.
 * @throws UserError where fewer than two classes occur or x holds NaN or infinity; RangeError where rows and labels differ in number.
 */
export async function trainLinearSvm(
  x: DenseMatrix,
  labels: Int32Array,
  options: LinearSvmOptions,
): Promise<LinearSvm> {
  if (x.rows !== labels.length) throw new RangeError(`linear SVM: ${x.rows} rows but ${labels.length} labels`);
  checkFinite(x);
  const classes = Int32Array.from(new Set(labels)).sort();
  if (classes.length < 2)
    throw new UserError(`linear SVM: ${classes.length} class among the labels, expected 2 or more`);
  const { columns } = x;
  const weights = dense(classes.length, columns);
  const intercepts = new Float64Array(classes.length);
  let converged = true;
  for (let c = classes.length === 2 ? 1 : 0; c < classes.length; c++) {
    const signs = Float64Array.from(labels, (label) => (label === classes[c] ? 1 : -1));
    const solution = await descend(x, signs, new Random(options.seed, "linear SVM", c), options);
    weights.data.set(solution.weights.subarray(0, columns), c * columns);
    intercepts[c] = solution.weights[columns]!;
    converged &&= solution.converged;
  }
  if (classes.length === 2) {
    weights.data.set(weights.data.subarray(columns).map((w) => -w));
    intercepts[0] = -intercepts[1]!;
  }
  return { classes, weights, intercepts, converged };
}

/** The class with the greatest decision value w·x + b for each row; the first of equals. */
export function predictLinearSvm({ classes, weights, intercepts }: LinearSvm, x: DenseMatrix): Int32Array {
  const { columns } = weights;
  if (x.columns !== columns) throw new UserError(`linear SVM: trained on ${columns} dimensions, given ${x.columns}`);
  return Int32Array.from({ length: x.rows }, (_, i) => {
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes.length; c++) {
      let value = intercepts[c]!;
      for (let j = 0; j < columns; j++) value += weights.data[c * columns + j]! * x.data[i * columns + j]!;
      if (value > most) {
        most = value;
        best = c;
      }
    }
    return classes[best]!;
  });
}

/** The dual problem of one class against the rest, min ½ αᵀQα − Σα over α ≥ 0 with Q_ij = y_i y_j x_i·x_j + [i=j]/2C. */
interface Dual {
  readonly x: DenseMatrix;
  /** y: 1 or −1 per row. */
  readonly signs: Float64Array;
  /** 1/2C. */
  readonly diagonal: number;
  /** Q_ii per row. */
  readonly curvatures: Float64Array;
  readonly alphas: Float64Array;
  /** w = Σ α y x, and the intercept as its last entry. */
  readonly weights: Float64Array;
  /** Rows, those left out of the descent for now at the end. */
  readonly order: Int32Array;
  active: number;
  /** Rows at α = 0 whose gradient is above this are left out. */
  shrinkAbove: number;
}

async function descend(
  x: DenseMatrix,
  signs: Float64Array,
  random: Random,
  { c = 1, tolerance = 1e-4, maxIterations = 1000 }: LinearSvmOptions,
): Promise<{ weights: Float64Array; converged: boolean }> {
  const { rows, columns, data } = x;
  const diagonal = 1 / (2 * c);
  const dual: Dual = {
    x,
    signs,
    diagonal,
    curvatures: Float64Array.from({ length: rows }, (_, i) => {
      let square = 1 + diagonal;
      for (let e = i * columns; e < (i + 1) * columns; e++) square += data[e]! * data[e]!;
      return square;
    }),
    alphas: new Float64Array(rows),
    weights: new Float64Array(columns + 1),
    order: Int32Array.from({ length: rows }, (_, i) => i),
    active: rows,
    shrinkAbove: Number.POSITIVE_INFINITY,
  };
  let lastTurn = performance.now();
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (performance.now() - lastTurn > turn) {
      await new Promise((resolve) => setTimeout(resolve));
      lastTurn = performance.now();
    }
    random.shuffle(dual.order.subarray(0, dual.active));
    const [least, most] = sweep(dual);
    if (most - least > tolerance) {
      dual.shrinkAbove = most > 0 ? most : Number.POSITIVE_INFINITY;
    } else if (dual.active === rows) {
      return { weights: dual.weights, converged: true };
    } else {
      dual.active = rows;
      dual.shrinkAbove = Number.POSITIVE_INFINITY;
    }
  }
  return { weights: dual.weights, converged: false };
}

/** One pass over the active rows: each α moves to its own minimum. Returns the least and the greatest projected gradient met. */
function sweep(dual: Dual): [number, number] {
  const { signs, diagonal, curvatures, alphas, weights, order, shrinkAbove } = dual;
  const { columns, data } = dual.x;
  let most = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (let s = 0; s < dual.active; s++) {
    const i = order[s]!;
    const start = i * columns;
    const score = weights[columns]! + product(weights, data, start, columns);
    const before = alphas[i]!;
    const gradient = signs[i]! * score - 1 + diagonal * before;
    if (before === 0 && gradient > shrinkAbove) {
      dual.active--;
      order[s] = order[dual.active]!;
      order[dual.active] = i;
      s--;
      continue;
    }
    const violation = before === 0 ? Math.min(gradient, 0) : gradient;
    most = Math.max(most, violation);
    least = Math.min(least, violation);
    if (Math.abs(violation) <= 1e-12) continue;
    const after = Math.max(before - gradient / curvatures[i]!, 0);
    const step = (after - before) * signs[i]!;
    alphas[i] = after;
    for (let j = 0; j < columns; j++) weights[j]! += step * data[start + j]!;
    weights[columns]! += step;
  }
  return [least, most];
}

/** Σ weights[j] · data[start + j]; four sums side by side, since one alone would wait for each of its additions. */
function product(weights: Float64Array, data: Float32Array, start: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let j = 0;
  for (; j + 3 < length; j += 4) {
    a += weights[j]! * data[start + j]!;
    b += weights[j + 1]! * data[start + j + 1]!;
    c += weights[j + 2]! * data[start + j + 2]!;
    d += weights[j + 3]! * data[start + j + 3]!;
  }
  for (; j < length; j++) a += weights[j]! * data[start + j]!;
  return a + b + (c + d);
}
