// The command line as a user meets it: training, run folders, resuming, evaluating, encoding, reporting.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { readVariables, writeNpz } from "../../data/formats/index.js";
import { readTensors } from "../../runs/safetensors.js";
import { runCommand, startCommand, type Workplace, workplace, writeBlobs } from "../command.testing.js";

const small = ["--set", "hidden=[16,8]", "--set", "latent=6", "--set", "starts=4", "--threads", "2"];

let place: Workplace;
before(() => {
  place = workplace();
  writeBlobs(place.path("blobs.npz"));
});
after(() => place.remove());

const train = (...args: string[]) => ["train", "gmae", "--data", "blobs.npz", ...small, ...args];

/** The tensors of a run's checkpoint, as bytes. */
function tensorsOf(run: string): Map<string, Buffer> {
  const folder = place.path(`${run}/checkpoint`);
  const [name] = readdirSync(folder).filter((file) => file.endsWith(".safetensors"));
  const { tensors } = readTensors(`${folder}/${name}`);
  return new Map(
    [...tensors].map(([key, { data }]) => [key, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]),
  );
}

/** The bytes of a run's checkpoint. */
function checkpointOf(run: string): Buffer {
  const folder = place.path(`${run}/checkpoint`);
  return readFileSync(`${folder}/${readdirSync(folder).find((file) => file.endsWith(".safetensors"))}`);
}

test("train writes a run folder, and --json a last line that holds what the contract says", async () => {
  const { status, stdout, stderr } = await runCommand(train("--epochs", "30", "--out", "a", "--json"), place.folder);
  assert.equal(status, 0, stderr);
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, 1, "nothing but the result on stdout");
  const result = JSON.parse(lines[0]!);
  assert.deepEqual(
    {
      ...result,
      stages: undefined,
      metrics: undefined,
      baselines: undefined,
      seconds: undefined,
      secondsPerEpoch: undefined,
    },
    {
      method: "gmae",
      task: "clustering",
      dataset: { name: "blobs", samples: 120, views: [9, 6], classes: 3 },
      seed: 0,
      epochs: 30,
      stages: undefined,
      metrics: undefined,
      baselines: undefined,
      seconds: undefined,
      secondsPerEpoch: undefined,
      run: "a",
    },
  );
  for (const name of ["acc", "nmi", "ami", "ari", "purity", "f1", "precision", "recall", "f1Macro"]) {
    assert.ok(result.metrics[name] > 0 && result.metrics[name] <= 1, `${name} ${result.metrics[name]}`);
  }
  const files = readdirSync(place.path("a")).sort();
  assert.deepEqual(
    result.stages.map(({ name, epochs }: { name: string; epochs: number }) => [name, epochs]),
    [["train", 30]],
  );
  const { joined, bestView } = result.baselines;
  for (const { acc, nmi, ari } of [joined, bestView]) assert.ok(acc > 0 && acc <= 1 && nmi > 0 && ari > -1);
  assert.ok(["X1", "X2"].includes(bestView.name));
  for (const file of [
    "checkpoint",
    "config.yaml",
    "environment.json",
    "metrics.jsonl",
    "model",
    "plots",
    "report.html",
  ]) {
    assert.ok(files.includes(file), `${file} in ${files}`);
  }
  assert.deepEqual(readdirSync(place.path("a/model")).sort(), [
    "representation.onnx",
    "specific-X1.onnx",
    "specific-X2.onnx",
  ]);
  assert.equal(readFileSync(place.path("a/metrics.jsonl"), "utf8").trim().split("\n").length, 30);
});

test("the same command gives the same bits, a configuration file repeats a run, another seed differs", async () => {
  const repeat = await runCommand(train("--epochs", "30", "--out", "b", "--json"), place.folder);
  assert.equal(repeat.status, 0, repeat.stderr);
  assert.deepEqual(tensorsOf("b"), tensorsOf("a"));
  assert.deepEqual(checkpointOf("b"), checkpointOf("a"), "the whole file, its header included");
  const configured = await runCommand(["train", "gmae", "--config", "a/config.yaml", "--out", "c"], place.folder);
  assert.equal(configured.status, 0, configured.stderr);
  assert.deepEqual(tensorsOf("c"), tensorsOf("a"));
  const other = await runCommand(train("--epochs", "2", "--seed", "1", "--out", "d"), place.folder);
  assert.equal(other.status, 0, other.stderr);
  assert.notDeepEqual(tensorsOf("d"), tensorsOf("a"));
});

