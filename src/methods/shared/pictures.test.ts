// The hashing methods on pixels: the same bits after a stop, weights from a file, encoders from pixels to bits, mistakes.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { writeTensors } from "../../runs/safetensors.js";
import { retrievalBaselines } from "../baselines/retrieval.js";
import { DCHN } from "../dchn/dchn.js";
import { DJSRH } from "../djsrh/djsrh.js";
import { GMAE } from "../gmae/gmae.js";
import { assertSameState, copyOf, interruptAfter, runExported } from "./checks.testing.js";
import { chosenBackbone } from "./picture-trunk.js";
import { coloredPictures } from "./pictures.testing.js";

const engine = await Engine.open({ threads: 1 });
const work = mkdtempSync(join(tmpdir(), "vantage-pictures-"));
after(async () => {
  await engine.close();
  rmSync(work, { recursive: true });
});

const samples = 22;
const data = coloredPictures(samples, 72, 64);
// Its first blocks stay, as a test has not the time for all of them.
const options = {
  ...{ backbone: "mobilenet-v2", freeze: "features.17", bits: 16, hidden: 16, batch: 8, epochs: 2, evaluateEvery: 0 },
  ...{ seed: 2, queries: "first:6" },
} as const;

test("a resumed training on pictures gives the same bits, and other pictures are seen in each epoch", async () => {
  const whole = await new DJSRH(options, engine).fit(data);
  const checkpoint = await interruptAfter(new DJSRH(options, engine), data, 1);
  assert.ok(![...checkpoint.tensors.keys()].some((name) => name.includes("fixed")), "the copy is not stored");
  const resumed = await new DJSRH(options, engine).fit(data, { resume: checkpoint });
  assertSameState(resumed.modelState(), whole.modelState());
  const plain = await new DJSRH({ ...options, augment: false }, engine).fit(data);
  const weight = (model: DJSRH) => model.modelState().tensors.get("image.0.weight")!.data;
  assert.notDeepEqual(weight(plain), weight(whole));

  // From pixels to bits in one file.
  const again = await new DJSRH(options, engine).restore(copyOf(whole.modelState()));
  const z = await whole.transform(data);
  assert.deepEqual(await again.transform(data), z);
  const { codes } = await whole.encode("image", data);
  const { code, packed } = await runExported(whole.exportModels()[0]!.bytes, data.views[0]!);
  assert.deepEqual(packed, codes);
  for (let i = 0; i < samples * 16; i++) {
    const own = z.data[Math.floor(i / 16) * 32 + (i % 16)]!;
    assert.ok(Math.abs(code[i]! - own) < 1e-4, `${code[i]} ${own}`);
  }
});

test("weights of a file are taken, and kept up to the layer that is frozen", async () => {
  const first = await new DCHN({ ...options, epochs: 1 }, engine).fit(data);
  const { tensors } = first.modelState();
  const prefix = "image.backbone.";
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  const stored = own.map(([name, tensor]) => [name.slice(prefix.length), tensor] as const);
  const file = join(work, "mobilenet_v2.safetensors");
  writeTensors(file, new Map([...stored, ["classifier.1.bias", { shape: [1], data: Float32Array.of(1) }]]), {});
  const notes: string[] = [];
  const all = { ...options, backbone: file, freeze: "avgpool", epochs: 2 };
  for (const C of [DJSRH, DCHN]) {
    notes.length = 0;
    const model = await new C(all, engine).fit(data, { onNote: (note) => notes.push(note) });
    const found = (model as DJSRH).modelState().tensors;
    for (const [name, { data: values }] of own) assert.deepEqual(found.get(name)!.data, values, name);
    assert.ok(
      notes.some((note) => /no parameter takes classifier\.1\.bias$/.test(note)),
      notes.join(),
    );
  }
  const other = join(work, "resnet18.safetensors");
  writeTensors(other, new Map(stored), {});
  await assert.rejects(new DJSRH({ ...all, backbone: other, freeze: undefined }, engine).fit(data), {
    name: "UserError",
    message: /resnet18\.safetensors has no tensor conv1\.weight.*are these the weights of this network\?$/,
  });
});

test("DCHN resumes on pictures with the same bits, its backbone learning slower", async () => {
  const whole = await new DCHN(options, engine).fit(data);
  const checkpoint = await interruptAfter(new DCHN({ ...options }, engine), data, 2);
  const resumed = await new DCHN(options, engine).fit(data, { resume: checkpoint });
  assertSameState(resumed.modelState(), whole.modelState());
  assert.ok(Object.values((await whole.evaluate()).map!).every((value) => value > 0.3));
  const still = await new DCHN({ ...options, backboneRate: 1e-12 }, engine).fit(data);
  const values = (model: DCHN, name: string) =>
    model.modelState().tensors.get(`image.backbone.features.18.0.${name}`)!.data;
  const begin = await new DCHN({ ...options, epochs: 1, lr: 1e-12 }, engine).fit(data);
  const before = values(begin, "weight");
  const change = (model: DCHN) =>
    values(model, "weight").reduce((most, value, i) => Math.max(most, Math.abs(value - before[i]!)), 0);
  assert.ok(change(still) < 1e-9 && change(whole) > 1e-6, `${change(still)} ${change(whole)}`);
});

test("what does not fit is one line", async () => {
  const message = (text: RegExp) => ({ name: "UserError", message: text });
  const none = { bits: 16, batch: 8 };
  for (const C of [DJSRH, DCHN]) {
    await assert.rejects(
      new C(none, engine).fit(data),
      message(/^colors: view "image" is pixels.*--set backbone=alexnet/),
    );
    await assert.rejects(
      new C({ ...none, backbone: "alexnet" }, engine).fit(data.selectViews(["text"])),
      message(C === DJSRH ? /takes exactly two views/ : /none of its views \(text\) is pixels/),
    );
    assert.throws(() => new C({ backbone: "alexnett" }), message(/^option backbone: expected none, alexnet, vgg19-bn/));
    assert.throws(() => new C({ freeze: "features" }), message(/^option freeze is for a network that takes pictures/));
    assert.throws(() => new C({ backbone: "weights.pth" }), message(/does not name its network.*--set arch=alexnet\|/));
    assert.throws(
      () => new C({ backbone: "alexnet", arch: "resnet18" }),
      message(/^option arch is for a file of weights/),
    );
  }
  await assert.rejects(
    new DJSRH({ ...options, freeze: "layer9" }, engine).fit(data),
    message(/^freeze: there is no layer "layer9"/),
  );
  await assert.rejects(
    new GMAE({}, engine).fit(data),
    message(/^colors: view "image" is pixels, and gmae takes features/),
  );
  assert.deepEqual(
    [
      chosenBackbone({ backbone: "none", augment: true }),
      chosenBackbone({ backbone: "dir.resnet50/vgg19_bn-c79401a0.pth", augment: true, freeze: "features" })!.arch,
      chosenBackbone({ backbone: "x.onnx", arch: "resnet18", augment: true })!.arch,
      chosenBackbone({ backbone: "resnet18.onnx", augment: true })!.arch,
    ],
    [undefined, "vgg19-bn", "resnet18", "graph"],
  );
  const splits = { query: Int32Array.of(0), database: Int32Array.of(1, 2), train: Int32Array.of(1, 2) };
  const protocol = { task: "retrieval", data, test: splits.query, withoutRelevant: "zero", ...splits } as const;
  const { notes } = await retrievalBaselines(protocol as never, { engine, seed: 0 });
  assert.deepEqual(notes, ['no baseline: view "image" is pixels, and CCA takes features']);
});
