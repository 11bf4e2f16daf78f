// What a user can get wrong, through the real command line: one line on stderr, exit status 2, no stack, nothing half-written.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { writeNpz } from "../data/formats/index.js";
import { runCommand, type Workplace, workplace, writeBlobs } from "./command.testing.js";

let place: Workplace;
before(() => {
  place = workplace();
  writeBlobs(place.path("good.npz"));
});
after(() => place.remove());

async function mistake(args: readonly string[], expected: RegExp): Promise<void> {
  const before = readdirSync(place.folder).sort();
  const { status, stdout, stderr } = await runCommand(args, place.folder);
  assert.equal(status, 2, `exit status, stderr: ${stderr}`);
  const complaints = stderr.split("\n").filter((line) => line.startsWith("vantage: "));
  assert.equal(complaints.length, 1, stderr);
  assert.match(complaints[0]!, expected);
  assert.doesNotMatch(stderr, /\n\s+at |node:internal|\.js:\d+/, "a stack trace");
  assert.equal(stdout, "");
  assert.deepEqual(readdirSync(place.folder).sort(), before, "nothing is left behind");
}

const trainOn = (file: string, ...more: string[]) => ["train", "gmae", "--data", file, "--epochs", "1", ...more];

const commands: Record<string, { args: string[]; expected: RegExp }> = {
  "an unknown command": { args: ["trian"], expected: /vantage has no command "trian"; did you mean train\?/ },
  "a command of a command": {
    args: ["datasets", "inf", "x"],
    expected: /datasets has no command "inf"; did you mean info/,
  },
  "an unknown method": { args: ["train", "kmeans"], expected: /has no command "kmeans"; there are gmae, / },
  "a method in capitals": { args: ["train", "GMAE"], expected: /did you mean gmae\?/ },
  "help of nothing": { args: ["help", "nothing"], expected: /vantage has no command "nothing"/ },
  "an unknown flag": {
    args: trainOn("good.npz", "--epoch", "3"),
    expected: /no option --epoch; did you mean --epochs\?/,
  },
  "an option's flag out of range": {
    args: trainOn("good.npz", "--lr", "-1"),
    expected: /option lr: expected more than 0/,
  },
  "an option's flag that is no number": {
    args: trainOn("good.npz", "--lr=abc"),
    expected: /option lr: expected a number/,
  },
  "too few epochs": {
    args: trainOn("good.npz", "--epochs", "0"),
    expected: /option epochs: expected at least 1 \(got 0\)/,
  },
  "no data": { args: ["train", "gmae"], expected: /--data is missing/ },
  "a preset opens the data set it is named after": {
    args: ["train", "mvlnet", "--preset", "noisy-mnist-10k", "--set", "clusters=600"],
    expected: /option clusters: 600 for batches of 512 samples/,
  },
  "a file that is not there": { args: trainOn("absent.mat"), expected: /absent\.mat.*no such file/ },
  "a data set that is not there": { args: trainOn("noisy-mnits"), expected: /noisy-mnits.*did you mean noisy-mnist/ },
  "a folder for a file": { args: trainOn("."), expected: /folder/ },
  "epochs that are no number": {
    args: trainOn("good.npz", "--epochs", "ten"),
    expected: /--epochs ten: expected a whole number/,
  },
  "an option that is not there": {
    args: trainOn("good.npz", "--set", "lrr=1"),
    expected: /gmae has no option lrr; did you mean lr\?/,
  },
  "an option out of range": {
    args: trainOn("good.npz", "--set", "dropout=1.5"),
    expected: /option dropout: .*got 1\.5/,
  },
  "no threads": {
    args: trainOn("good.npz", "--threads", "0"),
    expected: /--threads 0: expected a whole number from 1 to \d+/,
  },
  "a distance that is not there": {
    args: trainOn("good.npz", "--set", "distance=manhattan"),
    expected: /option distance: expected euclidean or cosine \(got "manhattan"\)/,
  },
  "a --set without a value": { args: trainOn("good.npz", "--set", "lr"), expected: /--set lr: expected name=value/ },
  "a task that the method lacks": { args: trainOn("good.npz", "--task", "retrieval"), expected: /option task/ },
  "a view that is not there": { args: trainOn("good.npz", "--views", "a=X7"), expected: /X7.*X1/ },
  "labels that are not there": { args: trainOn("good.npz", "--labels", "Z"), expected: /Z/ },
  "a device that is not there": {
    args: trainOn("good.npz", "--device", "tpu"),
    expected: /--device tpu: expected cpu, webgpu, cuda/,
  },
  "fewer samples than clusters": {
    args: trainOn("good.npz", "--set", "clusters=500"),
    expected: /120 samples for 500 clusters/,
  },
  "a run that is not there": { args: ["evaluate", "runs/none"], expected: /runs\/none/ },
  "a folder that is no run": { args: ["evaluate", "."], expected: /not a run folder/ },
  "a report of nothing": { args: ["report", "nothing"], expected: /nothing/ },
  "a resume of nothing": { args: ["train", "gmae", "--resume"], expected: /--resume: which run/ },
  "a configuration file that is not there": {
    args: trainOn("good.npz", "--config", "none.yaml"),
    expected: /none\.yaml cannot be read/,
  },
};
for (const [what, { args, expected }] of Object.entries(commands)) {
  test(`mistake: ${what}`, () => mistake(args, expected));
}

