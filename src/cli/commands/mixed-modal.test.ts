// DM2C through the real command: files of mixed-modal data, both stages killed and resumed, reuse, odd modalities.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { type NamedArrays, writeNpz } from "../../data/formats/index.js";
import { array, encodeMatlab5, type MatlabValue } from "../../data/formats/matlab/matlab5.testing.js";
import { readTensors } from "../../runs/safetensors.js";
import { runCommand, startCommand, workplace } from "../command.testing.js";

const place = workplace();
after(() => place.remove());
const random = new Random(3, "mixed-modal");

/** Samples of three well separated classes in one modality, with labels under its name. */
function part(name: string, samples: number, columns: number): NamedArrays {
  const value = (at: number) => ((at % columns) % 3 === Math.floor(at / columns) % 3 ? 3 : 0) + 0.5 * random.normal();
  return {
    [name]: { data: Float32Array.from({ length: samples * columns }, (_, at) => value(at)), shape: [samples, columns] },
    [`${name}_labels`]: { data: Int32Array.from({ length: samples }, (_, i) => i % 3), shape: [samples] },
  };
}

function write(name: string, ...parts: NamedArrays[]): string {
  writeNpz(place.path(name), Object.assign({}, ...parts));
  return name;
}

const [image, text] = [part("image_train", 70, 8), part("text_train", 50, 6)];
const whole = write("mixed.npz", image, text, part("image_test", 20, 8), part("text_test", 16, 6));

const network = ["--set", "hidden=[10,6]", "--set", "mappingHidden=[5]", "--set", "scaling=standard"];
const train = (data: string, ...more: string[]) => [
  ...["train", "dm2c", "--data", data, "--batch", "32", "--set", "starts=3", "--threads", "1", ...network],
  ...more,
];
const short = ["--set", "pretrainEpochs=2", "--epochs", "2"];
const run = (args: readonly string[]) => runCommand(args, place.folder);

function tensorsOf(name: string): Map<string, Buffer> {
  const folder = place.path(`${name}/checkpoint`);
  const [file] = readdirSync(folder).filter((each) => each.endsWith(".safetensors"));
  const { tensors } = readTensors(join(folder, file!));
  return new Map(
    [...tensors].map(([key, { data }]) => [key, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]),
  );
}

async function succeed(args: readonly string[]) {
  const { status, stdout, stderr } = await run([...args, "--json"]);
  assert.equal(status, 0, stderr);
  return { ...JSON.parse(stdout.trim().split("\n").at(-1)!), stderr };
}

async function refused(args: readonly string[], message: RegExp): Promise<void> {
  const { status, stdout, stderr } = await run(args);
  assert.equal(status, 2, stderr);
  assert.equal(stdout, "");
  assert.match(stderr.trim().split("\n").at(-1)!, message);
  assert.doesNotMatch(stderr, /\n +at /);
}

