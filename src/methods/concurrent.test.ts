// Calls at the same time on one fitted model, for every method: each gets the numbers that it would get alone.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { synthetic } from "../data/sets/synthetic.js";
import { findMethod } from "./index.js";
import { parseOptions } from "./options.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

const small: Readonly<Record<string, Record<string, unknown>>> = {
  cca: { dimensions: 4 },
  identity: { task: "clustering" },
  gmae: { hidden: [24, 16], latent: 8, starts: 2, epochs: 2, evaluateEvery: 0 },
  djsrh: { hidden: 16, bits: 8, epochs: 1 },
  dchn: { hidden: 16, bits: 8, epochs: 1 },
  mvlnet: {
    arch: [16, 6],
    autoencoder: [],
    siameseEpochs: 1,
    pairs: 320,
    epochs: 1,
    steps: 3,
    batch: 40,
    evaluateEvery: 0,
  },
  dm2c: { hidden: [32, 8], mappingHidden: [16], pretrainEpochs: 1, epochs: 1 },
};

const dimensions = [12, 7];
const views = { views: 2, classes: 3, dimensions };
const data = synthetic({ samples: 160, ...views, seed: 3 });
const next = synthetic({ samples: 150, ...views, seed: 4 });
const calls = 50;
/** Of different sizes, one of several chunks: a first run at a size leaves the thread, so that calls overlap. */
const others = Array.from({ length: calls }, (_, i) =>
  synthetic({ samples: i === 0 ? 2100 : 30 + i, ...views, seed: 10 + i }),
);

/** What a call gave, or the name and message of its error. */
function outcome(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: Error) => `${error.name}: ${error.message}`);
}

