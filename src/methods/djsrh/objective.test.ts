// DJSRH's codes, affinity, losses, gradients and optimizer steps against the authors' numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine, ParameterStore, TrainingStep } from "../../core/runtime/index.js";
import { dense } from "../../data/matrix.js";
import { fitScaler } from "../../data/scaling.js";
import { assertClose, type FixtureTensor, parametersOf, readFixture } from "../fixture.testing.js";
import { djsrhNetwork } from "./networks.js";
import { djsrhObjective } from "./objective.js";

test("fixture djsrh: codes, affinity, losses, gradients, five SGD steps", async () => {
  const fixture = readFixture("djsrh");
  const { config, expected } = fixture;
  const engine = await Engine.open({ threads: 2 });
  const features: FixtureTensor[] = [fixture.image_features, fixture.text_features];
  const hidden = fixture.params["image.0.bias"].shape[0];
  const [image, text] = ["image", "text"].map((name, v) => {
    const columns = features[v]!.shape[1]!;
    return djsrhNetwork({ name, columns }, fitScaler("none", dense(1, columns)), hidden, config.bits);
  });
  const networks = [image!, text!] as const;
  const store = new ParameterStore(
    engine.memory,
    networks.flatMap(({ parameters }) => parameters.all),
  );
  const { total, report, affinity, codes } = djsrhObjective(networks, config, features[0]!.shape[0]!);
  const { lr, momentum, weight_decay: weightDecay } = config.optimizer;
  const step = await TrainingStep.compile(engine, {
    name: "djsrh",
    store,
    loss: total,
    report,
    outputs: { affinity, image: codes[0], text: codes[1] },
    groups: networks.map(({ parameters }) => ({
      parameters: parameters.learned(),
      optimizer: { kind: "sgd", lr, momentum, weightDecay },
    })),
    seed: 0,
  });
  const run = step.at();
  for (const [v, { data }] of features.entries()) run.inputs[`view.${v}`]!.set(data);
  const start = (epoch: number) => {
    for (const { view } of networks) store.values(`${view.name}.alpha`)[0] = Math.sqrt(epoch + 1);
  };
  const load = () => {
    const tensors = parametersOf(fixture);
    for (const { view } of networks) tensors.set(`${view.name}.alpha`, { shape: [], data: [1] });
    store.load(tensors);
  };

  load();
  start(config.epoch_of_expected_forward);
  const values = await step.run(run);
  assertClose(run.outputs.affinity!, expected.affinity, "affinity");
  assertClose(run.outputs.image!, expected.code_image, "image codes");
  assertClose(run.outputs.text!, expected.code_text, "text codes");
  assertClose([values.first!], expected.intra_image_loss, "loss inside images");
  assertClose([values.inter!], expected.inter_loss, "loss between views");
  assertClose([values.second!], expected.intra_text_loss, "loss inside texts");
  assertClose([values.loss!], expected.total_loss, "total loss");
  for (const [name, gradient] of Object.entries<FixtureTensor>(expected.gradients)) {
    assertClose(step.gradient(name), gradient, `gradient of ${name}`);
  }

  load();
  step.steps = 0;
  for (const [i, epoch] of config.epochs_of_steps.entries()) {
    start(epoch);
    const { loss } = await step.run(run);
    assertClose([loss!], { shape: [], data: [expected.total_loss_per_step[i]] }, `total loss of step ${i}`);
  }
  for (const [name, after] of Object.entries<FixtureTensor>(expected.params_after_5_steps)) {
    assertClose(store.values(name), after, `${name} after five steps`);
  }
  assert.equal(Object.keys(expected.params_after_5_steps).length, 8, "every parameter is compared");
  engine.close();
});
