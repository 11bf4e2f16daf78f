// DM2C's losses, gradients and the steps of generator and discriminators against the authors' numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { assertClose, type FixtureTensor, readFixture } from "../fixture.testing.js";
import { dm2cModel } from "./model.js";
import { type AdversarialSettings, discriminatorStep, generatorStep } from "./steps.js";

test("fixture dm2c: losses, gradients, three steps of each", async () => {
  const fixture = readFixture("dm2c");
  const { config, expected } = fixture;
  const engine = await Engine.open({ threads: 2 });
  const views = ["image", "text"].map((name) => ({ name, columns: fixture[name].shape[1] }));
  const widths = { hidden: config.hidden, mappingHidden: config.mapping.slice(0, -1), discriminatorHidden: 3 };
  const model = dm2cModel(engine, views, { ...widths, scaling: "none", pca: 0 }, 0);
  for (const [name, { data }] of Object.entries<FixtureTensor>(fixture.params)) model.store.values(name).set(data);
  const settings: AdversarialSettings = {
    lambda1: config.lambda1,
    lambda3: config.lambda3,
    gan: config.gan,
    lrAutoencoder: config.generator_optimizer.lr,
    lrMapping: config.generator_optimizer.lr,
    lrDiscriminator: config.discriminator_optimizer.lr,
    weightDecay: 0,
    clip: config.clip,
    seed: 0,
  };
  const generator = await generatorStep(engine, model, settings);
  const discriminator = await discriminatorStep(engine, model, settings);
  const sizes = { n0: fixture.image.shape[0], n1: fixture.text.shape[0] };
  const run = generator.at(sizes);
  run.inputs["view.0"]!.set(fixture.image.data);
  run.inputs["view.1"]!.set(fixture.text.data);
  const evaluated = discriminator.at(sizes);
  const compareGradients = (step: typeof generator, gradients: Record<string, FixtureTensor>) => {
    for (const [name, gradient] of Object.entries(gradients)) {
      assertClose(step.gradient(name), gradient, `gradient of ${name}`);
    }
  };
  for (let i = 0; i < 3; i++) {
    const values = await generator.run(run);
    assertClose(
      [values.loss!],
      { shape: [], data: [expected.generator_loss_per_step[i]] },
      `generator loss of step ${i}`,
    );
    if (i === 0) {
      assertClose([values.loss!], expected.total_loss, "total loss");
      assertClose([values.adversarial!], expected.adversarial_loss, "adversarial loss");
      for (const name of ["image", "text"]) {
        for (const part of ["reconstruction", "cycle", "cycle reconstruction"]) {
          const key = `${name}_${part.replace(" ", "_")}_loss`;
          assertClose([values[`${name} ${part}`]!], expected[key], key);
        }
      }
      compareGradients(generator, expected.generator_gradients);
    }
    for (const [name, code] of Object.entries(evaluated.inputs)) code.set(run.outputs[name]!);
    const { loss } = await discriminator.run(evaluated);
    assertClose(
      [loss!],
      { shape: [], data: [expected.discriminator_loss_per_step[i]] },
      `discriminator loss of step ${i}`,
    );
    if (i === 0) compareGradients(discriminator, expected.discriminator_gradients);
  }
  for (const [name, values] of Object.entries<FixtureTensor>(expected.params_after_3_steps)) {
    assertClose(model.store.values(name), values, `${name} after three steps`);
  }
  const compared = Object.keys({ ...expected.generator_gradients, ...expected.discriminator_gradients }).length;
  assert.equal(compared, model.parameters.learned().length, "every parameter is compared");
  engine.close();
});
