// A multi-layer perceptron as classifier: one hidden layer of 100 rectified units.

import { Random } from "../../core/kernels/random.js";
import { crossEntropy, Forward, initialize, linear, Parameters } from "../../core/nn/index.js";
import { type Engine, matmul, ParameterStore, TrainingStep } from "../../core/runtime/index.js";
import { add, div, input, mul, relu, size, square, sum, type Tensor } from "../../core/tensor/index.js";
import { type DenseMatrix, gatherRows } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { checkFinite } from "../linear-algebra/points.js";

export interface MlpOptions {
  readonly seed: number;
  /** Default 200. */
  readonly maxEpochs?: number;
  readonly engine: Engine;
}

export interface Mlp {
  /** The labels that occur, ascending. */
  readonly classes: Int32Array;
  /** hidden × inputs, hidden, classes × hidden, classes. */
  readonly hiddenWeight: DenseMatrix;
  readonly hiddenBias: Float32Array;
  readonly outputWeight: DenseMatrix;
  readonly outputBias: Float32Array;
  /** Epochs trained. */
  readonly epochs: number;
  /** Whether the loss had stopped falling. */
  readonly converged: boolean;
}

const hiddenUnits = 100;
const batchSize = 200;
const learningRate = 1e-3;
/** α: weight of ½ ‖W‖² / batch size in the loss. */
const decay = 1e-4;
/** Training ends after more than `patience` epochs in a row whose mean loss is not lower than the least by `tolerance`. */
const tolerance = 1e-4;
const patience = 10;

/**
 * Trains with scikit-learn's defaults for MLPClassifier: 100 ReLU units, softmax and cross-entropy (also for two classes,
 * where scikit-learn takes one logistic output), Adam 1e-3, batches of 200, L2 penalty 1e-4, at most 200 epochs, Glorot's
 * uniform first values.
 * @throws UserError where fewer than two classes occur or x holds NaN or infinity; RangeError where rows and labels differ.
 */
export async function trainMlp(x: DenseMatrix, labels: Int32Array, options: MlpOptions): Promise<Mlp> {
  if (x.rows !== labels.length) throw new RangeError(`MLP: ${x.rows} rows but ${labels.length} labels`);
  checkFinite(x);
  const classes = Int32Array.from(new Set(labels)).sort();
  if (classes.length < 2) throw new UserError(`MLP: ${classes.length} class among the labels, expected 2 or more`);
  const { engine } = options;
  const network = build(x.columns, classes.length);
  const store = new ParameterStore(
    engine.memory,
    network.parameters.all.map(({ name, shape }) => ({ name, shape })),
  );
  initialize(engine.kernels, store, network.parameters.all, options.seed);
  const step = await TrainingStep.compile(engine, {
    name: "mlp",
    store,
    loss: network.loss,
    groups: [{ parameters: network.parameters.learned(), optimizer: { kind: "adam", lr: learningRate } }],
    seed: options.seed,
  });
  try {
    const { epochs, converged } = await descend(step, x, indicesOf(labels, classes), options);
    await store.download();
    const matrix = (name: string, rows: number, columns: number): DenseMatrix => {
      return { kind: "dense", rows, columns, data: store.values(name).slice() };
    };
    return {
      classes,
      hiddenWeight: matrix("hidden.weight", hiddenUnits, x.columns),
      hiddenBias: store.values("hidden.bias").slice(),
      outputWeight: matrix("output.weight", classes.length, hiddenUnits),
      outputBias: store.values("output.bias").slice(),
      epochs,
      converged,
    };
  } finally {
    await step.release();
    store.release();
  }
}

/** The likeliest class of each row; the first of equals. */
export async function predictMlp(mlp: Mlp, x: DenseMatrix, engine: Engine): Promise<Int32Array> {
  const { classes, hiddenWeight, hiddenBias, outputWeight, outputBias } = mlp;
  if (x.columns !== hiddenWeight.columns) {
    throw new UserError(`MLP: trained on ${hiddenWeight.columns} dimensions, given ${x.columns}`);
  }
  const [m, h, n] = [x.rows, hiddenBias.length, classes.length];
  const hidden = await matmul(engine, x.data, hiddenWeight.data, { m, k: x.columns, n: h, transposeB: true });
  for (let e = 0; e < hidden.length; e++) hidden[e] = Math.max(0, hidden[e]! + hiddenBias[e % h]!);
  const scores = await matmul(engine, hidden, outputWeight.data, { m, k: h, n, transposeB: true });
  return Int32Array.from({ length: m }, (_, i) => {
    let best = 0;
    for (let c = 1; c < n; c++) {
      if (scores[i * n + c]! + outputBias[c]! > scores[i * n + best]! + outputBias[best]!) best = c;
    }
    return classes[best]!;
  });
}

function build(inputs: number, classes: number): { parameters: Parameters; loss: Tensor } {
  const parameters = new Parameters();
  const layer = (name: string, from: number, to: number) => {
    const glorot = { kind: "uniform", limit: Math.sqrt(6 / (from + to)) } as const;
    return linear(parameters.scope(name), from, to, { weight: glorot, bias: glorot });
  };
  const hidden = layer("hidden", inputs, hiddenUnits);
  const output = layer("output", hiddenUnits, classes);
  const x = input("x", ["n", inputs]);
  const y = input("y", ["n"], "int64");
  const weights = parameters.all.filter(({ name }) => name.endsWith("weight"));
  const penalty = weights.map(({ tensor }) => sum(square(tensor))).reduce((a, b) => add(a, b));
  const forward = new Forward(true);
  const logits = output(relu(hidden(x, forward)), forward);
  return { parameters, loss: add(crossEntropy(logits, y), div(mul(penalty, decay / 2), size(x, 0))) };
}

async function descend(
  step: TrainingStep,
  x: DenseMatrix,
  targets: Int32Array,
  { seed, maxEpochs = 200 }: MlpOptions,
): Promise<{ epochs: number; converged: boolean }> {
  let least = Number.POSITIVE_INFINITY;
  let stalled = 0;
  for (let epoch = 1; epoch <= maxEpochs; epoch++) {
    const order = new Random(seed, "MLP", epoch).permutation(x.rows);
    let total = 0;
    for (let first = 0; first < x.rows; first += batchSize) {
      const rows = order.subarray(first, first + batchSize);
      const execution = step.at({ n: rows.length });
      gatherRows(x, rows, execution.inputs.x!);
      for (let i = 0; i < rows.length; i++) execution.indices.y![i] = BigInt(targets[rows[i]!]!);
      total += (await step.run(execution)).loss! * rows.length;
    }
    const loss = total / x.rows;
    stalled = loss > least - tolerance ? stalled + 1 : 0;
    least = Math.min(least, loss);
    if (stalled > patience) return { epochs: epoch, converged: true };
  }
  return { epochs: maxEpochs, converged: false };
}

/** The place of each label among the classes. */
function indicesOf(labels: Int32Array, classes: Int32Array): Int32Array {
  const place = new Map(Array.from(classes, (label, i) => [label, i]));
  return labels.map((label) => place.get(label)!);
}
