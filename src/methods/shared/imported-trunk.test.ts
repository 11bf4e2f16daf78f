// ONNX models as backbones of the hashing methods: as ONNX Runtime runs them, trained, frozen, resumed, exported; without their files.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { backbone, Forward, initialize, Parameters } from "../../core/nn/index.js";
import { reference } from "../../core/nn/onnx-import/import.testing.js";
import { encodeModel } from "../../core/onnx/model.js";
import { onnx } from "../../core/onnx/schema.js";
import { Engine, ParameterStore, Program } from "../../core/runtime/index.js";
import { input } from "../../core/tensor/index.js";
import { gatherRows } from "../../data/matrix.js";
import { DCHN } from "../dchn/dchn.js";
import { DJSRH } from "../djsrh/djsrh.js";
import { FixedFeatures } from "../djsrh/fixed-features.js";
import { viewInput } from "../feeding.js";
import { assertSameState, copyOf, interruptAfter, runExported } from "./checks.testing.js";
import { hashingNetwork } from "./hashing-network.js";
import { loadBackbones, withPictureGraph } from "./picture-trunk.js";
import { coloredPictures } from "./pictures.testing.js";

const engine = await Engine.open({ threads: 1 });
const work = mkdtempSync(join(tmpdir(), "vantage-imported-"));
after(async () => {
  await engine.close();
  rmSync(work, { recursive: true });
});
const fixture = (name: string) => new URL(`../../../src/core/nn/onnx-import/fixtures/${name}.onnx`, import.meta.url);
const samples = 22;
const data = coloredPictures(samples, 37, 32);
const shape = [3, 32, 32] as const;
const view = { name: "image", columns: 3 * 32 * 32, shape };
const scaler = { kind: "none", columns: view.columns, scale: new Float32Array(), shift: new Float32Array() } as const;
const own = { task: "retrieval", bits: 16, hidden: 16, batch: 8, epochs: 2, evaluateEvery: 0, seed: 2 } as const;
const options = { ...own, queries: "first:6", normalization: "half" } as const;

/** A file of the tests' folder. */
function place(name: string, bytes: Uint8Array): string {
  const path = join(work, name);
  writeFileSync(path, bytes);
  return path;
}
type Model = ReturnType<typeof onnx.ModelProto.decode>;
/** A fixture, changed. */
function changed(name: string, target: string, change: (model: Model) => void): string {
  const model = onnx.ModelProto.decode(readFileSync(fixture(name)));
  change(model);
  return place(target, onnx.ModelProto.encode(model).finish());
}
const mobile = place("mobile.onnx", readFileSync(fixture("mobilenet-train")));
const vit = place("vit.onnx", readFileSync(fixture("vit-train")));

/** A network for the file with its weights, and what it makes of pictures. */
async function features(file: string, more: object = {}): Promise<Float32Array> {
  const chosen = { backbone: file, augment: false, normalization: "half", ...more } as const;
  const [own] = withPictureGraph([view], chosen);
  const network = hashingNetwork(own!, scaler, [8], () => (y) => y, { arch: "graph", file });
  const store = new ParameterStore(engine.memory, network.parameters.all);
  assert.deepEqual(loadBackbones([{ network, store }], chosen), []);
  const y = network.trunk!.layer(viewInput("x", own!), new Forward(false));
  const program = await Program.compile(engine, { name: "features", outputs: { y }, store });
  const run = program.at({ n: 5 });
  gatherRows(data.views[0]!.matrix, [3, 1, 4, 0, 2], run.inputs.x!);
  await run.run();
  const result = run.outputs.y!.slice();
  await program.release();
  store.release();
  return result;
}

function assertNear(found: Float32Array, expected: Float32Array): void {
  const scale = Math.max(...expected.map(Math.abs));
  assert.equal(found.length, expected.length);
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) <= 1e-5 * scale, `[${i}]: ${value}, expected ${expected[i]}`);
  });
}

