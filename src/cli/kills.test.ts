// kill -9 at random points of every method and of the commands that write: run again, they leave what was never killed leaves.
// VANTAGE_KILLS sets how often in all (at least once each), VANTAGE_KILL_SEED where.
import assert from "node:assert/strict";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Random } from "../core/kernels/random.js";
import { type NamedArrays, writeNpz } from "../data/formats/index.js";
import { writeShapes } from "../data/media/shape-pictures.testing.js";
import { isUnfinished } from "../files.js";
import { openFolderStore } from "../search/stores/folder/folder-store.js";
import { runCommand, workplace, writeBlobs } from "./command.testing.js";
import { contentOf, type Killed, killAndCompare } from "./kills.testing.js";

const place = workplace();
after(() => place.remove());
const seed = Number(process.env.VANTAGE_KILL_SEED ?? 1);

writeBlobs(place.path("blobs.npz"), 60);
const data = ["--data", place.path("blobs.npz"), "--threads", "1"];

function writeMixed(): string {
  const random = new Random(3, "mixed");
  const part = (name: string, samples: number, columns: number): NamedArrays => ({
    [name]: {
      data: Float32Array.from({ length: samples * columns }, (_, at) => (at % 3) + random.normal()),
      shape: [samples, columns],
    },
    [`${name}_labels`]: { data: Int32Array.from({ length: samples }, (_, i) => i % 3), shape: [samples] },
  });
  const path = place.path("mixed.npz");
  writeNpz(path, {
    ...part("image_train", 40, 8),
    ...part("text_train", 40, 6),
    ...part("image_test", 12, 8),
    ...part("text_test", 12, 6),
  });
  return path;
}

const set = (...settings: string[]) => settings.flatMap((setting) => ["--set", setting]);

/** Goes on with the run in a folder where it has begun. */
function train(method: string, ...args: string[]): Pick<Killed, "command" | "content"> {
  return {
    command: (folder) =>
      existsSync(join(folder, "run/config.yaml"))
        ? ["train", method, "--resume", "run", "--threads", "1"]
        : ["train", method, ...args, "--out", "run"],
    content: contentOf,
  };
}

const small = [...data, ...set("hidden=8")];
const hashed = [
  ...["train", "dchn", ...small, "--epochs", "3", "--views", "a=X1", "--queries", "last:20", "--bits", "8"],
  ...["--out", "hashed"],
];
const joint = [
  ...["train", "gmae", ...data, ...set("hidden=[8]", "latent=4", "starts=2"), "--epochs", "2", "--out", "joint"],
];

