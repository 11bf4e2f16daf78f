// Trained runs on other files through the real command line: columns, views and classes by name, ids and names in what is written.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Random } from "../core/kernels/random.js";
import { Engine } from "../core/runtime/index.js";
import { readVariables, writeNpz } from "../data/formats/index.js";
import type { TextVariable, Variable } from "../data/formats/variables.js";
import { SearchIndex } from "../search/index/search-index.js";
import { runCommand, type Workplace, workplace } from "./command.testing.js";

const trees = ["ash", "elm", "oak"];
const columns = ["img_0", "img_1", "img_2", "img_3", "txt_0", "txt_1", "txt_2"];

interface Row {
  readonly id: string;
  readonly label: string;
  readonly values: readonly number[];
}

/** Samples that are far apart by class and column. */
function rows(samples: number, seed: number): Row[] {
  const random = new Random(seed, "trees");
  return Array.from({ length: samples }, (_, i) => ({
    id: `${seed}-${String(i).padStart(3, "0")}`,
    label: trees[i % 3]!,
    values: columns.map((_, j) => Number((((i % 3) * (j + 2)) % 5) * 10 + random.normal()).toFixed(3)).map(Number),
  }));
}

function csv(order: readonly string[], of: readonly Row[]): string {
  const lines = of.map(({ id, label, values }) =>
    order
      .map((name) => (name === "id" ? id : name === "label" ? label : (values[columns.indexOf(name)] ?? 7)))
      .join(","),
  );
  return `${[order.join(","), ...lines].join("\n")}\n`;
}

let place: Workplace;
const own = rows(60, 1);
const later = rows(30, 2);
const permuted = ["txt_2", "txt_0", "label", "img_3", "img_2", "img_1", "img_0", "txt_1", "id"];
const quick = ["--threads", "1", "--json"];
before(async () => {
  place = workplace();
  writeFileSync(place.path("train.csv"), csv(["id", ...columns, "label"], own));
  writeFileSync(place.path("later.csv"), csv(permuted, later));
  const options = ["--epochs", "30", "--set", "hidden=[16]", "--set", "latent=8", ...quick];
  await place.succeed(["train", "gmae", "--data", "train.csv", "--task", "classification", ...options, "--out", "run"]);
});
after(() => place.remove());

const evaluate = async (run: string, ...args: string[]) => {
  const result = await runCommand(["evaluate", run, ...args, ...quick], place.folder);
  assert.equal(result.status, 0, result.stderr);
  return { ...JSON.parse(result.stdout), stderr: result.stderr };
};

