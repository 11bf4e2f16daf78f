// Every method on an engine that keeps parameters to itself: the bits of the engine that works in place, also where a run begins on one
// and is resumed on the other.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import { countOf, type DeviceTensor } from "../core/runtime/session.js";
import { synthetic } from "../data/sets/synthetic.js";
import { UserError } from "../errors.js";
import { findMethod, methods } from "./index.js";
import type { Method } from "./method.js";
import { parseOptions } from "./options.js";
import { assertSameState, interruptAfter } from "./shared/checks.testing.js";

/** Every stage, with dropout, running statistics, schedules and more than one step to an epoch. */
const settings: Readonly<Record<string, Record<string, unknown>>> = {
  cca: { dimensions: 4 },
  identity: {},
  signs: {},
  itq: { bits: 8 },
  lsh: { bits: 16 },
  gmae: { hidden: [24, 16], latent: 8, starts: 2, epochs: 3, batch: 50, evaluateEvery: 2 },
  djsrh: { hidden: 16, bits: 8, epochs: 3, batch: 32 },
  dchn: { hidden: 16, bits: 8, epochs: 3, batch: 50 },
  mvlnet: {
    arch: [16, 6],
    autoencoder: [12],
    autoencoderEpochs: 2,
    siameseEpochs: 2,
    pairs: 320,
    epochs: 3,
    steps: 3,
    batch: 40,
  },
  dm2c: { hidden: [32, 8], mappingHidden: [16], pretrainEpochs: 2, epochs: 3, batch: 40, discriminatorEvery: 2 },
};
const ofTwoSpaces = synthetic({ samples: 160, views: 2, classes: 3, dimensions: [12, 7], seed: 3 });
const ofOne = synthetic({ samples: 160, views: 2, classes: 3, dimensions: [12, 12], seed: 3 });
/** Compare vectors of one space: their views are of one width. */
const ofOneSpace = new Set(["identity", "signs", "itq", "lsh"]);
const dataFor = (name: string) => (ofOneSpace.has(name) ? ofOne : ofTwoSpaces);
const native = await Engine.open({ threads: 2, interface: "native" });
const device = await Engine.open({ threads: 2, interface: "device" });
after(() => Promise.all([native.close(), device.close()]));

test("all methods are here", () => {
  assert.deepEqual(Object.keys(settings).sort(), methods.map(({ name }) => name).sort());
});

function build(name: string, engine: Engine): Method {
  const { create, options } = findMethod(name);
  return create(parseOptions(name, options, { ...settings[name], seed: 5 }), engine);
}

/** A fitted method, and what its epochs reported. */
async function epochsOf(name: string, engine: Engine): Promise<{ method: Method; reports: unknown[] }> {
  const reports: unknown[] = [];
  const method = await build(name, engine).fit(dataFor(name), {
    onEpoch: ({ seconds, ...report }) => void reports.push(report),
  });
  return { method, reports };
}

for (const name of Object.keys(settings)) {
  test(`${name}: the same losses, measures, representations, encoders and state`, async () => {
    const [one, two] = [await epochsOf(name, native), await epochsOf(name, device)];
    const data = dataFor(name);
    assert.deepEqual(two.reports, one.reports);
    assertSameState(two.method.state(), one.method.state());
    assert.deepEqual(await two.method.evaluate(), await one.method.evaluate());
    assert.deepEqual((await two.method.transform(data)).data, (await one.method.transform(data)).data);
    assert.deepEqual(two.method.exportModels(), one.method.exportModels());
    // A model made of the state of the other engine's.
    const restored = await build(name, device).restore(one.method.state());
    assert.deepEqual((await restored.transform(data)).data, (await one.method.transform(data)).data);
    for (const { method } of [one, two]) await method.dispose();
    await restored.dispose();
  });

  if (name === "cca" || ofOneSpace.has(name)) continue;
  test(`${name}: begun on one engine and resumed on the other`, async () => {
    const { method, reports } = await epochsOf(name, native);
    const data = dataFor(name);
    const expected = method.state();
    for (let epochs = 1; epochs < reports.length; epochs++) {
      const [from, to] = epochs % 2 === 0 ? [native, device] : [device, native];
      const resume = await interruptAfter(build(name, from), data, epochs);
      const resumed = await build(name, to).fit(data, { resume });
      assertSameState(resumed.state(), expected);
      await resumed.dispose();
    }
    await method.dispose();
  });
}

test("a model that is disposed of gives its tensors back", async () => {
  const { backend } = device;
  assert.ok(backend.memory === "own");
  const { tensor } = backend;
  const made: DeviceTensor[] = [];
  backend.tensor = (shape) => {
    made.push(tensor(shape));
    return made.at(-1)!;
  };
  try {
    const { method } = await epochsOf("dm2c", device);
    await method.dispose();
  } finally {
    backend.tensor = tensor;
  }
  assert.ok(made.length > 50, `${made.length} tensors`);
  for (const each of made)
    await assert.rejects(each.read(new Float32Array(countOf(each.shape))), { name: "ClosedError" });
});

test("a training that diverges, and one that is interrupted, leave the values of before to be saved", async () => {
  const { create, options } = findMethod("mvlnet");
  const method = create(parseOptions("mvlnet", options, { ...settings.mvlnet, autoencoder: [], lr: 1e38 }), device);
  await assert.rejects(method.fit(ofTwoSpaces), (error: Error) => {
    assert.match(error.message, /view "view\d": .*the orthogonal layer has no weights/);
    return error.name === "DivergenceError" || error instanceof UserError;
  });
  for (const [name, { data: values }] of method.state().tensors) assert.ok(values.every(Number.isFinite), name);
  await method.dispose();
});

test("the state of a training on a device is refused while it is behind", async () => {
  const method = build("djsrh", device);
  let refusals = 0;
  await method.fit(ofTwoSpaces, {
    onEpoch() {
      assert.throws(() => method.state(), { name: "StaleError" });
      refusals++;
    },
  });
  assert.equal(refusals, 3);
  assert.ok(method.state().tensors.size > 0);
  await method.dispose();
});
