// MvLNet's affinities, orthogonal layer, losses, gradients and optimizer steps against the authors' numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Forward, Parameters } from "../../core/nn/index.js";
import { Engine, ParameterStore, Program, TrainingStep } from "../../core/runtime/index.js";
import { cast, input, type Tensor } from "../../core/tensor/index.js";
import { assertClose, type FixtureTensor, parametersOf, readFixture } from "../fixture.testing.js";
import { mvlnetNetworks } from "./networks.js";
import {
  fullAffinity,
  mvlnetObjective,
  neighborAffinity,
  orthogonalOutputs,
  pairDistance,
  siameseLoss,
  spectralLoss,
} from "./objective.js";

test("fixture mvlnet: siamese distance and loss", async () => {
  const { siamese } = readFixture("mvlnet");
  const engine = await Engine.open({ threads: 1 });
  const distance = pairDistance(input("a", ["n", 4]), input("b", ["n", 4]));
  const outputs = { distance, loss: siameseLoss(distance, input("same", ["n"])) };
  const run = (await Program.compile(engine, { name: "siamese", outputs })).at({ n: siamese.same.data.length });
  for (const name of ["a", "b", "same"] as const) run.inputs[name]!.set(siamese[name].data);
  await run.run();
  assertClose(run.outputs.distance!, siamese.expected.distance, "distance");
  assertClose(run.outputs.loss!, siamese.expected.loss, "loss");
  engine.close();
});

test("fixture mvlnet: affinities, orthogonal weights, losses, gradients, three RMSProp steps", async () => {
  const fixture = readFixture("mvlnet");
  const { config, expected } = fixture;
  const engine = await Engine.open({ threads: 2 });
  const parameters = new Parameters();
  const networks = mvlnetNetworks(parameters, {
    dimensions: config.view_dims,
    autoencoder: [],
    arch: [config.hidden, 4],
    siamese: false,
    clusters: config.clusters,
  });
  const store = new ParameterStore(engine.memory, parameters.all);
  const values = parametersOf(fixture);
  for (const name of store.names) store.values(name).set(values.get(name)?.data ?? []);
  const batches: FixtureTensor[] = fixture.embedding_batch;
  const m = batches[0]!.shape[0]!;
  const views = batches.map((x, v) => input(`view.${v}`, [2 * m, x.shape[1]!]));
  const affinities = fixture.affinity_inputs.map((x: FixtureTensor, v: number) =>
    neighborAffinity(input(`affinity.${v}`, x.shape), config.n_nbrs, config.scales[v]),
  );
  const embedded = networks.map(({ embed }, v) => orthogonalOutputs(embed(views[v]!, new Forward(true))));
  const objective = mvlnetObjective(
    embedded.map(({ output }) => output),
    affinities,
    config.lambda_,
  );
  const outputs: Record<string, Tensor> = {};
  embedded.forEach(({ output, weights }, v) => {
    outputs[`output.${v}`] = output;
    outputs[`orthogonal.${v}`] = weights;
    outputs[`indices.${v}`] = cast(affinities[v].indices, "float32");
    outputs[`weights.${v}`] = affinities[v].weights;
  });
  const { lr, decay, eps } = config.optimizer;
  const step = await TrainingStep.compile(engine, {
    name: "mvlnet",
    store,
    loss: objective.total,
    report: objective.report,
    outputs,
    groups: [{ parameters: parameters.learned(), optimizer: { kind: "rmsprop-tensorflow", lr, decay, eps } }],
    seed: 0,
  });
  const run = step.at();
  batches.forEach((x, v) => {
    run.inputs[`view.${v}`]!.set([...x.data, ...fixture.orthogonal_batch[v].data]);
    run.inputs[`affinity.${v}`]!.set(fixture.affinity_inputs[v].data);
  });
  for (const [i, expectedLoss] of expected.total_loss_per_step.entries()) {
    const values = await step.run(run);
    assertClose([values.loss!], { shape: [], data: [expectedLoss] }, `total loss of step ${i}`);
    if (i > 0) continue;
    for (const v of batches.keys()) {
      const [indices, weights] = [run.outputs[`indices.${v}`]!, run.outputs[`weights.${v}`]!];
      assertClose(symmetric(indices, weights, m), expected.affinities[v], `affinity ${v}`);
      assertClose(run.outputs[`orthogonal.${v}`]!, expected.orthogonal_weights[v], `orthogonal weights ${v}`);
      assertClose(run.outputs[`output.${v}`]!, expected.outputs[v], `output ${v}`);
    }
    assertClose([values.spectral!], expected.spectral_loss, "spectral loss");
    assertClose([values.multiView!], expected.multi_view_loss, "multi-view loss");
    assertClose([values.loss!], expected.total_loss, "total loss");
    for (const [name, gradient] of Object.entries<FixtureTensor>(expected.gradients)) {
      assertClose(step.gradient(name), gradient, `gradient of ${name}`);
    }
  }
  for (const [name, values] of Object.entries<FixtureTensor>(expected.params_after_3_steps)) {
    assertClose(store.values(name), values, `${name} after three steps`);
  }
  assert.equal(Object.keys(expected.gradients).length, parameters.learned().length, "every parameter is compared");
  engine.close();
});

function symmetric(indices: Float32Array, weights: Float32Array, m: number): Float32Array {
  const matrix = new Float32Array(m * m);
  const count = indices.length / m;
  indices.forEach((j, at) => {
    const i = Math.floor(at / count);
    matrix[i * m + j]! += weights[at]! / 2;
    matrix[j * m + i]! += weights[at]! / 2;
  });
  return matrix;
}

test("the full affinity's loss is that of all samples as neighbors", async () => {
  const engine = await Engine.open({ threads: 1 });
  const [x, y] = [input("x", [6, 3]), input("y", [6, 2])];
  const outputs = {
    full: spectralLoss(y, fullAffinity(x, 0.7)),
    neighbors: spectralLoss(y, neighborAffinity(x, 6, 0.7)),
  };
  const run = (await Program.compile(engine, { name: "full", outputs })).at();
  for (const values of Object.values(run.inputs))
    for (let i = 0; i < values.length; i++) values[i] = Math.sin(3 * i + 1);
  await run.run();
  const direct = directLoss(run.inputs.x!, run.inputs.y!, 0.7);
  assertClose(run.outputs.full!, { shape: [], data: [direct] }, "full");
  assertClose(run.outputs.neighbors!, { shape: [], data: [direct] }, "neighbors");
  engine.close();
});

/** Σ_ij exp(−‖x_i − x_j‖²/2σ²) ‖y_i − y_j‖² / m², m = 6, three and two columns. */
function directLoss(x: Float32Array, y: Float32Array, sigma: number): number {
  const squared = (a: Float32Array, columns: number, i: number, j: number) => {
    let total = 0;
    for (let c = 0; c < columns; c++) total += (a[i * columns + c]! - a[j * columns + c]!) ** 2;
    return total;
  };
  let loss = 0;
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) loss += Math.exp(-squared(x, 3, i, j) / (2 * sigma ** 2)) * squared(y, 2, i, j);
  }
  return loss / 36;
}