for (const [name, settings] of Object.entries(small)) {
  const { create, options } = findMethod(name);
  const build = (on = engine) => create(parseOptions(name, options, settings), on);
  type Fitted = ReturnType<typeof build>;
  const verbs: Readonly<Record<string, (method: Fitted, other: MultiViewDataset) => Promise<unknown>>> = {
    transform: async (method, other) => (await method.transform(other)).data,
    encode: (method, other) => method.encode!(method.views[1]!.name, other),
    predict: (method, other) => method.predict(other),
    evaluateOn: (method, other) => method.evaluateOn(other),
  };
  const fitted = (async () => (await build().fit(data)).state())();

  test(`${name}: ${calls} calls of each kind at the same time give what they give one by one`, async () => {
    const serial = await build().restore(await fitted);
    const kinds = Object.entries(verbs).filter(([verb]) => {
      return (verb !== "encode" || serial.encode) && (verb !== "predict" || serial.predicts);
    });
    const alone: unknown[] = [];
    for (const other of others) for (const [, call] of kinds) alone.push(await call(serial, other));
    // On a model whose encoders are still to be made, so that calls at the same time make them too.
    const fresh = await build().restore(await fitted);
    const together = await Promise.all(others.flatMap((other) => kinds.map(([, call]) => call(fresh, other))));
    assert.deepEqual(together, alone);
    // Two models on one engine, and evaluations of the data that they were fitted on.
    const [one, two] = await Promise.all([build().fit(data), build().fit(next)]);
    const expected = [await one.evaluate(), await two.evaluate()];
    const measured = await Promise.all(Array.from({ length: calls }, (_, i) => (i % 2 === 0 ? one : two).evaluate()));
    assert.deepEqual(
      measured,
      measured.map((_, i) => expected[i % 2]),
    );
    for (const method of [serial, fresh, one, two]) await method.dispose();
  });

  test(`${name}: uses that began before a fit have the model of before, later ones the new one`, async () => {
    const [before, after] = await Promise.all([build().restore(await fitted), build().fit(next)]);
    const expected: unknown[] = [];
    for (const model of [before, after]) {
      for (const other of others.slice(0, 5)) expected.push(await verbs.transform!(model, other));
    }
    const use = () => others.slice(0, 5).map((other) => verbs.transform!(before, other));
    const early = use();
    const fit = before.fit(next);
    const during: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      during.push(outcome(verbs.transform!(before, others[1 + (i % 4)]!)));
      await new Promise(setImmediate);
    }
    await fit;
    assert.deepEqual(await Promise.all([...(await Promise.all(early)), ...use()]), expected);
    for (const result of await Promise.all(during)) assert.ok(result instanceof Float32Array, String(result));
    await before.dispose();
    await after.dispose();
  });

  test(`${name}: fits at the same time go one after the other, and the last one's model stays`, async () => {
    const method = build();
    await Promise.all([
      method.fit(data),
      method.fit(next),
      method.fit(data),
      method.restore(await fitted),
      method.fit(next),
    ]);
    const fresh = await build().fit(next);
    assert.deepEqual(await verbs.transform!(method, others[1]!), await verbs.transform!(fresh, others[1]!));
    assert.deepEqual(method.state(), fresh.state());
    await method.dispose();
    await fresh.dispose();
  });

  test(`${name}: a model that cannot be made leaves none, and what is disposed of stays so`, async () => {
    const method = await build().restore(await fitted);
    const kept = method.state();
    await method.restore(kept);
    assert.deepEqual(method.state(), kept);
    const broken = method.restore({ tensors: new Map(), json: kept.json });
    await assert.rejects(broken);
    const none = { name: "UserError", message: `this ${name} model is not fitted: fit or load first` };
    await assert.rejects(method.transform(others[1]!), none);
    assert.throws(() => method.exportModels(), none);
    await method.restore(kept);
    const running = outcome(verbs.transform!(method, others[0]!));
    const disposing = method.dispose();
    assert.ok((await running) instanceof Float32Array);
    await disposing;
    const gone = { name: "ClosedError", message: `this ${name} model is disposed of` };
    await assert.rejects(method.transform(others[1]!), gone);
    await assert.rejects(method.fit(data), gone);
    assert.throws(() => method.state(), gone);
    await method[Symbol.asyncDispose]();
  });

  test(`${name}: an engine closed under calls answers or refuses each of them`, async () => {
    const rounds = (["native", "device"] as const).flatMap((way) => [0, 1, 2].map((round) => ({ way, round })));
    for (const { way, round } of rounds) {
      const own = await Engine.open({ threads: 2, interface: way });
      const method = await build(own).restore(await fitted);
      const running = others.slice(0, 20).map((other) => outcome(verbs.transform!(method, other)));
      for (let wait = 0; wait < 3 * round; wait++) await new Promise(setImmediate);
      await own.close();
      for (const result of await Promise.all(running)) {
        assert.ok(result instanceof Float32Array || result === "ClosedError: the engine is closed", String(result));
      }
      await assert.rejects(method.transform(others[1]!), { name: "ClosedError", message: "the engine is closed" });
      await assert.rejects(build(own).fit(data), { name: "ClosedError", message: "the engine is closed" });
      await method.dispose();
    }
  });

  test(`${name}: models that are fitted again or disposed of give their memory back`, async () => {
    const own = await Engine.open({ threads: 2 });
    const method = build(own);
    const inUse: number[] = [];
    for (let i = 0; i < 20; i++) {
      await method.fit(i % 2 === 0 ? data : next);
      await verbs.transform!(method, others[1]!);
      await method.evaluate();
      if (i % 2 === 0) inUse.push(own.memory.bytesInUse);
    }
    assert.deepEqual(new Set(inUse).size, 1, `bytes in use after every second fit: ${inUse.join(", ")}`);
    await method.dispose();
    const empty = own.memory.bytesInUse;
    for (let i = 0; i < 5; i++) {
      const another = await build(own).fit(data);
      await Promise.all(others.slice(0, 5).map((other) => verbs.transform!(another, other)));
      await another.dispose();
    }
    assert.equal(own.memory.bytesInUse, empty);
    assert.ok(empty < 4096, `${empty} bytes in use without a model`);
    await own.close();
  });
}