test("a matrix for each modality with its labels: trained, measured, mapped by modality", async () => {
  const { dataset, metrics, stderr } = await succeed(train(whole, ...short, "--out", "npz"));
  assert.match(stderr, /each sample is in one modality \(image 90, text 66\)/);
  assert.deepEqual(dataset, { name: "mixed", samples: 156, views: [8, 6], classes: 3 });
  for (const each of [metrics, metrics.train]) {
    for (const name of ["acc", "ari", "nmi", "f1", "precision", "recall", "purity"]) {
      assert.ok(each[name] >= -1 && each[name] <= 1, name);
    }
  }
  const log = readFileSync(join(place.path("npz"), "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { losses } = log.at(-1);
  for (const term of ["reconstruction", "cycle", "cycle reconstruction"]) {
    for (const modality of ["image", "text"]) assert.ok(losses[`${modality} ${term}`] > 0, `${modality} ${term}`);
  }
  assert.ok(["total", "adversarial", "discriminator"].every((name) => Number.isFinite(losses[name])));
  assert.match(readFileSync(join(place.path("npz"), "report.html"), "utf8"), /modality/);
});

test("the published layout, a folder opened by its card", async () => {
  const folder = place.path("published");
  mkdirSync(folder);
  const file = (samples: number) => {
    const features = (i: number) =>
      Array.from({ length: i % 2 ? 6 : 8 }, (_, j) => (j % 3 === i % 3 ? 3 : 0) + random.normal());
    const rows = Array.from({ length: samples }, (_, i): MatlabValue[] => [
      array([1, i % 2 ? 6 : 8], features(i)),
      { kind: "text", lines: [`file${i}`] },
      array([1, 1], [i % 2]),
    ]);
    const items = [0, 1, 2].flatMap((c) => rows.map((row) => row[c]!));
    const y = array(
      [1, samples],
      Array.from({ length: samples }, (_, i) => (i % 3) + 1),
    );
    return encodeMatlab5({ X: { kind: "cell", shape: [samples, 3], items }, y });
  };
  writeFileSync(join(folder, "train_file.mat"), file(60));
  writeFileSync(join(folder, "test_file.mat"), file(24));
  const { dataset } = await succeed(train("wikipedia-dm2c:published", ...short, "--out", "card"));
  assert.deepEqual(dataset, { name: "wikipedia-dm2c", samples: 84, views: [8, 6], classes: 3 });
});

test("killed in either stage and resumed, a run gives the bits of one that was not", async () => {
  const long = ["--set", "pretrainEpochs=100", "--epochs", "100", "--set", "evaluateEvery=0"];
  await succeed(train(whole, ...long, "--out", "through"));
  for (const [name, moment] of [
    ["cut-pretraining", "pretrain text (2 of 3)  epoch"],
    ["cut-training", "train (3 of 3)  epoch"],
  ] as const) {
    const command = startCommand(train(whole, ...long, "--out", name), place.folder);
    await command.saw(moment);
    command.kill("SIGKILL");
    assert.equal((await command.done).status, null);
    await succeed(["train", "dm2c", "--resume", name, "--threads", "1"]);
    assert.deepEqual(tensorsOf(name), tensorsOf("through"), name);
  }
});

test("--pretrain-only, then --reuse: the bits of both stages in one run", async () => {
  await succeed(train(whole, ...short, "--pretrain-only", "--out", "autoencoders"));
  const { epochs } = await succeed(train(whole, ...short, "--reuse", "autoencoders", "--out", "reusing"));
  assert.equal(epochs, 2);
  assert.deepEqual(tensorsOf("reusing"), tensorsOf("npz"));
  await refused(train(whole, "--pretrain-only", "--reuse", "npz"), /pretrainOnly and reuse exclude each other/);
  await refused(train(whole, "--reuse", "nowhere", "--out", "refused"), /nowhere/);
  const begun = startCommand(train(whole, "--set", "pretrainEpochs=5000", "--out", "begun"), place.folder);
  await begun.saw("pretrain image (1 of 3)  epoch");
  begun.kill("SIGINT");
  assert.equal((await begun.done).status, 130);
  await refused(
    train(whole, "--reuse", "begun", "--out", "refused"),
    /the run begun has not finished its pre-training: resume it with --resume begun/,
  );
  assert.ok(!existsSync(place.path("refused")));
});

test("a modality without training samples, with one, or too rare for any batch", async () => {
  const tests = [part("image_test", 20, 8), part("text_test", 16, 6)];
  const none = write("none.npz", image, ...tests);
  await refused(
    train(none),
    /^vantage: none: no training sample is in modality text; each modality needs at least two$/,
  );
  const one = write("one.npz", image, part("text_train", 1, 6), ...tests);
  await refused(
    train(one),
    /^vantage: one: only one training sample is in modality text; each modality needs at least two$/,
  );
  const rare = write("rare.npz", image, part("text_train", 2, 6), ...tests);
  const small = ["--batch", "4", "--set", "clusters=3", "--out", "rare"];
  await refused(train(rare, ...short, ...small), /^vantage: rare: no batch of 4 has two samples of every modality/);
});

test("a modality that the test set lacks, and new data with one modality, another width or an unknown modality", async () => {
  const lacking = write("lacking.npz", image, text, part("image_test", 20, 8));
  const { metrics } = await succeed(train(lacking, ...short, "--out", "lacking"));
  assert.ok(metrics.acc >= 1 / 3);
  const evaluate = (data: string) => ["evaluate", "lacking", "--data", data];
  const { metrics: later } = await succeed(evaluate(write("texts.npz", part("text", 12, 6))));
  assert.ok(later.acc >= 1 / 3);
  await refused(
    evaluate(write("audio.npz", part("image", 9, 8), part("audio", 12, 6))),
    /^vantage: audio has the views "image", "audio"; the model was trained on "image", "text": say which is which with --views/,
  );
  await refused(
    evaluate(write("wide.npz", part("image", 9, 9))),
    /view "image" has 9 columns, the model was trained on 8/,
  );
});

test("three modalities: every ordered pair has its mapping", async () => {
  const three = write("three.npz", part("image", 60, 8), part("text", 50, 6), part("audio", 40, 5));
  const { metrics } = await succeed(train(three, ...short, "--set", "unify=audio", "--batch", "48", "--out", "three"));
  assert.ok(metrics.acc >= 1 / 3);
  const names = [...tensorsOf("three").keys()].join();
  for (const pair of ["image_to_text", "text_to_audio", "audio_to_image"])
    assert.ok(names.includes(`${pair}.encoder`), pair);
});
