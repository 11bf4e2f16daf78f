// Fuzzing of the files of an index, and of what is given beside one. VANTAGE_FUZZ sets how many inputs each gets.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { crc32 } from "node:zlib";
import { encodeModel } from "../core/onnx/model.js";
import { Engine } from "../core/runtime/index.js";
import { greater, input, mul } from "../core/tensor/index.js";
import { wordEncoder } from "../encoders/builtin/words.js";
import { type FuzzTarget, fuzz } from "../fuzz.testing.js";
import { PictureReader } from "./encoders/picture-reader.js";
import { runEncoders } from "./encoders/run-encoders.js";
import { ViewEncoder } from "./encoders/view-encoder.js";
import { createIndexFolder, type ModelView, readIndexFolder } from "./index/index-folder.js";
import { readUserDetails } from "./index/item-details.js";
import { readStates } from "./index/view-features.js";
import { itemOf, space, testFolder } from "./stores/folder/folder-store.fixture.testing.js";
import { openFolderStore } from "./stores/folder/folder-store.js";
import { openStore } from "./stores/open-store.js";
import type { Space } from "./stores/store.js";

const engine = await Engine.open({ threads: 1 });
after(() => engine.close());
const { kernels } = engine;
const pictures = new PictureReader();
after(() => pictures.close());

/** Opens the store, and asks it for everything. */
async function readStore(folder: string, space: Space): Promise<void> {
  const store = await openFolderStore(folder, { kernels });
  try {
    await store.counts();
    await store.page(undefined, 1e4);
    await store.get("item-1");
    const { code } = itemOf(1, space);
    if (store.space.bits === space.bits) {
      const query = { code, k: 5, rerank: 0 };
      await store.search([
        { ...query, mode: "exact" },
        { ...query, mode: "approximate" },
      ]);
    }
  } finally {
    await store.close();
  }
}

const storePath = testFolder();
const original = testFolder();
{
  const store = await openFolderStore(original, { space, kernels });
  await store.add([1, 2, 3, 4, 5].map((n) => itemOf(n)));
  await store.add([1, 2].map((n) => itemOf(n, space, "image")));
  await store.remove(["item-2"], "text");
  await store.close();
}

/** A store of 4200 items, so that it has a graph. */
const large = testFolder();
const small = { bits: 8, dimensions: 0 };
{
  const store = await openFolderStore(large, { space: small, kernels });
  await store.add(Array.from({ length: 4200 }, (_, n) => itemOf(n, small)));
  await store.buildGraphs();
  await store.close();
}

/** One file of a store is changed, then the store is opened. */
function part(from: string, wanted: RegExp, inside = space): FuzzTarget {
  const files = readdirSync(from).filter((name) => name.startsWith("items."));
  const name = files.find((file) => wanted.test(file))!;
  return {
    seeds: [readFileSync(join(from, name))],
    async read(bytes) {
      for (const file of readdirSync(storePath)) rmSync(join(storePath, file));
      for (const file of files) writeFileSync(join(storePath, file), readFileSync(join(from, file)));
      writeFileSync(join(storePath, name), bytes);
      await readStore(storePath, inside);
    },
  };
}

/** The checksums of a log's header, entries and records as its lengths have them now. */
function withChecksums(bytes: Uint8Array): Uint8Array {
  const log = Buffer.from(bytes);
  if (log.length >= 40) log.writeUInt32LE(crc32(log.subarray(0, 32)), 32);
  for (let at = 40; at + 16 <= log.length; ) {
    const end = at + 16 + log.readUInt32LE(at + 4);
    if (end > log.length) break;
    for (let entry = at + 16; entry + 20 <= end; ) {
      const length = log.readUInt32LE(entry);
      if (length < 20 || entry + length > end) break;
      log.writeUInt32LE(crc32(log.subarray(entry + 8, entry + length)), entry + 4);
      entry += length;
    }
    log.writeUInt32LE(crc32(log.subarray(at + 16, end)), at + 8);
    log.writeUInt32LE(crc32(log.subarray(at, at + 12)), at + 12);
    at = end;
  }
  return new Uint8Array(log);
}