const cases: Record<string, Omit<Killed, "folder" | "kills" | "random">> = {
  gmae: train("gmae", ...data, ...set("hidden=[8]", "latent=4", "starts=2", "evaluateEvery=2"), "--epochs", "5"),
  "gmae, classification": train(
    "gmae",
    ...[...data, ...set("hidden=[8]", "latent=4", "batch=16"), "--epochs", "4", "--task", "classification"],
  ),
  djsrh: train("djsrh", ...small, "--epochs", "5", "--batch", "10", "--bits", "8", "--queries", "last:20"),
  dchn: train("dchn", ...small, "--epochs", "3", "--bits", "8", "--queries", "last:20"),
  "dchn, views side by side": train(
    "dchn",
    ...[...small, "--epochs", "4", "--bits", "16", "--queries", "last:20", ...set("sideBySide=true")],
  ),
  mvlnet: train(
    "mvlnet",
    ...data,
    ...set("autoencoder=[6,4]", "autoencoderEpochs=2", "autoencoderBatch=16", "arch=[8,3]", "steps=3", "batch=16"),
    ...set("siameseEpochs=2", "pairs=60", "starts=2", "evaluateEvery=1"),
    ...["--epochs", "2"],
  ),
  dm2c: train(
    "dm2c",
    ...["--data", writeMixed(), "--threads", "1", "--batch", "16", "--epochs", "3"],
    ...set("hidden=[8,4]", "mappingHidden=[5]", "pretrainEpochs=2", "starts=2"),
  ),
  cca: train("cca", ...data, ...set("dimensions=3", "starts=2")),
  "several code lengths": {
    command: (folder) => [
      ...["train", "dchn", ...small, "--epochs", "2", "--queries", "last:20", "--bits", "8,16", "--out", "run"],
      ...(existsSync(join(folder, "run")) ? ["--resume"] : []),
    ],
    content: contentOf,
  },
  "add-view": {
    prepare: (folder) => cpSync(place.path("hashed"), join(folder, "run"), { recursive: true }),
    command: () => ["add-view", "run", "--view", "b", "--views", "b=X2", "--resume", ...data],
    content: contentOf,
  },
  index: {
    command: () => ["index", place.path("hashed"), "--out", "index", "--threads", "1"],
    content: indexContent,
  },
  "index, codes of representations": {
    command: () => ["index", place.path("joint"), "--out", "index", "--threads", "1"],
    content: indexContent,
  },
  "index of vectors": {
    command: () => ["index", place.path("blobs.npz"), "--views", "a=X1", "--out", "index", "--threads", "1"],
    content: indexContent,
  },
  copy: {
    prepare: (folder) => cpSync(place.path("hashed-index"), join(folder, "from"), { recursive: true }),
    command: () => ["copy", "from", "--out", "index", "--threads", "1"],
    content: indexContent,
  },
  export: {
    prepare: (folder) => cpSync(place.path("hashed-index"), join(folder, "from"), { recursive: true }),
    command: () => ["export", "from", "--out", "items.jsonl"],
    content: contentOf,
    mayLeave: isUnfinished,
  },
  encode: {
    command: () => ["encode", place.path("joint"), "--out", "z.npz", "--threads", "1"],
    content: contentOf,
    mayLeave: isUnfinished,
  },
  predict: {
    command: () => ["predict", place.path("joint"), "--out", "classes.csv", "--threads", "1"],
    content: contentOf,
    mayLeave: isUnfinished,
  },
  open: {
    prepare: (folder) => cpSync(place.path("drawn"), join(folder, "drawn"), { recursive: true }),
    command: () => ["open", "drawn", "--out", "run", "--no-serve", "--threads", "1"],
    env: { VANTAGE_CACHE: place.path("features") },
    content: openedContent,
    mayLeave: isUnfinished,
  },
  "datasets build": {
    command: () => ["datasets", "build", "emoji:views=noto/en"],
    env: { VANTAGE_CACHE: "cache" },
    minds: false,
    content: contentOf,
    mayLeave: isUnfinished,
  },
};

/** The index without its store's files, and what the store holds. */
async function indexContent(folder: string): Promise<unknown> {
  const files = [...contentOf(folder)].filter(([name]) => !name.startsWith("index/store/"));
  const store = await openFolderStore(join(folder, "index/store"));
  try {
    return { files, items: await store.page(undefined, 1000) };
  } finally {
    await store.close();
  }
}

/** What is opened: the run and the candidates, the index, and the summary without the time that it took. */
async function openedContent(folder: string): Promise<unknown> {
  const isOfStore = (name: string) => name.startsWith("run/index/store/");
  const files = [...contentOf(folder)].filter(([name]) => !isOfStore(name)).map(untimed);
  const store = await openFolderStore(join(folder, "run/index/store"));
  try {
    return { files, items: await store.page(undefined, 1000) };
  } finally {
    await store.close();
  }
}

/** A file of results with its seconds left out, at any depth. */
function untimed([name, content]: [string, unknown]): [string, unknown] {
  if (!/(open|candidate)\.json$/.test(name)) return [name, content];
  const withoutSeconds = (key: string, value: unknown) => (key === "seconds" ? undefined : value);
  return [name, JSON.parse(String(content), withoutSeconds)];
}

before(async () => {
  await writeShapes(place.path("drawn"), 24);
  const indexed = ["index", "hashed", "--out", "hashed-index", "--threads", "1"];
  for (const args of [hashed, joint, indexed]) {
    const { status, stderr } = await runCommand(args, place.folder);
    assert.equal(status, 0, stderr);
  }
});

const kills = Number(process.env.VANTAGE_KILLS ?? 1);
const names = Object.keys(cases);
for (const [name, each] of Object.entries(cases)) {
  test(`killed and resumed, the same bits: ${name}`, () =>
    killAndCompare({
      ...each,
      folder: place.path("course"),
      kills: Math.ceil(kills / names.length),
      random: new Random(seed, name),
    }));
}
