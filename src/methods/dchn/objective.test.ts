// DCHN's output, losses, gradients and optimizer steps against the authors' numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine, ParameterStore, TrainingStep } from "../../core/runtime/index.js";
import { dense } from "../../data/matrix.js";
import { fitScaler } from "../../data/scaling.js";
import { assertClose, type FixtureTensor, parametersOf, readFixture } from "../fixture.testing.js";
import { matrix64, product } from "./matrices.js";
import { dchnObjective, mhn } from "./objective.js";
import { sgn } from "./sham.js";

test("fixture dchn_mhn: targets, output, losses, gradients, five Adam steps", async () => {
  const fixture = readFixture("dchn_mhn");
  const { config, expected } = fixture;
  const read = ({ shape, data }: FixtureTensor) => matrix64(shape[0]!, shape[1]!, Float64Array.from(data));
  const [x, labels, w] = [read(fixture.x), read(fixture.labels), read(fixture.W)];
  const target = product(labels, w).data.map(sgn);
  assertClose(target, fixture.target_codes, "target codes");

  const engine = await Engine.open({ threads: 2 });
  const view = { name: "net", columns: x.columns };
  const hidden = fixture.params["net.0.bias"].shape[0];
  const network = mhn(view, fitScaler("none", dense(1, x.columns)), hidden, config.bits);
  const store = new ParameterStore(engine.memory, network.parameters.all);
  store.load(parametersOf(fixture));
  const { total, report, code } = dchnObjective(network, w, config.alpha);
  const [beta1, beta2] = config.optimizer.betas;
  const step = await TrainingStep.compile(engine, {
    name: "dchn",
    store,
    loss: total,
    report,
    outputs: { code },
    groups: [
      { parameters: network.parameters.learned(), optimizer: { kind: "adam", lr: config.optimizer.lr, beta1, beta2 } },
    ],
    seed: 0,
  });
  const run = step.at({ n: x.rows });
  run.inputs["view.0"]!.set(x.data);
  run.inputs.labels!.set(labels.data);
  run.inputs.target!.set(target);
  for (const [i, expectedLoss] of expected.total_loss_per_step.entries()) {
    const values = await step.run(run);
    assertClose([values.loss!], { shape: [], data: [expectedLoss] }, `total loss of step ${i}`);
    if (i > 0) continue;
    assertClose(run.outputs.code!, expected.output, "output");
    assertClose([values.hashing!], expected.hashing_loss, "hashing loss");
    assertClose([values.reconstruction!], expected.reconstruction_loss, "reconstruction loss");
    for (const [name, gradient] of Object.entries<FixtureTensor>(expected.gradients)) {
      assertClose(step.gradient(name), gradient, `gradient of ${name}`);
    }
  }
  for (const [name, after] of Object.entries<FixtureTensor>(expected.params_after_5_steps)) {
    assertClose(store.values(name), after, `${name} after five steps`);
  }
  assert.equal(
    Object.keys(expected.params_after_5_steps).length,
    network.parameters.all.length,
    "every parameter is compared",
  );
  engine.close();
});