test("evaluate: columns in another order, a class that is new, samples that were trained on", async () => {
  const { metrics, notes, trainedOn, unknownClasses, stderr } = await evaluate("run", "--data", "later.csv");
  assert.deepEqual([metrics.accuracy, trainedOn, unknownClasses], [1, 0, undefined]);
  assert.match(notes.join("\n"), /view "img": the columns are in a different order and are matched by name/);
  assert.match(stderr, /note: later: view "txt": the columns are in a different order/);

  writeFileSync(place.path("firs.csv"), csv(permuted, [...later, ...later.map((row) => ({ ...row, label: "fir" }))]));
  const withFirs = await evaluate("run", "--data", "firs.csv");
  assert.deepEqual([withFirs.metrics.accuracy, withFirs.unknownClasses], [1, { fir: 30 }]);
  assert.match(withFirs.notes.join("\n"), /30 of 60 samples are of classes that the model does not know \("fir" 30\)/);

  const again = await evaluate("run", "--data", "train.csv");
  assert.equal(again.trainedOn, 48, "four fifths of the 60 samples trained");
  assert.match(again.notes.join("\n"), /48 of 60 samples are among the run's training samples/);
  const itself = await evaluate("run");
  assert.deepEqual(
    [itself.trainedOn, itself.notes],
    [undefined, undefined],
    "its own test split is not what it trained on",
  );

  writeFileSync(place.path("train.csv"), csv(permuted, own));
  assert.deepEqual(
    (await evaluate("run")).metrics,
    itself.metrics,
    "the columns of its own data stand in another order",
  );
  writeFileSync(place.path("train.csv"), csv(permuted, [...own.slice(30), ...later]));
  assert.match(
    (await evaluate("run")).notes[0],
    /train has changed since .*: of 48 training samples 2\d are still there/,
  );
  writeFileSync(place.path("train.csv"), csv(["id", ...columns, "label"], own));
});

test("evaluate: a column that is lacking, views under other names and strange classes are refused with both sides", async () => {
  const refuse = async (text: string, message: RegExp) => {
    writeFileSync(place.path("odd.csv"), text);
    await place.refuse(["evaluate", "run", "--data", "odd.csv", ...quick], message);
  };
  const all = ["id", ...columns, "label"];
  await refuse(
    csv(all, later).replace("img_1", "img_9"),
    /view "img" lacks a column \("img_1"\): it has "img_0", "img_9"/,
  );
  await refuse(
    csv(all, later).replaceAll("txt_", "words_"),
    /the views "img", "words"; the model was trained on "img", "txt"/,
  );
  await refuse(
    csv(all, later).replaceAll(/ash|elm|oak/g, (name) => `${name} tree`),
    /the classes "ash tree", .* "ash", "elm", "oak": none/,
  );
});

const textOf = (variable: Variable | undefined) => (variable as TextVariable).lines;
async function numbersOf(variable: Variable | undefined): Promise<number[]> {
  assert.equal(variable?.kind, "numeric");
  return [...(await (variable as Extract<Variable, { kind: "numeric" }>).read())];
}

test("encode: ids, labels and predictions by name in .npz, .parquet and .csv; .npy says that it has none", async () => {
  const expected = { ids: later.map(({ id }) => id), labels: later.map(({ label }) => label) };
  const encode = (file: string) =>
    place.succeed(["encode", "run", "--data", "later.csv", "--out", file, "--threads", "1"]);
  await encode("z.npz");
  const npz = (await readVariables(place.path("z.npz"))).variables;
  assert.deepEqual([...npz.keys()].sort(), ["classes", "ids", "labels", "predicted", "representation"]);
  assert.deepEqual([textOf(npz.get("ids")), textOf(npz.get("labels"))], [expected.ids, expected.labels]);
  assert.deepEqual([textOf(npz.get("predicted")), textOf(npz.get("classes"))], [expected.labels, trees]);

  await encode("z.parquet");
  const parquet = (await readVariables(place.path("z.parquet"))).variables;
  assert.deepEqual([...parquet.keys()], ["id", "labels", "predicted", "representation"]);
  assert.deepEqual([textOf(parquet.get("id")), textOf(parquet.get("predicted"))], [expected.ids, expected.labels]);

  await encode("z.csv");
  const [header, first, ...rest] = readFileSync(place.path("z.csv"), "utf8").trimEnd().split("\n");
  assert.match(header!, /^id,labels,predicted,representation_0,representation_1,/);
  assert.match(first!, /^2-000,ash,ash,-?[\d.]+/);
  assert.equal(rest.length, 29);
  const z = await numbersOf(npz.get("representation"));
  const inText = [first!, ...rest].flatMap((line) => line.split(",").slice(3).map(Number));
  assert.deepEqual(Float32Array.from(inText), Float32Array.from(z), "the same float32 values");

  const npy = await runCommand(
    ["encode", "run", "--data", "later.csv", "--out", "z.npy", "--threads", "1"],
    place.folder,
  );
  assert.match(npy.stderr, /note: a \.npy file holds the matrix alone/);
});

test("encode: numbers stay as the file codes them, and a run's own flags open other data", async () => {
  const write = (name: string, of: readonly Row[], codes: readonly number[]) => {
    const part = (from: number, to: number) => ({
      data: Float64Array.from(of.flatMap(({ values }) => values.slice(from, to))),
      shape: [of.length, to - from],
    });
    const kinds = { data: Int32Array.from(of, ({ label }) => codes[trees.indexOf(label)]!), shape: [of.length] };
    writeNpz(place.path(name), { pixels: part(0, 4), words: part(4, 7), kinds });
  };
  write("codes.npz", own, [5, 7, 9]);
  write(
    "fewer.npz",
    later.filter(({ label }) => label !== "ash"),
    [5, 7, 9],
  );
  const flags = ["--views", "img=pixels,txt=words", "--labels", "kinds"];
  const train = ["train", "cca", "--data", "codes.npz", ...flags, "--set", "dimensions=2", "--task", "classification"];
  await place.succeed([...train, ...quick, "--out", "codes"]);
  const { metrics, notes } = await evaluate("codes", "--data", "fewer.npz");
  assert.equal(metrics.accuracy, 1);
  assert.match(notes[0], /fewer is opened as the run's own data was: --views img=pixels,txt=words --labels kinds/);
  await place.succeed(["encode", "codes", "--data", "fewer.npz", "--out", "codes-z.npz", "--threads", "1"]);
  const { variables } = await readVariables(place.path("codes-z.npz"));
  const codes = later.filter(({ label }) => label !== "ash").map(({ label }) => [5, 7, 9][trees.indexOf(label)]);
  assert.deepEqual([...variables.keys()].sort(), ["labels", "predicted", "representation", "row"]);
  assert.deepEqual(await numbersOf(variables.get("labels")), codes);
  assert.deepEqual(await numbersOf(variables.get("predicted")), codes);
});

test("index and search: columns of items and of queries are found by name", async () => {
  const index = ["index", "run", "--data", "later.csv", "--out", "index", ...quick];
  const indexed = await runCommand(index, place.folder);
  assert.equal(indexed.status, 0, indexed.stderr);
  assert.match(indexed.stderr, /note: later: view "img": the columns are in a different order/);
  const nearest = async (query: string) => {
    const search = ["search", "index", "--query", query, "--k", "1", ...quick];
    const result = await runCommand(search, place.folder);
    assert.equal(result.status, 0, result.stderr);
    const [hit] = JSON.parse(result.stdout).hits;
    return { id: hit.id, label: hit.metadata.label, similarity: hit.similarity, stderr: result.stderr };
  };
  const [sample] = later;
  const inOrder = await nearest(sample!.values.join(","));
  assert.deepEqual([inOrder.id, inOrder.label], [sample!.id, sample!.label]);
  assert.ok(inOrder.similarity > 0.999);
  writeFileSync(
    place.path("query.csv"),
    csv(["txt_1", "height", ...permuted.filter((name) => name !== "txt_1")], [sample!]),
  );
  const byName = await nearest("query.csv");
  assert.deepEqual([byName.id, byName.similarity], [inOrder.id, inOrder.similarity]);
  assert.match(byName.stderr, /column "height" is unknown and not used/);
  assert.match(byName.stderr, /different order/);
  writeFileSync(place.path("query.csv"), csv(columns.slice(1), [sample!]));
  await place.refuse(["search", "index", "--query", "query.csv", ...quick], /lacks a column \("img_0"\)/);
  writeFileSync(place.path("odd.csv"), csv(columns, later).replaceAll("txt_", "words_"));
  await place.refuse(
    ["index", "run", "--data", "odd.csv", "--out", "odd", ...quick],
    /"img", "words"; .* "img", "txt"/,
  );

  const engine = await Engine.open({ threads: 1 });
  const served = await SearchIndex.open(place.path("index"), engine);
  try {
    const names = columns.toReversed();
    const features = sample!.values.toReversed();
    const hits = await served.search({ features, names, k: 1, mode: "exact" });
    assert.equal(hits[0]!.id, sample!.id);
    await served.add([{ id: "new", view: "all", features, names }]);
    const [item] = await served.store.get("new");
    const [stored] = await served.store.get(sample!.id);
    assert.deepEqual(item!.code, stored!.code);
    await assert.rejects(
      served.search({ features, names: names.slice(1), k: 1, mode: "exact" }),
      /6 names for 7 features/,
    );
  } finally {
    await served.close();
    engine.close();
  }
});