test("features are those that ONNX Runtime makes of normalized pictures, wherever channels stand", async () => {
  const pixels = new Float32Array(5 * view.columns);
  gatherRows(data.views[0]!.matrix, [3, 1, 4, 0, 2], pixels);
  const feed = { x: { data: pixels.map((value) => (value / 255 - 0.5) / 0.5), shape: [5, ...shape] } };
  const found = await features(mobile);
  for (const [file, width] of [
    [mobile, 4],
    [vit, 6],
  ] as const) {
    assertNear(
      await features(file),
      await reference(engine, readFileSync(file), feed, { name: "y", shape: [5, width] }),
    );
  }
  const last = changed("mobilenet-train", "last.onnx", ({ graph }) => {
    graph!.input![0]!.name = "pixels";
    const dims = graph!.input![0]!.type!.tensorType!.shape!.dim!;
    dims.push(dims.splice(1, 1)[0]!);
    const perm = { name: "perm", type: onnx.AttributeProto.AttributeType.INTS, ints: [0, 3, 1, 2] };
    graph!.node!.unshift(
      onnx.NodeProto.create({ opType: "Transpose", input: ["pixels"], output: ["x"], attribute: [perm] }),
    );
  });
  assert.deepEqual(await features(last), found);
  // What stands beside a file says the same as an option; an option goes first.
  place("last.yaml", Buffer.from("mean: [0.5, 0.5, 0.5]\nstd: [0.5, 0.5, 0.5]\n"));
  assert.deepEqual(await features(last, { normalization: undefined }), found);
  assert.notDeepEqual(await features(last, { normalization: "unit" }), found);
  mkdirSync(join(work, "hub"));
  copyFileSync(mobile, join(work, "hub/model.onnx"));
  const config = { size: 32, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], do_normalize: true };
  place("hub/preprocessor_config.json", Buffer.from(JSON.stringify(config)));
  assert.deepEqual(await features(join(work, "hub/model.onnx"), { normalization: undefined }), found);
});

test("an output with a row for each part of a picture is pooled as the file beside it says", async () => {
  const parts = changed("vit-train", "parts.onnx", ({ graph }) => {
    const norm = graph!.node!.findLast(({ opType }) => opType === "LayerNormalization")!;
    graph!.output = [{ name: norm.output![0]!, type: graph!.output![0]!.type! }];
  });
  assert.throws(() => withPictureGraph([view], { backbone: parts, augment: false }), {
    name: "UserError",
    message: /has 17 rows for an item: write "pooling: mean" or "pooling: first" into .*parts\.yaml$/,
  });
  place("parts.yaml", Buffer.from("pooling: mean\n"));
  const mean = await features(parts);
  place("parts.yaml", Buffer.from("pooling: first\n"));
  const first = await features(parts);
  assert.deepEqual([mean.length, first.length], [40, 40]);
  assert.notDeepEqual(mean, first);
});

test("DJSRH fine-tunes it, resumes with the same bits, needs no file afterwards, exports from pixels to bits", async () => {
  const file = place("gone.onnx", readFileSync(mobile));
  const all = { ...options, backbone: file, freeze: "3" };
  const whole = await new DJSRH(all, engine).fit(data);
  const checkpoint = await interruptAfter(new DJSRH(all, engine), data, 1);
  const resumed = await new DJSRH(all, engine).fit(data, { resume: checkpoint });
  assertSameState(resumed.modelState(), whole.modelState());

  const { tensors } = whole.modelState();
  const stored = onnx.ModelProto.decode(readFileSync(file)).graph!.initializer!;
  const before = (name: string) => {
    const raw = stored.find((each) => each.name === name)!.rawData!;
    return new Float32Array(Uint8Array.from(raw).buffer);
  };
  const isKept = (name: string) =>
    Buffer.compare(
      Buffer.from(Float32Array.from(tensors.get(`image.backbone.${name}`)!.data).buffer),
      Buffer.from(before(name).buffer),
    ) === 0;
  assert.deepEqual(
    ["1.weight", "1.running_mean", "3.conv.0.0.weight", "4.conv.0.0.weight", "5.conv.3.running_mean", "7.2.weight"].map(
      isKept,
    ),
    [true, true, true, false, false, false],
  );

  rmSync(file);
  const again = await new DJSRH(all, engine).restore(copyOf(whole.modelState()));
  const z = await whole.transform(data);
  assert.deepEqual(await again.transform(data), z);
  const { codes } = await whole.encode("image", data);
  const { packed } = await runExported(again.exportModels()[0]!.bytes, data.views[0]!);
  assert.deepEqual(packed, codes);
  assert.ok(JSON.stringify(whole.modelState().json).length < 20_000, "weights are in tensors alone");
});