const files: Record<string, { change: (x1: Float32Array, y: Int32Array) => void; expected: RegExp }> = {
  nan: { change: (x1) => x1.fill(Number.NaN, 5, 6), expected: /X1.*NaN/ },
  infinity: { change: (x1) => x1.fill(Number.NEGATIVE_INFINITY, 5, 6), expected: /X1.*infinity/ },
  "one-class": { change: (_, y) => y.fill(4), expected: /Y.*class/ },
};
for (const [what, { change, expected }] of Object.entries(files)) {
  test(`mistake: a file with ${what}`, async () => {
    writeBlobs(place.path(`${what}.npz`), 120, change);
    await mistake(trainOn(`${what}.npz`), expected);
  });
}

test("mistake: labels that are no integers, views of different lengths, an empty view, few samples", async () => {
  const matrix = (rows: number, columns: number) => ({
    data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
    shape: [rows, columns],
  });
  const y = { data: Int32Array.from({ length: 40 }, (_, i) => i % 2), shape: [40] };
  writeNpz(place.path("fractions.npz"), {
    X1: matrix(40, 3),
    X2: matrix(40, 2),
    Y: { data: Float32Array.from(y.data, (v) => v + 0.5), shape: [40] },
  });
  await mistake(trainOn("fractions.npz"), /Y.*(integer|whole)/);
  writeNpz(place.path("lengths.npz"), { X1: matrix(40, 3), X2: matrix(39, 2), Y: y });
  await mistake(trainOn("lengths.npz", "--views", "a=X1,b=X2"), /40|39/);
  writeNpz(place.path("empty.npz"), { X1: matrix(40, 3), X2: { data: new Float32Array(0), shape: [40, 0] }, Y: y });
  await mistake(trainOn("empty.npz", "--views", "a=X1,b=X2"), /X2|"b"/);
  writeNpz(place.path("few.npz"), {
    X1: matrix(8, 3),
    X2: matrix(8, 2),
    Y: { data: y.data.subarray(0, 8), shape: [8] },
  });
  await mistake(trainOn("few.npz"), /at least 16 samples/);
});

test("mistake: corrupt, truncated and misnamed files", async () => {
  const good = readFileSync(place.path("good.npz"));
  writeFileSync(place.path("cut.npz"), good.subarray(0, good.length >> 1));
  await mistake(trainOn("cut.npz"), /cut\.npz/);
  const flipped = Buffer.from(good);
  for (let i = 60; i < flipped.length; i += 97) flipped[i]! ^= 0xff;
  writeFileSync(place.path("flipped.npz"), flipped);
  await mistake(trainOn("flipped.npz"), /flipped\.npz/);
  writeFileSync(place.path("nothing.mat"), "");
  await mistake(trainOn("nothing.mat"), /nothing\.mat is empty/);
  writeFileSync(
    place.path("picture.mat"),
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0]),
  );
  await mistake(trainOn("picture.mat"), /picture\.mat/);
});

