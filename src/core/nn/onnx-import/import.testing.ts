// Runs an ONNX model by ONNX Runtime itself and as imported, and compares; gradients by finite differences.
import assert from "node:assert/strict";
import { type Engine, ParameterStore, Program } from "../../runtime/index.js";
import { add, elementCount, gradients, inputName, mul, resolveShape, sum, type Tensor } from "../../tensor/index.js";
import { loadWeights } from "../backbones/load-weights.js";
import { Forward } from "../forward.js";
import { Parameters } from "../parameters.js";
import { type ImportOptions, importOnnx } from "./import.js";

/** The first output of a model as ONNX Runtime gives it. */
export async function reference(
  engine: Engine,
  bytes: Uint8Array,
  feeds: Readonly<Record<string, { data: Float32Array | BigInt64Array; shape: readonly number[] }>>,
  output: { name: string; shape: readonly number[] },
): Promise<Float32Array> {
  const session = await engine.backend.compile(bytes);
  const data = engine.memory.float32(elementCount(output.shape));
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => {
      const { length } = feed.data;
      const isFloat = feed.data instanceof Float32Array;
      const own = isFloat ? engine.memory.float32(length) : wholeNumbers(engine, length);
      own.set(feed.data as never);
      return [name, { data: own, shape: feed.shape }];
    }),
  );
  const call = session.bind(inputs, { [output.name]: { data, shape: output.shape } });
  await call.run();
  const result = data.slice();
  call.release();
  await session.release();
  return result;
}

function wholeNumbers({ memory }: Engine, length: number): BigInt64Array {
  const bytes = memory.uint8(8 * length);
  return new BigInt64Array(bytes.buffer, bytes.byteOffset, length);
}

export interface Comparison {
  /** Sizes of named dimensions. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly options?: ImportOptions;
  /** The value at a place of an input or of a weight that is 0 all over. */
  readonly value: (place: number) => number;
  /** Whether gradients are compared with slopes. */
  readonly slopes: boolean;
  /** Of the largest value. */
  readonly tolerance?: number;
}

const step = 2e-3;
const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));

/** A number for each value, so that no symmetry hides an error. */
const lossOf = (y: Tensor) => mul(sum(mul(y, add(y, 0.7))), 0.1);

/** @throws AssertionError where the imported model's outputs or gradients are off. */
export async function compare(engine: Engine, bytes: Uint8Array, comparison: Comparison): Promise<void> {
  const { sizes = {}, options = {}, value, slopes, tolerance = 1e-5 } = comparison;
  const parameters = new Parameters();
  const net = importOnnx(bytes, parameters, options);
  const store = new ParameterStore(engine.memory, parameters.all);
  assert.deepEqual(loadWeights(store, parameters.all, net.weights), []);
  const [name = ""] = net.outputs;
  const y = net.apply(net.inputs, new Forward(false))[name] as Tensor;
  const floats = Object.values(net.inputs).filter(({ dtype }) => dtype === "float32");
  const learned = parameters.learned();
  const loss = lossOf(y);
  const targets = slopes ? [...floats, ...learned] : [];
  const found = gradients(loss, targets);
  const program = await Program.compile(engine, {
    name: "imported",
    outputs: { imported: y, loss, ...Object.fromEntries(found.map((g, i) => [`d${i}`, g])) },
    store,
  });
  const run = program.at(sizes);
  const feeds: Record<string, { data: Float32Array | BigInt64Array; shape: readonly number[] }> = {};
  for (const [place, [own, tensor]] of Object.entries(net.inputs).entries()) {
    const shape = resolveShape(tensor.shape, sizes);
    if (tensor.dtype === "float32") {
      const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => value(i + 31 * place));
      run.inputs[own]?.set(data);
      feeds[own] = { data, shape };
    } else {
      const data = BigInt64Array.from({ length: elementCount(shape) }, (_, i) => BigInt(i % 3));
      run.indices[own]?.set(data);
      feeds[own] = { data, shape };
    }
  }
  await run.run();
  const expected = await reference(engine, bytes, feeds, { name, shape: resolveShape(y.shape, sizes) });
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  expected.forEach((each, i) => {
    const own = run.outputs.imported?.[i] ?? Number.NaN;
    assert.ok(Math.abs(own - each) <= tolerance * scale, `[${i}]: ${own}, ONNX Runtime ${each}`);
  });
  const probe = await Program.compile(engine, { name: "loss", outputs: { loss }, store });
  const only = probe.at(sizes);
  for (const [own, data] of Object.entries(run.inputs)) only.inputs[own]?.set(data);
  for (const [own, data] of Object.entries(run.indices)) only.indices[own]?.set(data);
  const claims = found.map((_, i) => run.outputs[`d${i}`]?.slice() ?? new Float32Array());
  // Along one direction in all values at once: as exact as value by value, in two runs.
  for (const [i, tensor] of targets.entries()) {
    const key = inputName(tensor);
    const values = (
      parameters.all.some((each) => each.name === key) ? store.values(key) : only.inputs[key]
    ) as Float32Array;
    const gradient = claims[i] ?? new Float32Array();
    const kept = values.slice();
    const size = norm(gradient);
    const across = Float64Array.from(gradient, (_, at) => Math.sin(1 + at * 2.3));
    // Mostly where it rises, so that what is measured is no difference of large numbers.
    const width = norm(across);
    const mixed = across.map((each, at) => (gradient[at] ?? 0) / (size || 1) + (0.5 * each) / width);
    const length = norm(mixed);
    const direction = mixed.map((each) => each / length);
    const lossAt = async (h: number) => {
      values.set(kept.map((each, at) => each + h * (direction[at] ?? 0)));
      await only.run();
      values.set(kept);
      return only.outputs.loss?.[0] ?? Number.NaN;
    };
    const measured = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    const claimed = gradient.reduce((all, g, at) => all + g * (direction[at] ?? 0), 0);
    assert.ok(
      Math.abs(claimed - measured) < 2e-2 * Math.max(size, 0.1),
      `${key}: slope ${measured}, gradient gives ${claimed}, norm ${size}`,
    );
  }
  await Promise.all([program.release(), probe.release()]);
  store.release();
}