test("a file that says something else ends a resumed training", async () => {
  const file = place("other.onnx", readFileSync(mobile));
  const all = { ...options, backbone: file, normalization: undefined };
  place("other.yaml", Buffer.from("mean: [0.5, 0.5, 0.5]\nstd: [0.5, 0.5, 0.5]\n"));
  const checkpoint = await interruptAfter(new DJSRH(all, engine), data, 1);
  place("other.yaml", Buffer.from("mean: [0.5, 0.5, 0.5]\nstd: [0.4, 0.5, 0.5]\n"));
  await assert.rejects(new DJSRH(all, engine).fit(data, { resume: checkpoint }), {
    name: "UserError",
    message: /other\.onnx, or a file beside it, has changed since the run began/,
  });
});

test("DCHN fine-tunes a vision transformer with a rate of its own, and resumes with the same bits", async () => {
  const all = { ...options, backbone: vit };
  const whole = await new DCHN(all, engine).fit(data);
  const checkpoint = await interruptAfter(new DCHN(all, engine), data, 2);
  assertSameState((await new DCHN(all, engine).fit(data, { resume: checkpoint })).modelState(), whole.modelState());
  const weight = (model: DCHN | DJSRH, name = "conv_proj.weight") =>
    model.modelState().tensors.get(`image.backbone.${name}`)!.data;
  const change = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
  const still = await new DCHN({ ...all, backboneRate: 1e-12 }, engine).fit(data);
  assert.ok(change(weight(still), weight(whole)) > 1e-5);
  const djsrh = await new DJSRH({ ...all, epochs: 1 }, engine).fit(data);
  const slow = await new DJSRH({ ...all, epochs: 1, backboneRate: 1e-12 }, engine).fit(data);
  assert.ok(change(weight(slow), weight(still)) < 1e-8, "both keep the file's values");
  assert.ok(change(weight(djsrh), weight(slow)) > 1e-7);
});

test("features of pictures that are seen whole are computed once, with the same bits", async () => {
  const chosen = { backbone: mobile, augment: false, normalization: "half" } as const;
  const [own] = withPictureGraph([view], chosen);
  const network = hashingNetwork(own!, scaler, [8], () => (y) => y, { arch: "graph", file: mobile });
  const store = new ParameterStore(engine.memory, network.parameters.all);
  loadBackbones([{ network, store }], chosen);
  const rows = Int32Array.from({ length: 13 }, (_, i) => i + 5);
  const batch = Int32Array.of(17, 5, 9, 12);
  const fixed = await FixedFeatures.of(engine, { network, store }, 4, 0);
  const step = { inputs: { "features.0": new Float32Array(4 * network.trunk!.width) } } as never;
  const taken = async () => {
    await fixed.fill(step, data, batch, undefined);
    return (step as { inputs: Record<string, Float32Array> }).inputs["features.0"]!.slice();
  };
  const before = await taken();
  await fixed.remember(data, rows, 4);
  assert.deepEqual(await taken(), before);
  await fixed.release();
  store.release();

  // A backbone that stays as it is gives both, what is learned from and the affinity.
  const frozen = { ...options, backbone: mobile, freeze: "y" };
  for (const augment of [true, false]) {
    const whole = await new DJSRH({ ...frozen, augment }, engine).fit(data);
    const checkpoint = await interruptAfter(new DJSRH({ ...frozen, augment }, engine), data, 1);
    const resumed = await new DJSRH({ ...frozen, augment }, engine).fit(data, { resume: checkpoint });
    assertSameState(resumed.modelState(), whole.modelState());
  }
});