test("a file with the wrong extension is read by its content", async () => {
  writeFileSync(place.path("really-npz.mat"), readFileSync(place.path("good.npz")));
  const { status, stderr } = await runCommand(["datasets", "info", "really-npz.mat"], place.folder);
  assert.equal(status, 0, stderr);
});

test("mistake: a run folder that is taken, damaged, or must not be written to", async () => {
  mkdirSync(place.path("full"));
  writeFileSync(place.path("full/notes.txt"), "mine");
  await mistake(trainOn("good.npz", "--out", "full"), /full is not empty/);
  await mistake(trainOn("good.npz", "--out", "good.npz"), /good\.npz is a file/);
  mkdirSync(place.path("broken"));
  writeFileSync(place.path("broken/config.yaml"), "method: [");
  await mistake(["evaluate", "broken"], /config\.yaml is not YAML/);
  if (process.getuid?.() === 0) return;
  mkdirSync(place.path("locked"));
  chmodSync(place.path("locked"), 0o500);
  await mistake(trainOn("good.npz", "--out", "locked/run"), /permission denied/);
});

test("a full disk: one line that says so, and no file is half-written", async (context) => {
  const disk = place.path("disk");
  mkdirSync(disk);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]).status === 0;
  if (!mounted) return context.skip("needs the right to mount a small disk");
  try {
    const { status, stderr } = await runCommand(trainOn("good.npz", "--out", "disk/run"), place.folder);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^vantage: disk\/run.*cannot be written: the disk is full$/m);
    const files = readdirSync(disk, { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      files.filter((file) => file.endsWith(".tmp") || file.endsWith(".safetensors")),
      [],
    );
  } finally {
    spawnSync("umount", [disk]);
  }
});

test("help goes to stdout, exit status 0, and lists every option of a method with its default", async () => {
  for (const args of [["--help"], ["train", "--help"], ["train", "gmae", "--help"], ["datasets", "--help"]]) {
    const { status, stdout, stderr } = await runCommand(args, place.folder);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /Usage: vantage/);
  }
  const { stdout } = await runCommand(["train", "gmae", "--help"], place.folder);
  assert.match(stdout, /--lambda-ma <n> .*\s+.*losses \(default: 0\.01\)/);
  const same = await runCommand(["help", "train", "gmae"], place.folder);
  assert.equal(same.stdout, stdout);
  const unfinished = await runCommand(["train"], place.folder);
  assert.equal(unfinished.status, 0, unfinished.stderr);
  assert.match(unfinished.stdout, /Usage: vantage train <method>/);
  const version = await runCommand(["--version"], place.folder);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

test("a file name that is not UTF-8 is said to be none, and makes no other", {
  skip: process.platform !== "linux",
}, () => {
  const script = fileURLToPath(new URL("../../bin/vantage.js", import.meta.url));
  const run = (words: string) =>
    spawnSync("sh", ["-c", `"$0" "$1" ${words}`, process.execPath, script], { cwd: place.folder, encoding: "utf8" });
  const before = readdirSync(place.folder).sort();
  for (const words of [
    "datasets info \"$(printf 'a\\377.csv')\"",
    "train gmae --data good.npz --out \"$(printf 'r\\377')\"",
  ]) {
    const { status, stderr } = run(words);
    assert.equal(status, 2, stderr);
    assert.match(
      stderr,
      /^vantage: .*\ufffd.*: not UTF-8; files and folders are opened by names in UTF-8 only: rename it\n$/,
    );
  }
  assert.deepEqual(readdirSync(place.folder).sort(), before);
  assert.match(run("datasets info '\ufffd.csv'").stderr, /no such file/);
});
