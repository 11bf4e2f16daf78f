// A step whose loss is finite but whose gradient or statistic is not: it stops before any parameter changes, on every kind of engine.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { add, input, inputName, log, matmul, mul, sqrt, square, sum, type Tensor } from "../tensor/index.js";
import { allEngines } from "./engines.testing.js";
import { ParameterStore } from "./parameter-store.js";
import type { StateUpdate } from "./step-parts.js";
import { DivergenceError, TrainingStep } from "./training-step.js";

interface Case {
  readonly loss: Tensor;
  readonly learned: readonly Tensor[];
  readonly updates?: readonly StateUpdate[];
  readonly feed?: Record<string, number>;
}

for (const [way, open] of allEngines) {
  const opening = open(2);
  after(async () => (await opening).close());

  const refused = async ({ loss, learned, updates = [], feed = {} }: Case): Promise<DivergenceError> => {
    const engine = await opening;
    const parameters = [...learned, ...updates.map(({ parameter }) => parameter)];
    const specs = parameters.map((tensor) => ({ name: inputName(tensor), shape: tensor.shape as number[] }));
    const store = new ParameterStore(engine.memory, specs);
    store.values("a").fill(1);
    const groups = learned.map((each) => ({ parameters: [each], optimizer: { kind: "adam", lr: 0.1 } as const }));
    const step = await TrainingStep.compile(engine, { name: "test", store, loss, groups, updates, seed: 1 });
    const run = step.at();
    for (const [name, value] of Object.entries(feed)) run.inputs[name]!.fill(value);
    const before = specs.map(({ name }) => store.values(name).slice());
    let refusal: DivergenceError | undefined;
    await assert.rejects(step.run(run), (error) => {
      assert.ok(error instanceof DivergenceError);
      refusal = error;
      return true;
    });
    await engine.download();
    assert.deepEqual(
      specs.map(({ name }) => store.values(name)),
      before,
    );
    assert.ok([...step.state().values()].every(({ data }) => data.every((value) => value === 0)));
    assert.equal(step.steps, 0);
    await step.release();
    return refusal!;
  };

  test(`a gradient that is NaN (${way})`, async () => {
    const [a, b] = [input("a", [3]), input("b", [3])];
    const loss = add(sum(square(a)), sum(sqrt(square(b))));
    const { message } = await refused({ loss, learned: [a, b] });
    assert.match(message, /^test, step 1: a gradient is not finite \(loss 3\)/);
  });

  test(`a gradient that is a large product and overflows (${way})`, async () => {
    const [a, w, x] = [input("a", [3]), input("w", [1024, 1024]), input("x", [2, 1024])];
    const loss = add(sum(square(a)), sum(mul(matmul(x, w), 1e25)));
    const { message } = await refused({ loss, learned: [a, w], feed: { x: 1e25 } });
    assert.match(message, /(the gradient of w|a gradient) is not finite \(loss 3\)/);
  });

  test(`a statistic that is no number (${way})`, async () => {
    const [a, x] = [input("a", [3]), input("x", [3])];
    const updates = ["good", "bad"].map((name, i) => ({ parameter: input(name, [3]), value: log(mul(x, 1 - 2 * i)) }));
    const refusal = await refused({ loss: sum(square(a)), learned: [a], updates, feed: { x: 2 } });
    assert.match(refusal.message, /the new value of bad is not finite \(loss 3\)/);
    assert.deepEqual(refusal.lost, ["bad"]);
  });
}
