// GMAE's losses, gradients and optimizer steps against the authors' numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Forward, Parameters } from "../../core/nn/index.js";
import { Engine, ParameterStore, TrainingStep } from "../../core/runtime/index.js";
import { assertClose, type FixtureTensor, parametersOf, readFixture } from "../fixture.testing.js";
import { dropLastRow } from "./neighbors.js";
import { gmaeNetworks } from "./networks.js";
import { gmaeObjective } from "./objective.js";

function countMatrix(lists: FixtureTensor, n: number): Float32Array {
  const counts = new Float32Array(n * n);
  const width = lists.shape[1]!;
  for (const [at, j] of lists.data.entries()) counts[Math.floor(at / width) * n + j]!++;
  return counts;
}

for (const task of ["clustering", "classification"] as const) {
  test(`fixture gmae_${task}: losses, gradients, five Adam steps`, async () => {
    const fixture = readFixture(`gmae_${task}`);
    const { config, expected } = fixture;
    const engine = await Engine.open({ threads: 2 });
    const parameters = new Parameters();
    const networks = gmaeNetworks(parameters, {
      dimensions: config.view_dims,
      hidden: config.hidden,
      latent: config.latent,
      discriminatorHidden: config.discriminator_hidden,
      dropout: 0,
      headDropout: 0,
      classes: task === "classification" ? config.classes : 0,
    });
    const store = new ParameterStore(engine.memory, parameters.all);
    store.load(parametersOf(fixture));
    const objective = gmaeObjective(
      networks,
      {
        dimensions: config.view_dims,
        lambdaMa: config.lambda_ma,
        lambdaCon: config.lambda_con,
        contrastive: true,
        masked: false,
        maskLosses: false,
        classify: task === "classification",
      },
      new Forward(true),
    );
    const step = await TrainingStep.compile(engine, {
      name: "gmae",
      store,
      loss: objective.total,
      report: objective.report,
      outputs: { hidden: objective.hidden },
      groups: [{ parameters: parameters.learned(), optimizer: { kind: "adam", lr: config.optimizer.lr } }],
      seed: 0,
    });
    const n = fixture.labels.data.length;
    const run = step.at({ n });
    for (const [v, view] of (fixture.views as FixtureTensor[]).entries()) run.inputs[`view.${v}`]!.set(view.data);
    const counts = { positive: countMatrix(fixture.positives, n), negative: countMatrix(fixture.negatives, n) };
    dropLastRow(n, counts);
    run.inputs.positive!.set(counts.positive);
    run.inputs.negative!.set(counts.negative);
    if (task === "classification") run.indices.classes!.set(fixture.labels.data.map(BigInt));
    for (const [i, expectedLoss] of expected.total_loss_per_step.entries()) {
      const values = await step.run(run);
      assertClose([values.loss!], { shape: [], data: [expectedLoss] }, `total loss of step ${i}`);
      if (i > 0) continue;
      assertClose(run.outputs.hidden!, expected.hidden, "hidden");
      assertClose([values.reconstruction!], expected.reconstruction_loss, "reconstruction loss");
      assertClose([values.orthogonal!], expected.orthogonal_loss, "orthogonal loss");
      assertClose([values.adversarial!], expected.adversarial_loss, "adversarial loss");
      assertClose([values.contrastive!], expected.contrastive_loss, "contrastive loss");
      if (task === "classification")
        assertClose([values.classification!], expected.classification_loss, "classification loss");
      for (const [name, gradient] of Object.entries<FixtureTensor>(expected.gradients)) {
        assertClose(step.gradient(name), gradient, `gradient of ${name}`);
      }
    }
    for (const [name, values] of Object.entries<FixtureTensor>(expected.params_after_5_steps)) {
      assertClose(store.values(name), values, `${name} after five steps`, 1e-4);
    }
    assert.equal(Object.keys(expected.gradients).length, parameters.all.length, "every parameter is compared");
    engine.close();
  });
}
