// Encoders from ONNX files: pictures and texts in numbers by hand, files of the hub and a YAML, and what is refused.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { floats, modelOf, node, port } from "../../core/onnx/onnx-models.testing.js";
import { Engine } from "../../core/runtime/index.js";
import type { PictureEncoder, WordEncoder } from "../encoder.js";
import {
  pictureModel,
  preprocessor,
  textModel,
  tokenValue,
  writePictureModel,
  writeTextModel,
} from "../hub-models.testing.js";
import { openEncoder } from "../registry.js";
import { preprocessingOf, writeInput } from "./preprocessor.js";

const engine = await Engine.open({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), "vantage-onnx-"));
after(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});
let folders = 0;
function newFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const at = join(folder, String(folders++));
  mkdirSync(at);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(at, name), content);
  return at;
}
const near = (found: ArrayLike<number>, expected: readonly number[]) => {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(found[i]! - value) < 1e-5, `${i}: ${found[i]}, not ${value}`);
};
const plain = (red: number, green: number, blue: number) => {
  const data = new Uint8Array(8 * 8 * 3);
  for (let i = 0; i < data.length; i += 3) data.set([red, green, blue], i);
  return { width: 8, height: 8, data };
};

test("pictures by preprocessor_config.json, in several calls", async () => {
  const at = newFolder();
  writePictureModel(at);
  const encoder = (await openEncoder(`onnx:${join(at, "onnx/vision_model.onnx")}`, { engine })) as PictureEncoder;
  assert.deepEqual([encoder.dimensions, encoder.decoding], [3, { width: 8, height: 8, fit: "cover", kernel: "cubic" }]);
  const rows = await encoder.encode(Array.from({ length: 19 }, (_, i) => plain(i * 10, 255, 0)));
  near(rows.subarray(0, 3), [-1, 2, -1]);
  near(rows.subarray(18 * 3), [(180 / 255 - 0.5) / 0.5, 2, -1]);
  await encoder.release();
});

test("texts by tokenizer.json: padding does not count, and what is too long is cut before its end", async () => {
  const at = newFolder();
  writeTextModel(at);
  writeFileSync(join(at, "onnx/model.yaml"), "pooling: mean\n");
  const encoder = (await openEncoder(`onnx:${join(at, "onnx/model.onnx")}`, { engine })) as WordEncoder;
  const rows = await encoder.encode(["a red cat", "Dogs", "zebra", "a a a a a a a a a"]);
  const mean = (...ids: number[]) => {
    const sum = ids.reduce((total, id) => total + id, 0) / ids.length;
    return [0, 1, 2].map((j) => tokenValue(sum, j));
  };
  near(rows, [...mean(2, 4, 5, 7, 3), ...mean(2, 8, 9, 3), ...mean(2, 1, 3), ...mean(2, 4, 4, 4, 4, 3)]);
  await encoder.release();
});

test("files of sentence-transformers say pooling, length and scaling; the YAML file goes first", async () => {
  const at = newFolder();
  writeTextModel(at);
  mkdirSync(join(at, "1_Pooling"));
  writeFileSync(join(at, "1_Pooling/config.json"), '{"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":false}');
  writeFileSync(join(at, "modules.json"), '[{"type":"sentence_transformers.models.Normalize"}]');
  writeFileSync(join(at, "sentence_bert_config.json"), '{"max_seq_length":4}');
  const rowOf = async () => {
    const encoder = (await openEncoder(`onnx:${join(at, "onnx/model.onnx")}`, { engine })) as WordEncoder;
    // The shorter one goes into a call of its own order; each row is that of its text.
    const rows = await encoder.encode(["a", "a a a a a"]);
    await encoder.release();
    return rows.subarray(3);
  };
  const mean = (ids: readonly number[]) =>
    [0, 1, 2].map((j) => tokenValue(ids.reduce((total, id) => total + id, 0) / ids.length, j));
  const unit = (row: readonly number[]) => row.map((value) => value / Math.hypot(...row));
  near(await rowOf(), unit(mean([2, 4, 4, 3])));
  writeFileSync(join(at, "onnx/model.yaml"), "pooling: first\ntokens: 3\n");
  near(await rowOf(), unit(mean([2])));
});

test("a YAML file in place of the hub's, and of a model with channels last", async () => {
  const model = modelOf({
    input: [port("x", ["n", 4, 6, 3])],
    output: [port("tokens", ["n", 24, 3])],
    initializer: [{ name: "shape", dims: [3], dataType: 7, int64Data: [0, -1, 3] }],
    node: [node("Reshape", "x shape", "tokens")],
  });
  const at = newFolder({ "m.onnx": model, "m.yaml": "size: [4, 6]\nfit: fill\npooling: first\nmean: [1, 0, 0]\n" });
  const encoder = (await openEncoder(`onnx:${join(at, "m.onnx")}`, { engine })) as PictureEncoder;
  assert.deepEqual(encoder.decoding, { width: 6, height: 4, fit: "fill", kernel: "cubic" });
  const data = new Uint8Array(4 * 6 * 3);
  data.set([255, 51, 102]);
  near(await encoder.encode([{ width: 6, height: 4, data }]), [0, 0.2, 0.4]);
});

