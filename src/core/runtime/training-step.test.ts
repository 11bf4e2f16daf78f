// A step whose loss is finite but whose gradient is not: it stops before any parameter changes.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { add, input, inputName, matmul, mul, sqrt, square, sum, type Tensor } from "../tensor/index.js";
import { Engine } from "./engine.js";
import { ParameterStore } from "./parameter-store.js";
import { DivergenceError, TrainingStep } from "./training-step.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

async function refused(loss: Tensor, parameters: readonly Tensor[], feed: Record<string, number>): Promise<string> {
  const specs = parameters.map((tensor) => ({ name: inputName(tensor), shape: tensor.shape as number[] }));
  const store = new ParameterStore(engine.memory, specs);
  store.values("a").fill(1);
  const groups = parameters.map((each) => ({
    parameters: [each],
    optimizer: { kind: "adam", lr: 0.1 } as const,
  }));
  const step = await TrainingStep.compile(engine, { name: "test", store, loss, groups, seed: 1 });
  const run = step.at();
  for (const [name, value] of Object.entries(feed)) run.inputs[name]!.fill(value);
  const before = specs.map(({ name }) => store.values(name).slice());
  let message = "";
  await assert.rejects(step.run(run), (error) => {
    assert.ok(error instanceof DivergenceError);
    message = error.message;
    return true;
  });
  assert.ok(specs.every(({ name }, i) => store.values(name).every((value, j) => value === before[i]![j])));
  assert.equal(step.steps, 0);
  await step.release();
  return message;
}

test("a gradient that is NaN", async () => {
  const [a, b] = [input("a", [3]), input("b", [3])];
  const loss = add(sum(square(a)), sum(sqrt(square(b))));
  assert.match(await refused(loss, [a, b], {}), /^test, step 1: a gradient is not finite \(loss 3\)/);
});

test("a gradient in factors whose product overflows", async () => {
  const [a, w, x] = [input("a", [3]), input("w", [1024, 1024]), input("x", [2, 1024])];
  const loss = add(sum(square(a)), sum(mul(matmul(x, w), 1e25)));
  assert.match(await refused(loss, [a, w], { x: 1e25 }), /the gradient of w is not finite \(loss 3\)/);
});
