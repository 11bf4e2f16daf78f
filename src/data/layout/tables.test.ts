// Roles of a table's columns: groups, ids, labels in every form, splits, what repeats the labels, and when the program asks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AmbiguousDataError, UserError } from "../../errors.js";
import { numeric, type Variable } from "../formats/variables.js";
import { toDense } from "../matrix.js";
import { type Layout, type LayoutOptions, layout, parseViewSelection } from "./index.js";

type Values = readonly (number | string | null)[];

/** Lays out columns of numbers or texts; null is a missing value. */
function lay(
  columns: Record<string, Values>,
  options: LayoutOptions = {},
  facts: { index?: string[]; hasHeader?: boolean } = {},
): Promise<Layout> {
  const variables = new Map<string, Variable>();
  for (const [name, values] of Object.entries(columns)) {
    const isText = values.some((value) => typeof value === "string");
    variables.set(
      name,
      isText
        ? {
            kind: "text",
            lines: values.map((value) => String(value ?? "")),
            missing: Uint8Array.from(values, (value) => (value === null ? 1 : 0)),
          }
        : numeric(
            "double",
            [values.length],
            "row",
            Float64Array.from(values, (value) => Number(value ?? Number.NaN)),
          ),
    );
  }
  const table = { index: facts.index ?? [], hasHeader: facts.hasHeader ?? true };
  return layout({ format: "csv", path: "t.csv", variables, table, notes: [], close: () => {} }, options);
}

const f = [0.5, 1.25, 2.5, 3.75, 4.5, 5.25];
const g = [9.5, 8.25, 7.5, 6.75, 5.5, 4.25];
const words = ["cat", "dog", "cat", "eel", "dog", "eel"];
const shapes = ({ views }: Layout) => Object.fromEntries(views.map(({ name, matrix }) => [name, matrix.columns]));
const featuresOf = ({ views }: Layout) => views.map(({ features }) => features);
const classesOf = ({ labels }: Layout) =>
  labels?.kind === "single" ? Array.from(labels.values, (c) => (c < 0 ? null : labels.names[c])) : undefined;
const roles = ({ account }: Layout) => Object.fromEntries(account.map(({ variable, role }) => [variable, role]));

test("numbered columns are views by the start of their names; one odd column is a view of its own", async () => {
  const groups = { rna_0: f, rna_1: g, prot_0: g, prot_1: f };
  assert.deepEqual(shapes(await lay(groups)), { rna: 2, prot: 2 });
  assert.deepEqual(shapes(await lay({ ...groups, age: f })), { rna: 2, prot: 2, age: 1 });
  assert.deepEqual(shapes(await lay({ ...groups, age: f, height: g })), { rna: 2, prot: 2, other: 2 });
  assert.deepEqual(shapes(await lay({ a1: f, a2: g, b: f })), { data: 3 }, "one group is no group");
  assert.deepEqual(shapes(await lay({ BRCA1: f, BRCA2: g, TP53: f, TP63: g, MYC: f, KRAS: g, EGFR: f })), { data: 7 });
  assert.deepEqual(shapes(await lay({ px_0_0: f, px_0_1: f, px_1_0: g, px_1_1: g, px_2_0: f, px_2_1: f })), { px: 6 });
  assert.deepEqual(shapes(await lay({ vgg16_0: f, vgg16_1: g, vgg19_0: f, vgg19_1: g })), { vgg16: 2, vgg19: 2 });
  assert.deepEqual(featuresOf(await lay(groups)), [
    ["rna_0", "rna_1"],
    ["prot_0", "prot_1"],
  ]);
  const hinted = await lay({ img_mean: f, img_sd: g, txt_mean: f, txt_length: g });
  assert.deepEqual(shapes(hinted), { data: 4 });
  assert.match(hinted.notes.join(), /columns begin with img, txt; --views img=img,txt=txt makes these the views/);
});