test("the identity changes with the model, its settings and its preprocessing", async () => {
  const identities = new Set<string>();
  const other = modelOf({
    input: [port("pixel_values", ["n", 3, 8, 8])],
    output: [port("image_embeds", ["n", 3])],
    node: [node("GlobalAveragePool", "pixel_values", "p"), node("Flatten", "p", "image_embeds")],
  });
  for (const [model, config] of [
    [pictureModel, preprocessor],
    [other, preprocessor],
    [pictureModel, { ...preprocessor, image_mean: [0.4, 0.5, 0.5] }],
  ] as const) {
    const at = newFolder({ "m.onnx": model, "preprocessor_config.json": JSON.stringify(config) });
    const encoder = await openEncoder(`onnx:${join(at, "m.onnx")}`, { engine });
    identities.add(encoder.identity);
  }
  assert.equal(identities.size, 3);
});

const sizes: Record<string, readonly [object, readonly [number, number, string], readonly [number, number]]> = {
  "CLIP's": [preprocessor, [8, 8, "cover"], [8, 8]],
  "CLIP's of older versions": [
    { size: 24, do_center_crop: true, crop_size: 20, do_normalize: false },
    [24, 24, "cover"],
    [20, 20],
  ],
  "ViT's": [{ size: { height: 10, width: 12 } }, [10, 12, "fill"], [10, 12]],
  "ViT's of older versions": [{ size: 16 }, [16, 16, "fill"], [16, 16]],
  "ResNet's": [{ size: { shortest_edge: 28 }, crop_size: { height: 24, width: 22 } }, [28, 28, "cover"], [24, 22]],
};
for (const [what, [config, [height, width, fit], cut]] of Object.entries(sizes)) {
  test(`the size of a picture: ${what}`, () => {
    const found = preprocessingOf(config, "p");
    assert.deepEqual([found.decoding.height, found.decoding.width, found.decoding.fit], [height, width, fit]);
    assert.deepEqual([found.height, found.width], cut);
  });
}

test("the middle is cut out", () => {
  const preprocessing = preprocessingOf({ size: { shortest_edge: 4 }, crop_size: 2, do_rescale: false }, "p");
  const data = Uint8Array.from({ length: 48 }, (_, i) => Math.floor(i / 3));
  const target = new Float32Array(12);
  writeInput({ width: 4, height: 4, data }, preprocessing, true, target);
  assert.deepEqual([...target.subarray(0, 4)], [5, 6, 9, 10]);
});

const small = JSON.stringify(preprocessor);
const onePort = { input: [port("pixel_values", ["n", 3, 8, 8])], output: [port("y", ["n", 3])] };
const refused: Record<string, readonly [Readonly<Record<string, string | Uint8Array>>, RegExp]> = {
  "no file": [{}, /no such file/],
  "no model": [{ "m.onnx": "no" }, /is not a whole ONNX file|no graph/],
  "no preprocessing": [
    { "m.onnx": pictureModel },
    /there is no preprocessor_config.json beside it, and no .*m\.yaml with a size/,
  ],
  "no tokenizer": [{ "m.onnx": textModel }, /there is no tokenizer.json beside it/],
  "a tokenizer that is none": [
    { "m.onnx": textModel, "tokenizer.json": "{}", "m.yaml": "pooling: mean" },
    /no tokenizer that can be used/,
  ],
  "another size": [
    { "m.onnx": pictureModel, "m.yaml": "size: 9" },
    /takes "pixel_values" of shape \[\?, 3, 8, 8\], expected pictures/,
  ],
  "an unknown setting": [{ "m.onnx": pictureModel, "m.yaml": "sise: 9" }, /m\.yaml: the file: Unrecognized key/],
  "an output that is not there": [
    { "m.onnx": pictureModel, "m.yaml": "size: 8\noutput: z" },
    /there is no output "z" .*; it has image_embeds/,
  ],
  "any size": [
    { "m.onnx": pictureModel, "preprocessor_config.json": '{"size":{"shortest_edge":8}}' },
    /pictures of any shape are not known/,
  ],
  "an unknown operator": [
    {
      "m.onnx": modelOf({ ...onePort, node: [node("NonZero", "pixel_values", "y")] }),
      "preprocessor_config.json": small,
    },
    /operator NonZero is not one of those/,
  ],
  "weights in another file": [
    {
      "m.onnx": modelOf({
        ...onePort,
        initializer: [
          {
            ...floats("w", [3]),
            floatData: [],
            dataLocation: 1,
            externalData: [{ key: "location", value: "/etc/passwd" }],
          },
        ],
        node: [node("Add", "pixel_values w", "y")],
      }),
      "preprocessor_config.json": small,
    },
    /weights "w" are kept in another file, which is not read/,
  ],
};
for (const [what, [files, message]] of Object.entries(refused)) {
  test(`refused: ${what}`, () =>
    assert.rejects(openEncoder(`onnx:${join(newFolder(files), "m.onnx")}`, { engine }), {
      name: "UserError",
      message,
    }));
}
