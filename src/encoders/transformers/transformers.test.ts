// transformers.js: small models in the hub's layout from a folder and from a hub served here, in numbers by hand.
import assert from "node:assert/strict";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { PictureEncoder, WordEncoder } from "../encoder.js";
import { tokenValue, writePictureModel, writeTextModel } from "../hub-models.testing.js";
import { openEncoder } from "../registry.js";
import { modelClass } from "./models.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-hub-"));
process.env.VANTAGE_CACHE = join(folder, "cache");
const asked: string[] = [];
const hub = createServer((request, reply) => {
  asked.push(request.url!);
  const [, owner, name, , revision, ...file] = request.url!.split("/");
  const path = join(folder, "hub", owner!, name!, ...file.map(decodeURIComponent));
  if (revision !== "main" || !existsSync(path)) return void reply.writeHead(404).end();
  reply.writeHead(200, { "content-length": statSync(path).size });
  if (request.method === "HEAD") return void reply.end();
  createReadStream(path).pipe(reply);
});
before(async () => {
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  writeTextModel(join(folder, "hub/tests/sentences"));
  writePictureModel(join(folder, "hub/tests/clip"));
});
after(() => {
  hub.closeAllConnections();
  hub.close();
  rmSync(folder, { recursive: true });
});

const near = (found: ArrayLike<number>, expected: readonly number[]) => {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(found[i]! - value) < 1e-5, `${i}: ${found[i]}, not ${value}`);
};
const mean = (...ids: number[]) => {
  const sum = ids.reduce((total, id) => total + id, 0) / ids.length;
  return [0, 1, 2].map((j) => tokenValue(sum, j));
};

test("a sentence encoder of the hub: tokens averaged without padding, cut to length, downloaded once", async () => {
  const encoder = (await openEncoder("transformers:tests/sentences?pooling=mean")) as WordEncoder;
  const rows = await encoder.encode(["a red cat", "Dogs", "a a a a a a a a a"]);
  near(rows, [...mean(2, 4, 5, 7, 3), ...mean(2, 8, 9, 3), ...mean(2, 4, 4, 4, 4, 3)]);
  await encoder.release();
  const models = () => asked.filter((url) => url.endsWith(".onnx")).length;
  const before = models();
  const again = (await openEncoder("transformers:tests/sentences?pooling=mean", { material: "words" })) as WordEncoder;
  assert.equal(models(), before);
  assert.equal(again.identity, encoder.identity);
  await again.release();
});

test("CLIP's pictures from a folder, as its processor has them", async () => {
  const encoder = (await openEncoder(`transformers:${join(folder, "hub/tests/clip")}`)) as PictureEncoder;
  assert.deepEqual([encoder.material, encoder.dimensions], ["pictures", 3]);
  const data = new Uint8Array(20 * 16 * 3);
  for (let i = 0; i < data.length; i += 3) data.set([0, 255, 102], i);
  near(await encoder.encode([{ width: 20, height: 16, data }]), [-1, 2, -0.2]);
  await encoder.release();
});

test("pooling and normalization as the files of sentence-transformers say", async () => {
  const at = join(folder, "own");
  writeTextModel(at);
  await assert.rejects(openEncoder(`transformers:${at}`), /add \?pooling=mean or \?pooling=first/);
  mkdirSync(join(at, "1_Pooling"));
  writeFileSync(join(at, "1_Pooling/config.json"), '{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}');
  const first = (await openEncoder(`transformers:${at}`)) as WordEncoder;
  near(await first.encode(["a"]), mean(2));
  writeFileSync(join(at, "modules.json"), '[{"type":"sentence_transformers.models.Normalize"}]');
  const unit = (await openEncoder(`transformers:${at}`)) as WordEncoder;
  const length = Math.hypot(...mean(2));
  near(
    await unit.encode(["a"]),
    mean(2).map((value) => value / length),
  );
  assert.notEqual(first.identity, unit.identity);
});

test("which part of a model takes what", () => {
  assert.equal(modelClass("clip", "pictures").name, "CLIPVisionModelWithProjection");
  assert.equal(modelClass("siglip", "words").padding, "max_length");
  assert.equal(modelClass("dinov2", "pictures").name, "AutoModel");
});

const refused: Record<string, readonly [string, RegExp]> = {
  "a model that is not there": [
    "transformers:tests/nothing",
    /^encoder "transformers:tests\/nothing": the model cannot be loaded: /,
  ],
  "a strange name": ["transformers:../../x", /neither a folder nor a name of the hub/],
  "an unknown option": ["transformers:tests/clip?quality=9", /no option "quality"; there are pooling, dtype, revision/],
  "an unknown type": ["transformers:tests/clip?dtype=fp8", /dtype=fp8: expected fp32, fp16/],
  "an unknown pooling": ["transformers:tests/clip?pooling=max", /pooling=max: expected mean or first/],
};
for (const [what, [spec, message]] of Object.entries(refused)) {
  test(`refused: ${what}`, () =>
    assert.rejects(openEncoder(spec, { material: "words" }), { name: "UserError", message }));
}