const x = input("a", ["n", 16]);
const code = mul(x, 1);
const model = encodeModel({ name: "a", outputs: { code, bits: greater(code, 0) } });
const index = testFolder();
const described = createIndexFolder(
  index,
  {
    ...{ name: "small", created: "2026-01-01", method: "dchn", dataset: "made-up", run: "runs/none", bits: 16 },
    ...{ dimensions: 16, codes: "sign", store: "folder" },
    views: [{ name: "a", columns: 16, model: "a.onnx", inputs: [{ name: "a", columns: 16 }], output: "code" }],
  },
  new Map([["a.onnx", model]]),
);

/** An index whose store says whose it is. */
const named = testFolder();
{
  const store = await openStore(createIndexFolder(named, described.manifest, new Map([["a.onnx", model]])), engine, {
    isMaking: true,
  });
  await store.add([{ id: "x", view: "a", code: new Uint8Array(2), vector: new Float32Array(16) }]);
  await store.close();
}

const details = join(testFolder(), "details");
const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 20 10"><g fill="#f00"><path d="M1 1h8v8z"/><circle cx="14" cy="5" r="3"/></g><defs><linearGradient id="a"><stop offset="1" stop-color="blue"/></linearGradient></defs><rect width="4" height="4" fill="url(#a)"/></svg>';
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAKUlEQVR4nA3HMQEAAAzCMIShpEoqDIFbviShwbCQlBbL+pGKMj+jw7FxbAMQ4cc5rGMAAAAASUVORK5CYII=",
  "base64",
);

const targets: Record<string, FuzzTarget> = {
  "items.log": { ...part(original, /log$/), repair: withChecksums, share: 0.2 },
  "items.columns": { ...part(original, /columns$/), share: 0.2, forgives: true },
  "items.graph": { ...part(large, /graph/, small), share: 0.02, forgives: true },
  "index.yaml": {
    seeds: [readFileSync(join(index, "index.yaml"))],
    share: 0.2,
    read(bytes) {
      writeFileSync(join(index, "index.yaml"), bytes);
      readIndexFolder(index);
    },
  },
  "identity.json": {
    seeds: [readFileSync(join(named, "store/identity.json"))],
    share: 0.2,
    async read(bytes) {
      writeFileSync(join(named, "store/identity.json"), bytes);
      const store = await openStore(readIndexFolder(named), engine);
      await store.close();
    },
  },
  "ONNX encoder": {
    seeds: [model],
    share: 0.2,
    async read(bytes) {
      writeFileSync(join(index, "model/a.onnx"), bytes);
      runEncoders(index);
      const encoder = await ViewEncoder.open(described, described.manifest.views[0] as ModelView, engine);
      try {
        await encoder.encode(new Float32Array(16).fill(1));
      } finally {
        await encoder.release();
      }
    },
  },
  "more about the items, CSV": {
    seeds: ['id,title\n1,One\n2,"Two, too"\n'],
    share: 0.2,
    read(bytes) {
      writeFileSync(`${details}.csv`, bytes);
      return readUserDetails(`${details}.csv`);
    },
  },
  "more about the items, JSON lines": {
    seeds: ['{"id":"1","title":"One","tags":["a"]}\n{"id":2,"n":1.5}\n'],
    share: 0.2,
    read(bytes) {
      writeFileSync(`${details}.jsonl`, bytes);
      return readUserDetails(`${details}.jsonl`);
    },
  },
  pictures: { seeds: [svg, png], share: 0.05, patience: 15_000, read: (bytes) => pictures.pixels(bytes, "emoji") },
  "pictures for encoders": {
    seeds: [svg, png],
    share: 0.05,
    patience: 15_000,
    read: (bytes) => pictures.pixels(bytes, { width: 32, height: 32, fit: "inside" }),
  },
  "encoders.json": {
    seeds: ['{"a":"{}"}\n'],
    share: 0.2,
    read(bytes) {
      writeFileSync(join(index, "encoders.json"), bytes);
      readStates(index);
    },
  },
  "what an encoder learned": {
    seeds: [wordEncoder("words", { corpus: ["two cats", "two dogs"] }).state!],
    share: 0.05,
    read: (bytes) => void wordEncoder("words", { state: Buffer.from(bytes).toString() }),
  },
};
for (const [name, target] of Object.entries(targets)) {
  test(`fuzzing: ${name}`, { timeout: 2 ** 31 - 1 }, () => fuzz(name, target));
}
