// Opening data sets by name and by path.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { catalog, openDataset } from "./catalog.js";
import { writeNpz } from "./formats/index.js";
import { parseViewSelection } from "./layout/index.js";
import { toDense } from "./matrix.js";

const shared = join(import.meta.dirname, "../../../shared/data");

test("every entry of the catalog opens as described", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-catalog-"));
  const saved = process.env.VANTAGE_CACHE;
  process.env.VANTAGE_CACHE = folder;
  try {
    for (const entry of catalog().filter(({ samples }) => samples <= 10_000)) {
      const data = await openDataset(entry.name);
      assert.equal(data.name, entry.name);
      assert.equal(data.samples, entry.samples);
      assert.equal(data.classes, entry.classes);
      assert.deepEqual(
        data.views.map((view) => view.name),
        entry.views,
      );
    }
  } finally {
    if (saved === undefined) delete process.env.VANTAGE_CACHE;
    else process.env.VANTAGE_CACHE = saved;
    rmSync(folder, { recursive: true, force: true });
  }
  assert.deepEqual(
    catalog().map((entry) => entry.name),
    ["noisy-mnist", "noisy-mnist-10k", "synthetic", "emoji"],
  );
});

test("parameters of a synthetic set, and its source opens it again", async () => {
  const data = await openDataset("synthetic:samples=60, views=3,classes=4,dimensions=5/6/7,noise=0", { seed: 2 });
  assert.equal(data.samples, 60);
  assert.equal(data.classes, 4);
  assert.deepEqual(data.dimensions, [5, 6, 7]);
  assert.match(data.source!, /^synthetic:samples=60,.*dimensions=5\/6\/7,.*seed=2$/);
  const again = await openDataset(data.source!);
  assert.deepEqual(toDense(again.views[2]!.matrix).data, toDense(data.views[2]!.matrix).data);
  const other = await openDataset(data.source!.replace("seed=2", "seed=3"), { seed: 2 });
  assert.notDeepEqual(toDense(other.views[2]!.matrix).data, toDense(data.views[2]!.matrix).data);
});

test("views of a catalog's set by name and number", async () => {
  const columns = async (text: string) => {
    const data = await openDataset("synthetic:samples=20,dimensions=3/4", { views: parseViewSelection(text) });
    return data.views.map((view) => `${view.name} ${view.matrix.columns}`).join();
  };
  assert.equal(await columns("view2=view2"), "view2 4");
  assert.equal(await columns("text=1,image=view1"), "text 4,image 3");
  assert.equal(await columns("a=0,b=0"), "a 3,b 3");
  await assert.rejects(columns("a=image"), {
    name: "UserError",
    message: 'synthetic: no view "image"; its views are view1, view2',
  });
  await assert.rejects(columns("a=7"), { name: "UserError", message: /no view "7"/ });
});

test("emoji: views and labels by parameter and by selection", async () => {
  const views = (data: { views: readonly { name: string }[] }) => data.views.map((view) => view.name).join();
  const chosen = await openDataset("emoji:views=en/ja,labels=subgroup");
  assert.equal(views(chosen), "en,ja");
  assert.equal(chosen.classes, 95);
  assert.equal(views(await openDataset(chosen.source!)), "en,ja");
  assert.equal((await openDataset(chosen.source!)).classes, 95);
  const named = await openDataset("emoji", { views: parseViewSelection("text=fr,words=en"), labels: "subgroup" });
  assert.equal(views(named), "text,words");
  assert.equal(named.classes, 95);
  await assert.rejects(openDataset("emoji", { views: parseViewSelection("a=klingon") }), {
    name: "UserError",
    message: /^emoji: no view "klingon"; its views are noto, twemoji, openmoji, fluent, en, /,
  });
  await assert.rejects(openDataset("emoji", { labels: "Y" }), {
    name: "UserError",
    message: /expected one of group, sub/,
  });
});

const refused: [string, RegExp][] = [
  ["noisy-mnits", /"noisy-mnits" is neither a file nor a data set of the catalog; did you mean noisy-mnist\?/],
  ["noisy", /did you mean noisy-mnist or noisy-mnist-10k or noisy-mnist-dccae\?/],
  ["cifar", /the catalog has noisy-mnist, noisy-mnist-10k, synthetic, emoji, caltech101-20, /],
  ["synthetic:sample=3", /no parameter "sample"; it has samples, views/],
  ["synthetic:samples=many", /samples is "many", expected a number/],
  ["synthetic:samples", /samples is "", expected a number/],
  ["synthetic:samples=3/4", /samples is 3,4, expected a whole number/],
  ["emoji:views=noto/apple", /emoji: views is "apple", expected one or more of noto, twemoji/],
  ["emoji:labels=group/subgroup", /emoji: labels are "group\/subgroup", expected one of/],
  ["noisy-mnist:samples=3", /no parameter "samples"; it has seed/],
  ["nowhere/data.mat", /data\.mat/],
];
for (const [name, message] of refused) {
  test(`refuses ${name}`, async () => {
    await assert.rejects(openDataset(name), { name: "UserError", message });
  });
}

test("a catalog's labels are its own", async () => {
  await assert.rejects(openDataset("synthetic", { labels: "Y" }), { name: "UserError", message: /has its own labels/ });
  for (const name of ["synthetic", "emoji"]) {
    const { labels, samples } = await openDataset(name, { labels: "none" });
    assert.equal(labels, undefined);
    assert.equal(samples, catalog().find((entry) => entry.name === name)?.samples);
  }
});

test("a file is named after itself", { skip: !existsSync(shared) }, async () => {
  const path = join(shared, "Digits-2V.mat");
  const data = await openDataset(path);
  assert.equal(data.name, "Digits-2V");
  assert.equal(data.samples, 2000);
  assert.deepEqual(data.dimensions, [240, 76]);
  assert.equal(data.classes, 10);
  assert.equal(data.source, path);
  const [view] = (await openDataset(path, { views: [{ name: "second", variable: "1" }] })).views;
  assert.equal(view!.name, "second");
  assert.equal(view!.matrix.columns, 76);
});

test("constant columns of a file are reported once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-catalog-"));
  try {
    const path = join(folder, "toy.npz");
    const rows = [1, 5, 2, 5, 3, 5, 4, 5];
    writeNpz(path, {
      X1: { shape: [4, 2], data: Float32Array.from(rows) },
      y: { shape: [4], data: Int32Array.of(0, 0, 1, 1) },
    });
    const notes: string[] = [];
    const data = await openDataset(path, { onNote: (note) => notes.push(note) });
    assert.equal(data.name, "toy");
    assert.deepEqual(
      notes.filter((note) => note.includes("constant")),
      [`view "${data.views[0]!.name}": 1 of 2 columns are constant (1)`],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
