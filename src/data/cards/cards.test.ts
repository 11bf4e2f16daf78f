// The cards that come with the package, each on small files of its layout that are written here, and what is refused.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { File, ready } from "h5wasm/node";
import { openDataset } from "../catalog.js";
import { array, encodeMatlab5, type MatlabValue } from "../formats/matlab/matlab5.testing.js";
import { toDense } from "../matrix.js";
import { modalities } from "../mixed-modal.js";
import { cardFiles, shippedCards } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-cards-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A matrix of singles by row and column; MATLAB stores it column after column. */
function matrix(rows: number, columns: number, value: (row: number, column: number) => number): MatlabValue {
  const values = Array.from({ length: rows * columns }, (_, e) => value(e % rows, Math.floor(e / rows)));
  return array([rows, columns], values, { class: "single" });
}

const vector = (length: number, value: (row: number) => number) => matrix(length, 1, value);
/** Several labels for some samples: class row mod classes, and class 0 for every seventh. */
const multi = (rows: number, classes: number) =>
  matrix(rows, classes, (row, c) => (row % classes === c || (row % 7 === 0 && c === 0) ? 1 : 0));

function place(name: string, files: Readonly<Record<string, Uint8Array | string>>): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  return path;
}

async function open(text: string, options: Parameters<typeof openDataset>[1] = {}) {
  const notes: string[] = [];
  return { data: await openDataset(text, { onNote: (note) => notes.push(note), ...options }), notes };
}

const splitLengths = (data: { splits: Record<string, Int32Array> }) =>
  Object.fromEntries(Object.entries(data.splits).map(([name, rows]) => [name, rows.length]));

test("all the sets that are promised have a card, and each names its files", () => {
  const cards = shippedCards();
  assert.deepEqual(cards.map((card) => card.name).sort(), [
    ...["caltech101-20", "iapr-tc12", "mirflickr-25k", "mirflickr-25k-djsrh", "ms-coco", "noisy-mnist-dccae"],
    ...["nus-wide-10k-dm2c", "nus-wide-tc10", "nus-wide-tc21"],
    ...["wikipedia-djsrh", "wikipedia-dm2c", "wikipedia-mvlnet", "xmedia"],
  ]);
  for (const card of cards) assert.ok(cardFiles(card).length > 0, card.name);
});

test("noisy-mnist-dccae: training and tuning samples train", async () => {
  const part = (suffix: string, label: string, n: number) => ({
    [`X${suffix}1`]: matrix(n, 3, (i, j) => i + j),
    [`X${suffix}2`]: matrix(n, 2, (i) => i),
    [label]: vector(n, (i) => (i % 2) + 9),
  });
  const path = place("noisy", {
    "NoisyMNIST.mat": encodeMatlab5({
      ...part("", "trainLabel", 5),
      ...part("V", "tuneLabel", 3),
      ...part("Te", "testLabel", 4),
    }),
  });
  const { data, notes } = await open(`noisy-mnist-dccae:${path}`);
  assert.equal(data.name, "noisy-mnist-dccae");
  assert.deepEqual(splitLengths(data), { train: 8, test: 4 });
  assert.deepEqual([...data.splits.test!], [8, 9, 10, 11]);
  assert.deepEqual([...toDense(data.views[1]!.matrix).data.subarray(10, 18)], [0, 0, 1, 1, 2, 2, 0, 0]);
  assert.deepEqual(data.labels!.names, ["9", "10"]);
  assert.equal((await openDataset(`noisy-mnist-dccae:${path}`, { labels: "none" })).labels, undefined);
  assert.ok(notes.includes("noisy-mnist-dccae as published has 70000 samples, this one has 12"));
});

test("caltech101-20: six cells, and a folder is known by its file", async () => {
  const widths = [48, 40, 254, 1984, 512, 928];
  const items = widths.map((width, v) => matrix(40, width, (i, j) => i * v + (j % 5) + (i % 3)));
  const path = place("caltech", {
    "Caltech101-20.mat": encodeMatlab5({
      X: { kind: "cell", shape: [1, 6], items },
      Y: vector(40, (i) => (i % 20) + 1),
    }),
  });
  const { data, notes } = await open(path);
  assert.equal(data.name, "caltech101-20");
  assert.deepEqual(data.dimensions, widths);
  assert.equal(data.views[3]!.name, "hog");
  assert.deepEqual(notes, ["caltech101-20 as published has 2386 samples, this one has 40"]);
  const { data: chosen } = await open(path, { views: [{ name: "a", variable: "gist" }] });
  assert.deepEqual([chosen.views[0]!.name, chosen.dimensions[0]], ["a", 512]);
});