test("columns for a view: a name, the start of names, a pattern, several", async () => {
  const columns = { img_mean: f, img_sd: g, txt_mean: f, age: g, label: words };
  const select = (views: string) => lay(columns, { views: parseViewSelection(views) });
  const both = await select("a=img,b=txt_*+age");
  assert.deepEqual(shapes(both), { a: 2, b: 2 });
  assert.deepEqual(featuresOf(both)[1], ["txt_mean", "age"]);
  assert.deepEqual(classesOf(both), words);
  assert.deepEqual(roles(await select("a=age")).img_mean, "ignored");
  await assert.rejects(select("a=nothing"), /there is no column "nothing"; its columns are img_mean/);
  await assert.rejects(select("a=img,b=img_sd"), /column "img_sd" is requested in two views/);
  await assert.rejects(lay(columns, { views: parseViewSelection("a=label") }), /column "label" cannot be a view/);
});

test("labels: words before numbers of the same classes, codes and dummies are left out, and that is said", async () => {
  const coded = await lay({ class: words, class_id: [0, 1, 0, 2, 1, 2], f, g });
  assert.deepEqual([classesOf(coded), shapes(coded)], [words, { data: 2 }]);
  assert.match(coded.notes.join(), /class_id \(it repeats the labels class\)/);
  const cat = [1, 0, 1, 0, 0, 0];
  const dog = [0, 1, 0, 0, 1, 0];
  const eel = [0, 0, 0, 1, 0, 1];
  const dummies = await lay({ f, g, label_cat: cat, label_dog: dog, label_eel: eel });
  assert.deepEqual([classesOf(dummies), shapes(dummies)], [words, { data: 2 }]);
  const beside = await lay({ f, label: words, label_cat: cat, label_dog: dog, label_eel: eel });
  assert.deepEqual([classesOf(beside), shapes(beside)], [words, { data: 1 }]);
  const several = await lay({ f, tag_a: cat, tag_b: [1, 1, 0, 0, 1, 1] });
  assert.equal(several.labels?.kind, "multi");
  const axes = await lay({ x: f, y: [1, 2, 1, 2, 1, 2], class: words });
  assert.deepEqual([shapes(axes), classesOf(axes)], [{ data: 2 }, words], "y beside x is a coordinate");
  const likelier = await lay({ f, category: ["p", "q", "p", "q", "p", "q"], target: words });
  assert.deepEqual(classesOf(likelier), words);
  assert.match(likelier.notes.join(), /category \(labels target are used/);
});

test("missing labels are no class; names such as NA are classes, and that is said", async () => {
  const missing = await lay({ f, label: ["cat", null, "dog", "cat", "", "dog"] });
  assert.deepEqual(classesOf(missing), ["cat", null, "dog", "cat", null, "dog"]);
  assert.match(missing.notes.join(), /labels label: 2 of 6 samples have no label/);
  const numbers = await lay({ f, label: [3, Number.NaN, 1, 3, 1, 1] });
  assert.deepEqual(classesOf(numbers), ["3", null, "1", "3", "1", "1"]);
  const named = await lay({ f, label: ["NA", "US", "NA", "US", "FR", "FR"] });
  assert.deepEqual(named.labels?.names, ["FR", "NA", "US"]);
  assert.match(named.notes.join(), /"NA" is taken for the name of a class/);
});

test("several classes in a cell", async () => {
  const genres = await lay({ f, genres: ["Action|Drama", "Drama", "Comedy", "Action|Drama", "Comedy", "Drama"] });
  assert.deepEqual([genres.labels?.kind, genres.labels?.names], ["multi", ["Action", "Comedy", "Drama"]]);
  assert.match(genres.notes.join("\n"), /separated by "\|"/);
  const commas = await lay({ f, label: ["Smith, J", "Doe, A", "Smith, J", "Doe, A", "Roe, B", "Roe, B"] });
  assert.deepEqual(commas.labels?.names, ["Doe, A", "Roe, B", "Smith, J"]);
});

test("ids are texts as written and no features; numbers that are no names stay features", async () => {
  const hashes = await lay({ id: ["10e0", "11e1", "12e2", "13e3", "14e4", "15e5"], f, g });
  assert.deepEqual([hashes.ids?.[3], shapes(hashes)], ["13e3", { data: 2 }]);
  const repeated = await lay({ image_id: [1, 1, 2, 2, 3, 3], img_0: f, img_1: g, txt_0: g, txt_1: f });
  assert.deepEqual([repeated.ids, shapes(repeated)], [undefined, { img: 2, txt: 2 }]);
  assert.match(repeated.notes.join(), /image_id \(ids that repeat\)/);
  assert.deepEqual(shapes(await lay({ Key: f, a: g })), { data: 2 }, "a musical key has fractions");
  assert.deepEqual(shapes(await lay({ dose: [10, 20, 30, 40, 50, 60], a: g })), { data: 2 }, "a dose rises");
  const index = await lay({ "": [0, 1, 2, 3, 4, 5], "Unnamed: 0": [0, 1, 2, 3, 4, 5], f }, {}, { index: [""] });
  assert.deepEqual(shapes(index), { data: 1 });
  const better = await lay(
    { index: [0, 1, 2, 3, 4, 5], sample_id: ["a", "b", "c", "d", "e", "f"], f },
    {},
    { index: ["index"] },
  );
  assert.deepEqual(better.ids, ["a", "b", "c", "d", "e", "f"]);
  await assert.rejects(lay({ f, id: ["a", "a", "b", "c", "d", "e"] }, { ids: "id" }), /hold the same id twice/);
  const none = await lay({ id: ["a", "b", "c", "d", "e", "f"], f }, { ids: "none" });
  assert.equal(none.ids, undefined);
});

test("a column of parts is the split; folds and owners are no features", async () => {
  const split = await lay({ f, set: ["train", "train", "test", "train", "val", "test"], label: words });
  assert.deepEqual(Object.fromEntries(Object.entries(split.splits ?? {}).map(([part, rows]) => [part, [...rows]])), {
    train: [0, 1, 3],
    test: [2, 5],
    val: [4],
  });
  const others = await lay({ f, g, fold: [1, 2, 3, 1, 2, 3], subject: [1, 1, 2, 2, 3, 3], label: words });
  assert.deepEqual(shapes(others), { data: 2 });
  assert.deepEqual([roles(others).fold, roles(others).subject], ["ignored", "ignored"]);
});

test("where several columns could be the labels, the program asks; the choices can be pasted", async () => {
  const open = { f, sex: ["m", "f", "m", "f", "m", "f"], site: ["x", "x", "y", "y", "x", "y"] };
  await assert.rejects(lay(open), (error) => {
    assert.ok(error instanceof AmbiguousDataError && error instanceof UserError);
    assert.deepEqual(
      error.choices.map(({ flags }) => flags),
      ["--labels sex", "--labels site", "--labels none"],
    );
    assert.ok(!error.message.includes("\n"));
    return true;
  });
  assert.deepEqual(classesOf(await lay(open, { labels: "site" })), open.site);
  const none = await lay(open, { labels: "none" });
  assert.equal(none.labels, undefined);
  assert.match(none.notes.join(), /not used: sex, site \(text is no feature\)/);
  const bare = { column0: f, column1: g, column2: [1, 2, 1, 2, 1, 2].concat([1, 2, 1, 2, 1, 2]).slice(0, 6) };
  const long = Object.fromEntries(Object.entries(bare).map(([name, values]) => [name, [...values, ...values]]));
  await assert.rejects(lay(long, {}, { hasHeader: false }), /--labels column2/);
  await assert.rejects(
    lay({ f, coarse_label: ["a", "a", "b", "b", "a", "b"], fine_label: words }),
    /--labels coarse_label/,
  );
});

test("every column is accounted for", async () => {
  const { account } = await lay({
    id: ["a", "b", "c", "d", "e", "f"],
    f1: f,
    f2: g,
    note: ["this is long text", "and more of it", "1 2 3 4 5", "and so on it goes", "x", "y"],
    set: ["train", "test", "train", "test", "train", "test"],
    label: words,
  });
  const named = account.flatMap(({ variable, columns }) => columns ?? [variable]);
  assert.deepEqual(new Set(named), new Set(["id", "f1", "f2", "note", "set", "label"]));
  assert.equal(account.find(({ variable }) => variable === "note")?.role, "ignored");
});

test("values of a view keep their place and their names", async () => {
  const { views } = await lay({ b: f, a: g, label: words });
  assert.deepEqual([...toDense(views[0]!.matrix).data].slice(0, 4), [f[0], g[0], f[1], g[1]]);
  assert.deepEqual(views[0]!.features, ["b", "a"]);
  const unnamed = await lay({ column0: f, column1: g }, {}, { hasHeader: false });
  assert.equal(unnamed.views[0]!.features, undefined);
});