test("evaluate repeats the measures of the run, on its own data and on the file given", async () => {
  const [last] = readFileSync(place.path("a/metrics.jsonl"), "utf8").trim().split("\n").slice(-1);
  const own = await runCommand(["evaluate", "a", "--json"], place.folder);
  assert.equal(own.status, 0, own.stderr);
  assert.deepEqual(JSON.parse(own.stdout).metrics, JSON.parse(last!).metrics);
  const trained = JSON.parse(readFileSync(place.path("a/result.json"), "utf8"));
  assert.deepEqual(JSON.parse(own.stdout).baselines, trained.baselines);
  const given = await runCommand(["evaluate", "a", "--data", "blobs.npz", "--json"], place.folder);
  assert.equal(given.status, 0, given.stderr);
  assert.ok(Math.abs(JSON.parse(given.stdout).metrics.nmi - JSON.parse(own.stdout).metrics.nmi) < 0.05);
});

test("encode writes the representation as .npy and .npz, with predictions beside it", async () => {
  const npy = await runCommand(["encode", "a", "--out", "z.npy"], place.folder);
  assert.equal(npy.status, 0, npy.stderr);
  const { variables } = await readVariables(place.path("z.npy"));
  const [z] = [...variables.values()];
  assert.deepEqual(z?.kind === "numeric" && [...z.shape], [120, 18]);
  const npz = await runCommand(["encode", "a", "--data", "blobs.npz", "--out", "z.npz"], place.folder);
  assert.equal(npz.status, 0, npz.stderr);
  assert.deepEqual([...(await readVariables(place.path("z.npz"))).variables.keys()].sort(), [
    "labels",
    "predicted",
    "representation",
    "row",
  ]);
});

test("report compares several runs on one page", async () => {
  const { status, stdout, stderr } = await runCommand(["report", "a", "d", "--out", "both.html"], place.folder);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /both\.html/);
  const page = readFileSync(place.path("both.html"), "utf8");
  assert.ok(page.startsWith("<!doctype html>") || page.startsWith("<!DOCTYPE html>"));
});

test("a note about the neighbors is said once and kept with the result", async () => {
  const [documents, words] = [440, 200];
  const counts = new Float32Array(documents * words);
  const random = new Random(1, "words");
  for (let i = 0; i < documents; i++) {
    for (let w = 0; w < 3 + (i % 40); w++) counts[i * words + random.integer(words)]!++;
  }
  const Y = { data: Int32Array.from({ length: documents }, (_, i) => i % 2), shape: [documents] };
  writeNpz(place.path("words.npz"), { X1: { data: counts, shape: [documents, words] }, Y });
  const args = ["train", "gmae", "--data", "words.npz", ...small, "--epochs", "2", "--out", "words"];
  const { status, stderr } = await runCommand(args, place.folder);
  assert.equal(status, 0, stderr);
  const said = stderr.split("\n").filter((line) => /^ {2}note: .*nearest neighbors.*distance=cosine/.test(line));
  assert.equal(said.length, 1, stderr);
  const { dataset } = JSON.parse(readFileSync(place.path("words/result.json"), "utf8"));
  assert.ok(dataset.notes.includes(said[0]!.slice("  note: ".length)));
});

test("without labels: asked how many clusters before training, then their sizes and silhouette", async () => {
  const { variables } = await readVariables(place.path("blobs.npz"));
  const bare: Record<string, { data: Float32Array; shape: number[] }> = {};
  for (const name of ["X1", "X2"]) {
    const array = variables.get(name);
    assert.ok(array?.kind === "numeric");
    bare[name] = { data: Float32Array.from(await array.read(), Number), shape: [...array.shape] };
  }
  writeNpz(place.path("bare.npz"), bare);
  for (const method of ["gmae", "dm2c", "cca"]) {
    const refused = await runCommand(["train", method, "--data", "bare.npz", "--out", `no-${method}`], place.folder);
    assert.equal(refused.status, 2, refused.stderr);
    assert.match(refused.stderr, /^vantage: option clusters: bare has no classes to count; .*--clusters 10/m);
    assert.ok(!existsSync(place.path(`no-${method}`)));
  }
  const args = ["train", "gmae", "--data", "bare.npz", ...small, "--epochs", "2", "--set", "clusters=3"];
  const json = await runCommand([...args, "--out", "bare", "--json"], place.folder);
  assert.equal(json.status, 0, json.stderr);
  const { clusters, metrics, baselines } = JSON.parse(json.stdout);
  assert.deepEqual([metrics, baselines], [{}, undefined]);
  assert.equal(clusters.sizes.length, 3);
  assert.equal(
    clusters.sizes.reduce((a: number, b: number) => a + b),
    120,
  );
  assert.ok(clusters.silhouette > -1 && clusters.silhouette < 1);
  const text = await runCommand(["evaluate", "bare"], place.folder);
  assert.match(text.stdout, /cluster sizes {3}\d+ \d+ \d+\n {2}silhouette in the joined views {3}-?0\.\d{4}/);
  assert.match(readFileSync(place.path("bare/report.html"), "utf8"), /Silhouette/);
});