/** Wikipedia's training and test samples, a fifth class only in the test set. */
function wikipedia(imageColumns: number, textColumns: number) {
  return {
    I_tr: matrix(30, imageColumns, (i, j) => i - j),
    T_tr: matrix(30, textColumns, (i, j) => i * j),
    I_te: matrix(10, imageColumns, (i, j) => 100 + i + j),
    T_te: matrix(10, textColumns, (i, j) => i + 2 * j),
  };
}

test("wikipedia-mvlnet: two parts and their classes under one numbering", async () => {
  const path = place("mvlnet", {
    "wiki_4096_3000.mat": encodeMatlab5({
      ...wikipedia(4, 3),
      trCatAll: vector(30, (i) => (i % 9) + 2),
      teCatAll: vector(10, (i) => i + 1),
    }),
  });
  const { data } = await open(`wikipedia-mvlnet:${path}`);
  assert.deepEqual(splitLengths(data), { train: 30, test: 10 });
  assert.equal(toDense(data.views[0]!.matrix).data[30 * 4 + 1], 101);
  assert.ok(data.labels?.kind === "single");
  assert.deepEqual(data.labels.names.slice(0, 2), ["art", "biology"]);
  assert.deepEqual([...data.labels.values.slice(0, 2), ...data.labels.values.slice(30, 32)], [1, 2, 0, 1]);
});

test("wikipedia-djsrh: features in MATLAB, labels in lists", async () => {
  const list = (n: number) => Array.from({ length: n }, (_, i) => `text${i}-1\timage${i}\t${(i % 10) + 1}\n`).join("");
  const path = place("djsrh", {
    "raw_features.mat": encodeMatlab5(wikipedia(128, 10)),
    "trainset_txt_img_cat.list": list(30),
    "testset_txt_img_cat.list": list(10),
  });
  const { data } = await open(path);
  assert.equal(data.name, "wikipedia-djsrh");
  assert.deepEqual(data.dimensions, [128, 10]);
  assert.deepEqual(splitLengths(data), { train: 30, database: 30, query: 10, test: 10 });
  assert.ok(data.labels?.kind === "single");
  assert.equal(data.labels.names[data.labels.values[32]!], "geography");
});

test("wikipedia-dm2c and nus-wide-10k-dm2c: every sample in one modality", async () => {
  const published = (n: number, named: boolean) => {
    const row = (i: number): MatlabValue[] => [
      matrix(1, 4, (_, j) => i + j),
      ...(named ? [{ kind: "text", lines: [`file${i}`] } as const] : []),
      array([1, 1], [i % 2]),
    ];
    const rows = Array.from({ length: n }, (_, i) => row(i));
    const items = rows[0]!.flatMap((_, c) => rows.map((each) => each[c]!));
    const X: MatlabValue = { kind: "cell", shape: [n, rows[0]!.length], items };
    return encodeMatlab5({ X, y: matrix(1, n, (_, i) => (i % 3) + 1) });
  };
  const path = place("dm2c", { "train_file.mat": published(12, true), "test_file.mat": published(6, true) });
  const { data } = await open(`wikipedia-dm2c:${path}`);
  assert.equal(data.name, "wikipedia-dm2c");
  assert.deepEqual(splitLengths(data), { train: 12, test: 6 });
  assert.equal(modalities(data).filter((modality) => modality === 1).length, 9);
  const other = place("dm2c-nus", { "train_file.mat": published(12, false), "test_file.mat": published(6, false) });
  const { notes } = await open(`nus-wide-10k-dm2c:${other}`);
  assert.ok(notes.includes('nus-wide-10k-dm2c as published has 1000 columns in view "image", this one has 4'));
  await assert.rejects(openDataset(path), {
    name: "UserError",
    message: /has the files of nus-wide-10k-dm2c and wikipedia-dm2c; open nus-wide-10k-dm2c:/,
  });
});