test("what a file leaves open is asked for, what cannot be used is refused, in one line", async () => {
  const refused = (file: string, message: RegExp, more: object = {}) =>
    assert.throws(() => withPictureGraph([view], { backbone: file, augment: true, normalization: "half", ...more }), {
      name: "UserError",
      message,
    });
  refused(mobile, /its picture normalization is unknown.* --set normalization=imagenet \|/, {
    normalization: undefined,
  });
  const dims = ({ graph }: Model) => graph!.input![0]!.type!.tensorType!.shape!.dim!;
  const one = changed("mobilenet-train", "one.onnx", (model) => dims(model).splice(0, 1, { dimValue: 1 }));
  refused(one, /one\.onnx takes 1 picture at a time.*dynamic_axes=\{"x": \{0: "n"\}\}/);
  const wide = changed("mobilenet-train", "wide.onnx", (model) => dims(model).splice(3, 1, { dimValue: 64 }));
  refused(wide, /wide\.onnx takes pictures of 32 × 64, expected squares$/);
  const large = changed("mobilenet-train", "large.onnx", (model) =>
    dims(model).splice(2, 2, { dimValue: 64 }, { dimValue: 64 }),
  );
  refused(large, /takes pictures of 64 × 64, and these are 32 × 32: --image-encoder pixels:64$/);
  const gray = changed("mobilenet-train", "gray.onnx", (model) => dims(model).splice(1, 1, { dimValue: 1 }));
  refused(gray, /expected pictures of 3 channels/);
  const two = changed("mobilenet-train", "two.onnx", ({ graph }) =>
    graph!.input!.push({ ...graph!.input![0], name: "mask" }),
  );
  refused(two, /two\.onnx takes "x" \[n, 3, 32, 32\], "mask" .*, expected one input of float32/);
  const several = changed("mobilenet-train", "several.onnx", ({ graph }) => {
    graph!.output!.push({ ...graph!.output![0], name: graph!.node!.at(-2)!.output![0]! });
  });
  refused(several, /which output is the embedding\? Write "output: NAME" into .*several\.yaml; it has y, /);
  const unknown = changed("mobilenet-train", "unknown.onnx", ({ graph }) => {
    graph!.node!.at(-1)!.opType = "Hough";
  });
  refused(unknown, /unknown\.onnx: operator Hough .*is not supported$/);
  const outside = changed("mobilenet-train", "outside.onnx", ({ graph }) => {
    const [weight] = graph!.initializer!;
    Object.assign(weight!, { rawData: null, dataLocation: 1, externalData: [{ key: "location", value: "../w.bin" }] });
  });
  await assert.rejects(new DJSRH({ ...options, backbone: outside }, engine).fit(data), {
    name: "UserError",
    message: /\.\.\/w\.bin leads out of/,
  });
  refused(mobile, /freeze: no node, value or weight is named "9"/, { freeze: "9" });
  refused(place("damaged.onnx", readFileSync(mobile).subarray(0, 5000)), /damaged\.onnx: it is not a whole ONNX file/);
  assert.throws(
    () => new DJSRH({ backbone: "alexnet", normalization: "half" }),
    /option normalization is for an ONNX model/,
  );
  assert.throws(() => new DJSRH({ backbone: "x.pth", arch: "graph" }), /x\.pth holds weights without a network/);
});

test("a file with torchvision's names is asked about, and read as option arch says", async () => {
  const parameters = new Parameters();
  const net = backbone(parameters, "mobilenet-v2");
  const store = new ParameterStore(engine.memory, parameters.all);
  initialize(engine.kernels, store, parameters.all, 0);
  const weights = new Map(parameters.all.map(({ name }) => [name, store.values(name)]));
  const features = net.layer(input("pixels", ["n", 3, 32, 32]), new Forward(false));
  const file = place("known.onnx", encodeModel({ name: "known", outputs: { features }, weights }));
  store.release();
  const chosen = { backbone: file, augment: true, normalization: "half" } as const;
  assert.throws(() => withPictureGraph([view], chosen), {
    name: "UserError",
    message: /known\.onnx can be read in two ways: --set arch=graph takes.*--set arch=mobilenet-v2 takes its weights/,
  });
  assert.ok(withPictureGraph([view], { ...chosen, arch: "graph" })[0]!.network);
  assert.deepEqual(withPictureGraph([view], { ...chosen, normalization: undefined, arch: "mobilenet-v2" }), [view]);
});