test("a result below k-means is said, beside the figures", async () => {
  const { status, stdout, stderr } = await runCommand(
    [
      "train",
      "gmae",
      "--data",
      "blobs.npz",
      ...small,
      "--set",
      "hidden=[1]",
      "--set",
      "latent=2",
      "--epochs",
      "1",
      "--out",
      "poor",
    ],
    place.folder,
  );
  assert.equal(status, 0, stderr);
  assert.match(stderr, /note: acc \.\d{3} is below k-means on the joined views \(/);
  assert.match(stdout, /: 1 epoch in .*\n(.*\n)+ {2}k-means, joined views +\d\.\d{4} +\d\.\d{4}/);
  assert.match(stdout, /k-means, best view by the labels: X[12] +\d\.\d{4}/);
  const cca = await runCommand(
    ["train", "cca", "--data", "blobs.npz", "--set", "dimensions=2", "--out", "cca"],
    place.folder,
  );
  assert.match(cca.stdout, /^cca on blobs: solved in /);
});

test("Ctrl-C saves a checkpoint and exits 130; --resume then gives the bits of an uninterrupted run", async () => {
  const whole = await runCommand(
    train("--epochs", "400", "--set", "evaluateEvery=100", "--out", "whole"),
    place.folder,
  );
  assert.equal(whole.status, 0, whole.stderr);
  const command = startCommand(train("--epochs", "400", "--set", "evaluateEvery=100", "--out", "cut"), place.folder);
  await command.saw("epoch 1/400");
  command.kill("SIGINT");
  const { status, stderr } = await command.done;
  assert.equal(status, 130, stderr);
  assert.match(
    stderr,
    /vantage: interrupted in stage train after epoch \d+; continue with: vantage train gmae --resume cut\n/,
  );
  await place.refuse(
    ["train", "gmae", "--resume", "cut", "--data", "other.csv", "--lr", "1", "--set", "hidden=[3]"],
    /--resume continues a run with its own data and options: leave out --data, --set, --lr/,
  );
  const resumed = await runCommand(["train", "gmae", "--resume", "cut", "--json"], place.folder);
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.equal(JSON.parse(resumed.stdout).epochs, 400);
  assert.deepEqual(tensorsOf("cut"), tensorsOf("whole"));
});

test("a run killed at any moment resumes from its last checkpoint, and gives the same bits", async () => {
  const command = startCommand(train("--epochs", "400", "--set", "evaluateEvery=100", "--out", "killed"), place.folder);
  await command.saw("epoch 1/400");
  await new Promise((next) => setTimeout(next, 300));
  command.kill("SIGKILL");
  await command.done;
  const resumed = await runCommand(["train", "gmae", "--resume", "killed", "--json"], place.folder);
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.deepEqual(tensorsOf("killed"), tensorsOf("whole"));
});

test("classification reports the head on the test samples, and more beside it", async () => {
  const args = train("--task", "classification", "--epochs", "60", "--out", "classes", "--json");
  const { status, stdout, stderr } = await runCommand(args, place.folder);
  assert.equal(status, 0, stderr);
  const { metrics, task } = JSON.parse(stdout);
  assert.equal(task, "classification");
  assert.ok(metrics.accuracy > 0.8, `accuracy ${metrics.accuracy}`);
  assert.ok(metrics.train.accuracy > 0.8 && metrics.kmeans.test.acc > 0.3);
});