test("mirflickr-25k: three files, queries first", async () => {
  const n = 12_050;
  const path = place("mirflickr", {
    "mirflickr25k-iall-vgg-rand.mat": encodeMatlab5({ XAll: matrix(n, 2, (i, j) => i + j) }),
    "mirflickr25k-yall-rand.mat": encodeMatlab5({ YAll: matrix(n, 3, (i, j) => (i + j) % 2) }),
    "mirflickr25k-lall-rand.mat": encodeMatlab5({ LAll: multi(n, 24) }),
  });
  const { data } = await open(`mirflickr-25k:${path}`);
  assert.deepEqual(splitLengths(data), { query: 2000, train: 10_000, database: 10_050 });
  assert.equal(data.splits.train![0], 2000);
  assert.equal(data.labels!.kind, "multi");
  assert.equal(data.classes, 24);
});

test("nus-wide-tc21: the same with other files and sizes", async () => {
  const n = 12_601;
  const path = place("tc21", {
    "nus-wide-tc21-xall-vgg-clean.mat": encodeMatlab5({ XAll: matrix(n, 2, (i, j) => i + j) }),
    "nus-wide-tc21-yall-clean.mat": encodeMatlab5({ YAll: matrix(n, 2, (i, j) => (i + j) % 2) }),
    "nus-wide-tc21-lall-clean.mat": encodeMatlab5({ LAll: multi(n, 21) }),
  });
  const { data } = await open(path);
  assert.deepEqual(splitLengths(data), { query: 2100, train: 10_500, database: 10_501 });
  assert.equal(data.classes, 21);
});

for (const [name, prefix, classes, query, train] of [
  ["mirflickr-25k-djsrh", "mirflickr25k", 24, 160 + 23 * 80, 5000],
  ["nus-wide-tc10", "nus-wide-tc10", 10, 2000, 5000],
] as const) {
  test(`${name}: splits drawn label by label, by the seed`, async () => {
    const n = 10_000;
    const image = prefix === "mirflickr25k" ? "iall-vgg" : "xall-vgg";
    const path = place(name, {
      [`${prefix}-${image}.mat`]: encodeMatlab5({ XAll: matrix(n, 2, (i, j) => i + j) }),
      [`${prefix}-yall.mat`]: encodeMatlab5({ YAll: matrix(n, 2, (i, j) => (i + j) % 2) }),
      [`${prefix}-lall.mat`]: encodeMatlab5({ LAll: multi(n, classes) }),
    });
    const { data } = await open(`${name}:${path}`);
    assert.deepEqual(splitLengths(data), { query, train, database: n - query });
    const { data: same } = await open(`${name}:${path}`, { seed: 0 });
    const { data: other } = await open(`${name}:${path}`, { seed: 1 });
    assert.deepEqual(same.splits, data.splits);
    assert.notDeepEqual(other.splits.query, data.splits.query);
  });
}

test("iapr-tc12: its own test samples come first", async () => {
  const path = place("iapr", {
    "iapr-tc12.mat": encodeMatlab5({
      VDatabase: matrix(10_020, 2, (i) => i),
      YDatabase: matrix(10_020, 3, (i, j) => (i + j) % 2),
      databaseL: multi(10_020, 6),
      VTest: matrix(7, 2, (i) => -1 - i),
      YTest: matrix(7, 3, (i, j) => (i + j) % 2),
      testL: matrix(7, 6, (i, c) => (i % 6 === c ? 1 : 0)),
    }),
  });
  const { data } = await open(path);
  assert.deepEqual(splitLengths(data), { query: 7, train: 10_000, database: 10_020 });
  assert.deepEqual([...data.splits.train!.subarray(0, 2)], [7, 8]);
  assert.deepEqual([...toDense(data.views[0]!.matrix).data.subarray(12, 16)], [-7, -7, 0, 0]);
  // The test samples alone, one label each, would pass for single labels.
  assert.ok(data.labels?.kind === "multi");
  assert.deepEqual([...data.labels.matrix.subarray(6, 12)], [0, 1, 0, 0, 0, 0]);
});

test("ms-coco: HDF5, training and test samples joined", async () => {
  await ready;
  const path = place("coco", {});
  const file = new File(join(path, "MSCOCO_deep_doc2vec_data.h5py"), "w");
  const [train, tested] = [15_000, 30];
  for (const [part, n] of [
    ["train", train],
    ["test", tested],
  ] as const) {
    const fill = (columns: number, value: (i: number, j: number) => number) => ({
      data: Float32Array.from({ length: n * columns }, (_, e) => value(Math.floor(e / columns), e % columns)),
      shape: [n, columns],
    });
    file.create_dataset({ name: `${part}_imgs_deep`, ...fill(2, (i, j) => i + j), chunks: [10, 2] });
    file.create_dataset({ name: `${part}_text`, ...fill(3, (i, j) => i * j) });
    file.create_dataset({ name: `${part}_imgs_labels`, ...fill(4, (i, c) => (i % 4 === c || i % 7 === c ? 1 : 0)) });
  }
  file.close();
  const { data } = await open(`ms-coco:${path}`);
  assert.equal(data.samples, train + tested);
  assert.deepEqual(splitLengths(data), { query: 5000, train: 10_000, database: 10_030 });
  assert.deepEqual([...toDense(data.views[0]!.matrix).data.subarray(-2)], [29, 30]);
  assert.ok(data.labels?.kind === "multi");
});

