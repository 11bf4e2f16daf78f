// Views on disk: the same values as in memory, little memory, made once, made anew when the source changes.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openDataset } from "./catalog.js";
import type { MultiViewDataset } from "./dataset.js";
import { describe, numeric, readVariables, writeNpy, writeNpz } from "./formats/index.js";
import { gatherRows, toDense } from "./matrix.js";
import { isTooLarge, memoryForView, storeRows } from "./stored-rows.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-stored-"));
const saved = { ...process.env };
before(() => {
  process.env.VANTAGE_CACHE = join(folder, "cache");
});
after(() => {
  for (const name of ["VANTAGE_CACHE", "VANTAGE_MEMORY"]) {
    if (saved[name] === undefined) delete process.env[name];
    else process.env[name] = saved[name];
  }
  rmSync(folder, { recursive: true, force: true });
});

const [samples, columns] = [500, 12];
const values = Float64Array.from({ length: samples * columns }, (_, e) => Math.sin(e) * 3);
const copies = () => readdirSync(join(folder, "cache")).filter((name) => name.endsWith(".f32"));

async function opened(path: string, gigabytes: string): Promise<{ data: MultiViewDataset; notes: string[] }> {
  process.env.VANTAGE_MEMORY = gigabytes;
  const notes: string[] = [];
  return { data: await openDataset(path, { onNote: (note) => notes.push(note) }), notes };
}

test("a view over the limit is read from disk and holds the same", async () => {
  const path = join(folder, "set.npz");
  const y = Int32Array.from({ length: samples }, (_, i) => i % 3);
  const broken = values.slice();
  broken.fill(Number.NaN, 7 * columns, 8 * columns);
  writeNpz(path, {
    X1: { shape: [samples, columns], data: values },
    X2: { shape: [samples, columns], data: broken },
    y: { shape: [samples], data: y },
  });
  const inMemory = await opened(path, "1");
  const onDisk = await opened(path, "1e-6");
  assert.equal(inMemory.data.views[0]!.matrix.kind, "dense");
  assert.ok(!inMemory.notes.some((note) => note.includes("from disk")));
  assert.match(onDisk.notes.join("\n"), /view "X1" is too large for memory: its rows are read from disk/);
  for (const [v, { matrix, present }] of onDisk.data.views.entries()) {
    assert.equal(matrix.kind, "lazy");
    const expected = inMemory.data.views[v]!;
    assert.deepEqual(toDense(matrix), expected.matrix);
    assert.deepEqual(present, expected.present);
    const requested = [499, 0, 7, 7, 3, 4, 5, 498];
    const [one, other] = [matrix, expected.matrix].map((each) => {
      const target = new Float32Array(new SharedArrayBuffer(requested.length * columns * 4));
      gatherRows(each, requested, target);
      return Array.from(target);
    });
    assert.deepEqual(one, other);
  }
  assert.equal(copies().length, 2);
});

test("the copy is kept for the next time, and made anew for a changed or shortened file", async () => {
  const path = join(folder, "kept.npy");
  writeNpy(path, values, [samples, columns]);
  const before = copies();
  await opened(path, "1e-6");
  const [copy] = copies().filter((name) => !before.includes(name));
  const at = join(folder, "cache", copy!);
  const made = statSync(at).mtimeMs;
  await opened(path, "1e-6");
  assert.equal(statSync(at).mtimeMs, made);
  truncateSync(at, 100);
  const { data } = await opened(path, "1e-6");
  assert.equal(statSync(at).size, samples * columns * 4);
  assert.equal(toDense(data.views[0]!.matrix).data[5999], Math.fround(values[5999]!));
  utimesSync(path, 1, 1);
  await opened(path, "1e-6");
  assert.equal(copies().length, before.length + 2);
});

test("samples along either axis and in either order", async () => {
  const path = join(folder, "kept.npy");
  const shapes = [
    { variable: numeric("double", [samples, columns], "row", values), last: false },
    { variable: numeric("double", [columns, samples], "column", values), last: true },
    { variable: numeric("double", [samples, columns], "column", transposed(values)), last: false },
  ];
  for (const [i, { variable, last }] of shapes.entries()) {
    assert.ok(isTooLarge(variable, last), describe(variable));
    const matrix = await storeRows(variable, last, path, `variable ${i}`);
    assert.deepEqual(toDense(matrix).data, Float32Array.from(values));
  }
  assert.ok(!isTooLarge(numeric("double", [columns, samples], "row", values), true));
});

function transposed(rows: Float64Array): Float64Array {
  return Float64Array.from(rows, (_, e) => rows[(e % samples) * columns + Math.floor(e / samples)]!);
}

test("a large file is gone through in little memory", async () => {
  const [rows, width] = [60_000, 512];
  const path = join(folder, "large.npy");
  const data = new Float32Array(rows * width);
  for (let e = 0; e < data.length; e++) data[e] = e % 977;
  writeNpy(path, data, [rows, width]);
  const content = await readVariables(path);
  const [variable] = content.variables.values();
  assert.ok(variable?.kind === "numeric");
  globalThis.gc?.();
  const start = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watched = {
    ...variable,
    read: async (from?: number, to?: number) => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - start);
      return variable.read(from, to);
    },
  };
  const matrix = await storeRows(watched, false, path, "data");
  content.close();
  // The file has 117 MiB; blocks of 64 MiB are read, and written from where they are.
  assert.ok(most <= 1.1 * 2 ** 27, `${most / 2 ** 20} MiB`);
  const batch = new Float32Array(64 * width);
  const requested = Int32Array.from({ length: 64 }, (_, i) => (i * 7919) % rows);
  gatherRows(matrix, requested, batch);
  assert.equal(batch[63 * width + 5], (requested[63]! * width + 5) % 977);
});

test("the limit: a quarter of the memory, or as set", () => {
  delete process.env.VANTAGE_MEMORY;
  assert.ok(memoryForView() > 2 ** 26);
  process.env.VANTAGE_MEMORY = "2.5";
  assert.equal(memoryForView(), 2.5 * 2 ** 30);
  process.env.VANTAGE_MEMORY = "much";
  assert.throws(memoryForView, { name: "UserError", message: /VANTAGE_MEMORY is "much"/ });
});
