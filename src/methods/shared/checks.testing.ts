// What the tests of both hashing methods do: interrupt a run, compare states, run an exported encoder.
import assert from "node:assert/strict";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { MultiViewDataset, View } from "../../data/dataset.js";
import { pictureShape, toDense } from "../../data/matrix.js";
import type { Method } from "../method.js";
import type { Checkpoint, FitHooks, State } from "../training.js";
import { packSigns } from "./packing.js";

/** A copy of the checkpoint after so many epochs, stages together; the run ends there. */
export async function interruptAfter(
  method: Pick<Method, "fit">,
  data: MultiViewDataset,
  epochs: number,
): Promise<Checkpoint> {
  const { hooks, taken } = interruption(epochs);
  await assert.rejects(method.fit(data, hooks), { name: "InterruptedError" });
  return taken();
}

export function interruption(epochs: number): { hooks: FitHooks; taken(): Checkpoint } {
  const abort = new AbortController();
  let checkpoint: Checkpoint | undefined;
  let done = 0;
  return {
    taken: () => checkpoint!,
    hooks: {
      signal: abort.signal,
      onEpoch() {
        if (++done === epochs) abort.abort();
      },
      async onCheckpoint(take) {
        if (done === epochs) checkpoint = copyOf(await take());
      },
    },
  };
}

/** The state as it comes back from a file. */
export function copyOf<S extends State>(state: S): S {
  const tensors = new Map([...state.tensors].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  return { ...state, tensors, json: JSON.parse(JSON.stringify(state.json)) };
}

/** Asserts that two states are the same, bit by bit. */
export function assertSameState(actual: State, expected: State): void {
  assert.deepEqual(actual.json, expected.json);
  assert.deepEqual([...actual.tensors.keys()], [...expected.tensors.keys()]);
  for (const [name, { shape, data }] of expected.tensors) {
    const other = actual.tensors.get(name)!;
    assert.deepEqual(other.shape, shape, name);
    const bytes = (array: Float32Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    assert.equal(Buffer.compare(bytes(other.data), bytes(data)), 0, `${name} differs`);
  }
}

/** Code and packed bits of all samples by an exported model, in an ONNX Runtime of its own. */
export async function runExported(
  bytes: Uint8Array,
  { name, matrix }: View,
): Promise<{ code: Float32Array; packed: Uint8Array }> {
  const session = await InferenceSession.create(bytes);
  assert.deepEqual([session.inputNames, session.outputNames], [[name], ["code", "bits"]]);
  const result = await session.run({
    [name]: new Tensor("float32", toDense(matrix).data, [matrix.rows, ...(pictureShape(matrix) ?? [matrix.columns])]),
  });
  const bits = result.bits!.data as Uint8Array;
  const packed = new Uint8Array(bits.length / 8);
  packSigns(Float32Array.from(bits), packed);
  return { code: result.code!.data as Float32Array, packed };
}