test("xmedia: five views, each with its own samples and labels", async () => {
  const sizes = { I: [8, 4], T: [8, 4], A: [6, 2], d3: [5, 3], V: [6, 3] } as const;
  const names = { I: ["CNN", "Img"], T: ["BOW", "Txt"], A: ["", "Aud"], d3: ["", "3d"], V: ["CNN", "Vid"] } as const;
  const variables: Record<string, MatlabValue> = {};
  for (const [v, view] of (["I", "T", "A", "d3", "V"] as const).entries()) {
    const [suffix, category] = names[view];
    for (const [p, part] of ["tr", "te"].entries()) {
      const n = sizes[view][p]!;
      const name = [view, part, suffix].filter((each) => each !== "").join("_");
      variables[name] = matrix(n, v + 2, (i, j) => 1 + i + 100 * j + 1000 * v);
      variables[`${part}${category}Cat`] = vector(n, (i) => (i % 3) + 1 + (view === "d3" ? 1 : 0));
    }
  }
  const path = place("xmedia", { "XMediaFeatures.mat": encodeMatlab5(variables) });
  const { data } = await open(path);
  assert.equal(data.samples, 49);
  assert.deepEqual(
    data.views.map((view) => view.name),
    ["image", "text", "audio", "model3d", "video"],
  );
  assert.deepEqual(
    data.views.map((view) => view.present!.reduce((sum, each) => sum + each, 0)),
    [12, 12, 8, 8, 9],
  );
  assert.deepEqual(splitLengths(data), { query: 16, train: 33, database: 33 });
  // Sample 24 is the first test sample of audio: third view, after two views of 12.
  assert.deepEqual([...toDense(data.views[2]!.matrix).data.subarray(24 * 4, 25 * 4)], [2001, 2101, 2201, 2301]);
  assert.ok(data.splits.query!.includes(24) && data.splits.train!.includes(26));
  assert.deepEqual(data.labels!.names, ["1", "2", "3", "4"]);
});

const own = `
name: own
title: A set of one's own
parts:
  all: { file: own.mat, views: { a: A, b: B }, labels: y }
splits:
  query: { from: -2 }
  database: { to: -2 }
`;
const ownFile = () =>
  encodeMatlab5({ A: matrix(6, 2, (i, j) => i + j), B: matrix(6, 3, (i) => i), y: vector(6, (i) => i % 2) });

test("a card of one's own: its file, its folder", async () => {
  const path = place("own", { "own.yaml": own, "own.mat": ownFile() });
  const { data } = await open(join(path, "own.yaml"));
  assert.equal(data.name, "own");
  assert.deepEqual(data.splits, { query: Int32Array.of(4, 5), database: Int32Array.of(0, 1, 2, 3) });
  assert.equal((await open(path)).data.name, "own");
});

test("a name alone is looked for in $VANTAGE_DATA", async () => {
  const saved = process.env.VANTAGE_DATA;
  const path = place("data/wikipedia-mvlnet", {
    "wiki_4096_3000.mat": readFileSync(join(folder, "mvlnet", "wiki_4096_3000.mat")),
  });
  try {
    delete process.env.VANTAGE_DATA;
    await assert.rejects(openDataset("wikipedia-mvlnet"), {
      name: "UserError",
      message:
        "wikipedia-mvlnet (from Huang et al., Deep Spectral Representation Learning From Multi-View Data, TIP 2021 (MvLNet)) does not come with the package: put wiki_4096_3000.mat into a folder and open wikipedia-mvlnet:FOLDER, or $VANTAGE_DATA/wikipedia-mvlnet with the name alone",
    });
    process.env.VANTAGE_DATA = join(path, "..");
    assert.equal((await open("wikipedia-mvlnet")).data.samples, 40);
    await assert.rejects(openDataset("xmedia"), { name: "UserError", message: /there is no folder .*xmedia: put/ });
  } finally {
    if (saved === undefined) delete process.env.VANTAGE_DATA;
    else process.env.VANTAGE_DATA = saved;
  }
});

