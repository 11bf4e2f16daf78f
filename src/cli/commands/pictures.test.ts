// A folder of pictures with captions from training to search: on pixels and on features, resumed, on another folder, and mistakes.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { runCommand, startCommand } from "../command.testing.js";

const work = mkdtempSync(join(tmpdir(), "vantage-train-pictures-"));
after(() => rmSync(work, { recursive: true }));
const env = { VANTAGE_CACHE: join(work, "cache") };
const colors = ["red", "green", "blue"] as const;

async function makeFolder(name: string, count: number, first: number): Promise<void> {
  const lines = ["file,caption,color"];
  for (const color of colors) {
    mkdirSync(join(work, name, color), { recursive: true });
    for (let i = 0; i < count; i++) {
      const file = `${color}/${first + i}.png`;
      await sharp({ create: { width: 70 + i, height: 60, channels: 3, background: color } })
        .png()
        .toFile(join(work, name, file));
      lines.push(`${file},a ${color} square number ${i},${color}`);
    }
  }
  writeFileSync(join(work, name, "captions.csv"), lines.join("\n"));
}
await makeFolder("squares", 6, 0);
await makeFolder("others", 3, 100);
const pixels = ["--set", "backbone=mobilenet-v2", "--set", "freeze=features.17", "--image-encoder", "pixels:64"];
const train = [...pixels, "--batch", "8", "--bits", "16", "--threads", "1"];
const done = async (args: string[]) => {
  const result = await runCommand(args, work, env);
  assert.equal(result.status, 0, result.stderr);
  return result;
};

test("from pixels to search: trained, stopped and resumed with the same bits, indexed, found by a picture and by words", async () => {
  const args = ["train", "djsrh", "--data", "squares", ...train, "--set", "evaluateEvery=0", "--epochs", "40"];
  await done([...args, "--out", "whole"]);
  const stopped = startCommand([...args, "--out", "stopped"], work, env);
  await stopped.saw("epoch 1/40");
  stopped.kill("SIGINT");
  const { status, stderr } = await stopped.done;
  // On a fast machine it may be done before the signal comes.
  if (status !== 0) {
    assert.equal(status, 130, stderr);
    await done(["train", "djsrh", "--resume", "stopped", "--threads", "1"]);
  }
  const models = ["whole", "stopped"].map((run) => readFileSync(join(work, run, "model/image.onnx")));
  assert.equal(Buffer.compare(models[0]!, models[1]!), 0);

  await done(["index", "whole", "--out", "index"]);
  assert.match(readFileSync(join(work, "index/index.yaml"), "utf8"), /encoder: pixels:64/);
  const search = async (...query: string[]) =>
    JSON.parse((await done(["search", "index", "--json", "--k", "3", ...query])).stdout).hits as {
      id: string;
      distance: number;
    }[];
  const [hit] = await search("--image", "squares/blue/2.png", "--target", "image");
  assert.equal(hit!.distance, 0);
  assert.match(hit!.id, /^blue\//);
  assert.equal((await search("--words", "a RED one", "--target", "image")).length, 3);

  const other = await done(["evaluate", "whole", "--data", "others", "--json"]);
  assert.equal(JSON.parse(other.stdout).dataset.samples, 9);
  assert.match(other.stderr, /learned from the run's own captions/);
});

test("an ONNX model as backbone: asked how its pictures are normalized, trained at its size, indexed and searched without its file", async () => {
  const fixture = new URL("../../../src/core/nn/onnx-import/fixtures/vit-train.onnx", import.meta.url);
  copyFileSync(fixture, join(work, "vit.onnx"));
  const args = ["train", "djsrh", "--data", "squares", "--set", "backbone=vit.onnx", "--set", "lr=0.1", "--batch", "8"];
  const more = ["--bits", "16", "--threads", "1", "--epochs", "20", "--out", "imported"];
  const asked = await runCommand([...args, ...more], work, env);
  assert.equal(asked.status, 2);
  const [, flag] =
    asked.stderr.match(/^vantage: vit\.onnx: its picture normalization is unknown .*?(--set normalization=\w+)/) ?? [];
  const { stdout } = await done([...args, ...more, "--json", ...flag!.split(" ")]);
  assert.deepEqual(JSON.parse(stdout).dataset.views[0], 3 * 32 * 32);
  rmSync(join(work, "vit.onnx"));
  await done(["index", "imported", "--out", "imported-index"]);
  const found = await done([
    "search",
    "imported-index",
    "--json",
    "--image",
    "squares/blue/2.png",
    "--target",
    "image",
  ]);
  const [hit] = JSON.parse(found.stdout).hits;
  assert.equal(hit.distance, 0);
  assert.match(hit.id, /^blue\//);
});

test("a picture that has changed ends a resumed training; features need no backbone", async () => {
  const args = ["train", "djsrh", "--data", "others", "--batch", "2", "--bits", "16", "--epochs", "2"];
  const { stdout } = await done([...args, "--out", "features", "--json"]);
  assert.deepEqual(JSON.parse(stdout).dataset.views, [1384, 2057]);
  await sharp({ create: { width: 70, height: 60, channels: 3, background: "gray" } })
    .png()
    .toFile(join(work, "others/red/100.png"));
  const changed = await runCommand(["train", "djsrh", "--resume", "features"], work, env);
  assert.equal(changed.status, 2);
  assert.match(changed.stderr, /others has changed since the run began/);
});

test("mistakes are one line and exit status 2", async () => {
  writeFileSync(join(work, "none.pth"), "");
  const cases: [string[], RegExp][] = [
    [["gmae", "--data", "squares", "--image-encoder", "pixels:64"], /is pixels, and gmae takes features of pictures/],
    [["djsrh", "--data", "squares", "--image-encoder", "pixels:64"], /is pixels, which need a network for pictures/],
    [["djsrh", "--data", "squares", "--image-encoder", "pixels:x"], /expected a side, such as pixels:224/],
    [["djsrh", "--data", "squares", "--labels", "color"], /--labels is for files of features; squares is a folder/],
    [
      ["djsrh", "--data", "synthetic", "--text-encoder", "bag:9"],
      /synthetic is not a folder of pictures: --text-encoder/,
    ],
    [["djsrh", "--data", "synthetic", "--set", "backbone=alexnet"], /option backbone is for pictures, and none of its/],
    [["dchn", "--data", "squares", ...train, "--set", "backbone=none.pth"], /does not name its network/],
    [
      ["dchn", "--data", "squares", ...train, "--set", "backbone=mobilenet_v2.pth"],
      /mobilenet_v2\.pth cannot be read: no such/,
    ],
  ];
  for (const [args, expected] of cases) {
    const { status, stderr } = await runCommand(["train", ...args, "--out", "none"], work, env);
    assert.equal(status, 2, stderr);
    const [line, ...more] = stderr
      .trim()
      .split("\n")
      .filter((each) => each.startsWith("vantage: "));
    assert.match(line!, expected);
    assert.deepEqual(more, []);
  }
});