const refused: [string, string, RegExp][] = [
  ["a typing mistake", own.replace("views:", "view:"), /own\.yaml is no dataset card: parts\.all/],
  ["no YAML", "name: [", /own\.yaml is not YAML: /],
  ["a name with spaces", own.replace("name: own", "name: My set"), /name: lower-case letters/],
  ["a split of a part that is not there", own.replace("{ to: -2 }", "train"), /splits name the part "train"/],
  ["a file that is not there", own.replace("file: own.mat", "file: other.mat"), /own: there is no other\.mat in /],
  ["no file", own.replace("file: own.mat, ", ""), /"A" names no file; write FILE:A/],
  ["a variable that is not there", own.replace("b: B", "b: C"), /own\.mat: there is no variable C; it holds A/],
  ["rows beyond the end", own.replace("{ to: -2 }", "{ to: 9 }"), /split "database" names rows 0 to 9 of 6/],
  ["no rows", own.replace("{ from: -2 }", "{ from: 3, to: 3 }"), /split "query" names rows 3 to 3 of 6/],
  ["other class names", `${own}classes: [x, y, z]\n`, /the labels have 2 classes, the card names 3/],
  [
    "splits given and drawn",
    `${own}draw: { query: [1, 1], train: [1, 1], trainTotal: 2 }\n`,
    /given or drawn, not both/,
  ],
  ["labels of each view for pairs", own.replace("labels: y", "labels: { a: y, b: y }"), /not paired/],
];
for (const [what, card, message] of refused) {
  test(`refused: ${what}`, async () => {
    const path = place("refused", { "own.yaml": card, "own.mat": ownFile() });
    await assert.rejects(openDataset(path), { name: "UserError", message });
  });
}

test("refused: two cards in a folder, a folder of something else, labels beside a card", async () => {
  const two = place("two", { "a.yaml": own, "b.yml": own });
  await assert.rejects(openDataset(two), { name: "UserError", message: /several cards \(a\.yaml, b\.yml\)/ });
  const else_ = place("else", { "notes.txt": "hello" });
  await assert.rejects(openDataset(else_), { name: "UserError", message: /a folder without a dataset card/ });
  await assert.rejects(openDataset(join(folder, "own"), { labels: "y" }), {
    name: "UserError",
    message: /its card says which labels/,
  });
});

test("a card reads nothing outside its folder, by no name and no link", async () => {
  const csv = "a,b\n1,2\n3,4\n5,6\n7,8\n";
  const outside = place("outside", { "mine.csv": csv });
  const card = (file: string, splits = "") =>
    `name: strange\ntitle: x\nparts:\n  all: { file: ${file}, views: { x: a, y: b } }\n${splits}`;
  for (const file of ["../outside/mine.csv", join(outside, "mine.csv"), "a/../../outside/mine.csv"]) {
    const path = place("strange", { "card.yaml": card(file) });
    await assert.rejects(
      open(path),
      /card\.yaml is no dataset card: parts\.all\.file: expected a file in the card's folder/,
    );
    const named = card("own.csv").replace("x: a", `x: "${file}:a"`);
    await assert.rejects(open(place("strange", { "card.yaml": named })), /expected a file in the card's folder/);
  }
  const path = place("linked", { "card.yaml": card("link.csv") });
  symlinkSync(join(outside, "mine.csv"), join(path, "link.csv"));
  for (const text of [path, join(path, "card.yaml")]) {
    await assert.rejects(open(text), /link\.csv is a symbolic link, and links inside such a folder are not followed/);
  }
  const own = place("below", { "card.yaml": card("data/own.csv") });
  mkdirSync(join(own, "data"));
  writeFileSync(join(own, "data", "own.csv"), csv);
  assert.equal((await open(own)).data.samples, 4);
});

test("a split that names its rows again and again is refused at once", async () => {
  const many = Array.from({ length: 100_000 }, () => "all").join(", ");
  const text = `name: strange\ntitle: x\nparts:\n  all: { file: a.csv, views: { x: a, y: b } }\nsplits: { train: [${many}] }\n`;
  const path = place("repeated", { "card.yaml": text, "a.csv": "a,b\n1,2\n3,4\n5,6\n7,8\n" });
  await assert.rejects(open(path), /split "train" has more rows than there are samples \(4\)/);
});
