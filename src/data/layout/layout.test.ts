// Tests of working out views and labels: every layout, both orientations, selection by hand, and what is refused.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { UserError } from "../../errors.js";
import { readVariables } from "../formats/index.js";
import { array, encodeMatlab5, type MatlabValue } from "../formats/matlab/matlab5.testing.js";
import { readContent, testFolder } from "../formats/readers.testing.js";
import { numeric, type Variable } from "../formats/variables.js";
import type { SparseMatrix } from "../matrix.js";
import { toDense } from "../matrix.js";
import { type Layout, type LayoutOptions, layout, parseViewSelection } from "./index.js";

const folder = testFolder();
const shared = join(fileURLToPath(import.meta.url), "../../../../../shared/data");

/** Lays out in-memory variables. */
function lay(
  variables: Record<string, Variable>,
  options?: LayoutOptions,
  format: "matlab5" | "csv" = "matlab5",
): Promise<Layout> {
  return layout(
    { format, path: "file.mat", variables: new Map(Object.entries(variables)), notes: [], close: () => {} },
    options,
  );
}

async function layMatlab(variables: Record<string, MatlabValue>, options?: LayoutOptions): Promise<Layout> {
  return layout(await readContent(folder, "x.mat", encodeMatlab5(variables)), options);
}

async function layText(text: string, options?: LayoutOptions): Promise<Layout> {
  return layout(await readContent(folder, "t.csv", text), options);
}

/** A row-major array of doubles. */
const rows = (...values: number[][]) =>
  numeric("double", [values.length, values[0]!.length], "row", Float64Array.from(values.flat()));
/** The same values as MATLAB stores them. */
const columns = (...values: number[][]) => {
  const [n, d] = [values.length, values[0]!.length];
  return numeric(
    "double",
    [n, d],
    "column",
    Float64Array.from({ length: n * d }, (_, k) => values[k % n]![Math.floor(k / n)]!),
  );
};
const vector = (...values: number[]) => numeric("double", [values.length, 1], "column", Float64Array.from(values));
const text = (...lines: string[]): Variable => ({ kind: "text", lines });
const cell = (...items: Variable[]): Variable => ({ kind: "cell", shape: [items.length, 1], items });

const a = [
  [1, 2],
  [3, 4],
  [5, 6],
  [7, 8],
];
const b = [
  [1, 0, 9],
  [0, 2, 9],
  [3, 0, 8],
  [0, 0, 7],
];
const transposed = (values: number[][]) => values[0]!.map((_, j) => values.map((row) => row[j]!));
const dataOf = ({ views }: Layout) => views.map(({ matrix }) => [...toDense(matrix).data]);
const namesOf = ({ views }: Layout) => views.map(({ name }) => name);
const classesOf = ({ labels }: Layout) => labels?.kind === "single" && [...labels.values];

const expected = [a.flat(), b.flat()];

test("a cell of views, numbered matrices, named matrices, structs", async () => {
  const y = vector(5, -2, 5, 7);
  const layouts: [Record<string, Variable>, string[]][] = [
    [{ X: cell(columns(...a), columns(...b)), Y: y }, ["0", "1"]],
    [{ fea: cell(cell(rows(...a)), cell(rows(...b))), gnd: y, W: rows(...a) }, ["0", "1"]],
    [{ X2: columns(...b), X1: columns(...a), gt: y }, ["X1", "X2"]],
    [{ image: rows(...a), text: columns(...b), truth: y, k: vector(3) }, ["image", "text"]],
    [
      {
        data: {
          kind: "struct",
          shape: [1, 1],
          elements: [
            new Map<string, Variable>([
              ["X", cell(rows(...a), rows(...b))],
              ["y", y],
            ]),
          ],
        },
      },
      ["0", "1"],
    ],
    [
      {
        views: {
          kind: "struct",
          shape: [1, 2],
          elements: [new Map([["fea", rows(...a)]]), new Map([["fea", rows(...b)]])],
        },
        label: y,
      },
      ["0", "1"],
    ],
  ];
  for (const [variables, names] of layouts) {
    const result = await lay(variables);
    assert.deepEqual(dataOf(result), expected, Object.keys(variables).join());
    assert.deepEqual(namesOf(result), names);
    assert.deepEqual(classesOf(result), [1, 0, 1, 2]);
    assert.deepEqual(result.labels?.names, ["-2", "5", "7"]);
  }
});

test("samples along columns are turned, dense and sparse, by the length of the labels", async () => {
  const y = numeric("uint8", [1, 4], "column", Uint8Array.of(1, 2, 1, 2));
  const turned = await lay({ X: cell(columns(...transposed(a)), rows(...transposed(b))), y });
  assert.deepEqual(dataOf(turned), expected);
  assert.deepEqual(
    turned.notes,
    [0, 1].map((i) => `view "${i}" is stored as features × samples; it is turned`),
  );
  const mixed = await lay({ X: cell(columns(...transposed(a)), columns(...b)), y });
  assert.deepEqual(dataOf(mixed), expected);
  // b's columns hold rows 0 2 | 1 | 0 1 2 3
  const sparse: MatlabValue = {
    kind: "sparse",
    shape: [4, 3],
    offsets: [0, 2, 3, 7],
    rows: [0, 2, 1, 0, 1, 2, 3],
    values: [1, 3, 2, 9, 9, 8, 7],
  };
  const labels = array([4, 1], [1, 2, 1, 2]);
  const upright = (await layMatlab({ X: { kind: "cell", shape: [1, 1], items: [sparse] }, labels })).views[0]!
    .matrix as SparseMatrix;
  assert.equal(upright.kind, "sparse");
  assert.deepEqual(
    [[...upright.offsets], [...upright.indices], [...upright.values]],
    [
      [0, 2, 4, 6, 7],
      [0, 2, 1, 2, 0, 2, 2],
      [1, 9, 2, 9, 3, 8, 7],
    ],
  );
  const lying = (await layMatlab({ X: sparse, labels: array([3, 1], [1, 2, 1]) })).views[0]!.matrix;
  assert.equal(lying.kind, "sparse");
  assert.deepEqual([...toDense(lying).data], transposed(b).flat());
});

test("without labels the length that all views share decides", async () => {
  const shared = await lay({ X: cell(columns(...transposed(a)), columns(...b)) });
  assert.deepEqual(dataOf(shared), expected);
  assert.equal(shared.labels, undefined);
  assert.match(shared.notes.join(), /no labels were found/);
  const alone = await lay({ X: columns(...b) });
  assert.deepEqual(dataOf(alone), [b.flat()]);
  assert.match(alone.notes[0]!, /without labels nothing says which side/);
  await assert.rejects(
    lay({ X1: columns(...a), X2: columns([1, 2, 3], [4, 5, 6], [7, 8, 9]) }),
    /the views differ in length: X1 4×2, X2 3×3/,
  );
});

test("a square view goes the way of the others", async () => {
  const square = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10, 11, 12],
    [13, 14, 15, 16],
  ];
  const y = vector(0, 1, 0, 1);
  const upright = await lay({ X: cell(columns(...square), columns(...a)), y });
  assert.deepEqual(dataOf(upright)[0], square.flat());
  assert.match(upright.notes[0]!, /view "0" is square: its rows are taken as samples/);
  const lying = await lay({ X: cell(columns(...square), columns(...transposed(a))), y });
  assert.deepEqual(dataOf(lying)[0], transposed(square).flat());
});

test("labels: strings, one-hot, multi-hot, sparse, per view, with class names", async () => {
  const X = cell(rows(...a), rows(...b));
  const names = await lay({ X, y: cell(text("dog"), text("ant"), text("dog"), text("cat")) });
  assert.deepEqual(
    [classesOf(names), names.labels?.names],
    [
      [2, 0, 2, 1],
      ["ant", "cat", "dog"],
    ],
  );
  const oneHot = await lay({ X, Y: columns([0, 1], [1, 0], [0, 1], [0, 1]) });
  assert.deepEqual(
    [classesOf(oneHot), oneHot.labels?.names],
    [
      [1, 0, 1, 1],
      ["0", "1"],
    ],
  );
  const lyingOneHot = await lay({ X, Y: columns([0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1]) });
  assert.deepEqual(classesOf(lyingOneHot), [1, 0, 2, 2]);
  const multi = await lay({
    X,
    labels: rows([1, 1, 0], [0, 0, 0], [0, 1, 0], [1, 0, 1]),
    label_names: cell(text("sea"), text("sky"), text("sun")),
  });
  assert.deepEqual(multi.labels, {
    kind: "multi",
    matrix: Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1),
    names: ["sea", "sky", "sun"],
  });
  assert.match(multi.notes.join("\n"), /1 samples have no label\nclass names come from label_names/);
  const codes = await lay({ X, y: vector(3, 1, 3, 1), class_meaning: cell(text("p"), text("q"), text("r")) });
  assert.deepEqual(codes.labels?.names, ["p", "r"]);
  const perView = await lay({ X, Y: cell(vector(1, 2, 1, 2), vector(1, 2, 2, 2)) });
  assert.deepEqual(classesOf(perView), [0, 1, 0, 1]);
  assert.match(perView.notes.join(), /labels Y\{1\} and Y\{2\} differ; the first are used/);
});

test("several label variables: the likeliest is used, and a note says where they differ", async () => {
  const X = cell(rows(...a), rows(...b));
  const { labels, notes } = await lay({ X, gt: vector(1, 1, 2, 2), y: vector(1, 2, 2, 2), label: vector(1, 2, 2, 2) });
  assert.deepEqual(labels?.kind === "single" && [...labels.values], [0, 1, 1, 1]);
  assert.deepEqual(
    notes.filter((note) => note.startsWith("labels")),
    ["labels y are used; gt differ in 1 of 4 samples (choose with --labels gt)"],
  );
  // one that does not fit is passed over
  assert.deepEqual(classesOf(await lay({ X, y: vector(1, 2, 3), gt: vector(1, 1, 2, 2) })), [0, 0, 1, 1]);
});

test("names of views and ids from the file", async () => {
  const { views, ids, notes } = await lay({
    X: cell(rows(...a), rows(...b)),
    y: vector(1, 2, 1, 2),
    view_names: cell(text("image"), text("words")),
    filenames: text("x"),
    ids: text("p", "q", "r", "s"),
  });
  assert.deepEqual(
    views.map(({ name }) => name),
    ["image", "words"],
  );
  assert.deepEqual(ids, ["p", "q", "r", "s"]);
  assert.match(notes.join(), /view names come from view_names: image is X\{1\} \(4×2\), words is X\{2\} \(4×3\)/);
});

test("selecting views and labels by hand", async () => {
  const X = cell(rows(...a), rows(...b));
  const variables = {
    X,
    other: rows(...b),
    s: { kind: "struct", shape: [1, 1], elements: [new Map([["f", rows(...a)]])] },
    y: vector(1, 2, 1, 2),
    z: vector(9, 9, 8, 8),
  } as const;
  const select = (views: string, labels?: string) =>
    lay(variables, { views: parseViewSelection(views), ...(labels && { labels }) });
  const byNumber = await select("text=1, image=0");
  assert.deepEqual(namesOf(byNumber), ["text", "image"]);
  assert.deepEqual(dataOf(byNumber), [b.flat(), a.flat()]);
  assert.deepEqual(dataOf(await select("p=X{2},q=X[0],r=other,t=s.f")), [b.flat(), a.flat(), b.flat(), a.flat()]);
  assert.deepEqual(classesOf(await select("p=other", "z")), [1, 1, 0, 0]);
  const refused: [string, string | undefined, RegExp][] = [
    ["p=5", undefined, /there is no view number 5; the views found are 0=X\{1\}, 1=X\{2\}/],
    ["p=Q", undefined, /there is no variable Q; it holds X \(2×1 cell\), other \(4×3 double\)/],
    ["p=X{3}", undefined, /X\{3\} is not there; X\{1\} to X\{2\} are/],
    ["p=X{0}", undefined, /X\{0\} is not there/],
    ["p=X", undefined, /X cannot be a view: it is a cell of 2, expected a matrix; name one of its items, as in X\{1\}/],
    ["p=s.g", undefined, /s has no field g; its fields are f/],
    ["p=other.f", undefined, /other has no field f; it is 4×3 double/],
    ["p=X(1)", undefined, /X\(1\) cannot be understood after X/],
    ["p=other", "nope", /there is no variable nope/],
    ["p=other", "s", /labels s are struct, expected whole numbers/],
  ];
  for (const [views, labels, pattern] of refused) await assert.rejects(select(views, labels), pattern);
});

test("the syntax of a selection", () => {
  assert.deepEqual(parseViewSelection("image=0, text = X{2}"), [
    { name: "image", variable: "0" },
    { name: "text", variable: "X{2}" },
  ]);
  assert.throws(() => parseViewSelection("image"), /"image" is not NAME=VARIABLE/);
  assert.throws(() => parseViewSelection("a=1,"), UserError);
  assert.throws(() => parseViewSelection("=1"), UserError);
  assert.throws(() => parseViewSelection("a=1,a=2"), /two views are named "a"/);
});

test("bad data is refused in one line", async () => {
  const X = cell(rows(...a), rows(...b));
  const y = vector(1, 2, 1, 2);
  const withNaN = rows([1, Number.NaN], [3, 4], [5, Number.POSITIVE_INFINITY], [7, 8]);
  const cases: [Record<string, Variable>, RegExp][] = [
    [{ X, y: vector(1, 2.5, 1, 2) }, /labels y hold 2\.5 for sample 1 \(counting from 0\), expected whole numbers/],
    [{ X, y: vector(1, 2, 1) }, /X\{2\} is 4×3|X\{1\} is 4×2, but the labels y are for 3 samples/],
    [{ X, y: vector(4, 4, 4, 4) }, /labels y are all "4"; at least two classes/],
    [
      { X: cell(rows(...a), rows(...b.slice(1))), y },
      /X\{2\} is 3×3, but the labels y are for 4 samples; expected one side of that length/,
    ],
    [
      { X: cell(rows(...a), numeric("double", [4, 0], "column", new Float64Array(0))), y },
      /view "1" \(X\{2\}\) is empty \(4 samples × 0 columns\)/,
    ],
    [
      { X: cell(withNaN, rows(...b)), y },
      /view "0" \(X\{1\}\) holds NaN at row 0, column 1 \(counting from 0\), 2 such values in all/,
    ],
    [
      { X: cell(rows([1e39, 1], [2, 3], [4, 5], [6, 7])), y },
      /view "X" holds infinity or a number beyond float32 at row 0, column 0 \(counting from 0\);/,
    ],
    [{ X: { kind: "skipped", reason: "a 2×2 complex array" }, y }, /no views were found; X is a 2×2 complex array/],
    [{ y }, /no views were found; it holds y \(4×1 double\)/],
    [{ train: cell(rows(...a)), test: cell(rows(...b)) }, /view "data" has 2 columns in train and 3 in test/],
  ];
  for (const [variables, pattern] of cases) {
    await assert.rejects(lay(variables), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, pattern);
      assert.ok(error.message.startsWith("file.mat: ") && !error.message.includes("\n"), error.message);
      return true;
    });
  }
});

test("rows of nothing but NaN are samples without that view; constant columns are noted", async () => {
  const nan = Number.NaN;
  const { views, notes } = await lay({
    X: cell(rows([1, 2], [nan, nan], [1, 3], [1, 4]), rows(...b)),
    y: vector(1, 2, 1, 2),
  });
  assert.deepEqual(views[0]!.present, Uint8Array.of(1, 0, 1, 1));
  assert.equal(views[1]!.present, undefined);
  assert.deepEqual([...toDense(views[0]!.matrix).data], [1, 2, 0, 0, 1, 3, 1, 4]);
  assert.deepEqual(notes, ['view "0": 1 of 4 samples are all NaN; they count as missing in this view']);
});

test("tables: groups of columns, labels by name, by choice and by content, ids", async () => {
  const grouped = await layText("id,img1,img2,txt1,txt2,label\np,1,2,5,6,cat\nq,3,4,7,8,dog\n");
  assert.deepEqual(namesOf(grouped), ["img", "txt"]);
  assert.deepEqual(dataOf(grouped), [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
  assert.deepEqual(
    [grouped.labels?.names, grouped.ids],
    [
      ["cat", "dog"],
      ["p", "q"],
    ],
  );
  const mixed = await layText("age,img1,img2,kind\n1,2,3,0\n4,5,6,1\n");
  assert.deepEqual([namesOf(mixed), dataOf(mixed)], [["data"], [[1, 2, 3, 0, 4, 5, 6, 1]]]);
  const chosen = await layText("age,img1,img2,kind\n1,2,3,0\n4,5,6,1\n", { labels: "kind" });
  assert.deepEqual([dataOf(chosen), classesOf(chosen)], [[[1, 2, 3, 4, 5, 6]], [0, 1]]);
  const picked = await layText("age,img1,img2,kind\n1,2,3,0\n4,5,6,1\n", {
    labels: "kind",
    views: parseViewSelection("a=age,b=img2"),
  });
  assert.deepEqual(dataOf(picked), [
    [1, 4],
    [3, 6],
  ]);
  const content = await layText("5.1,3.5,setosa\n4.9,3,setosa\n6,2,virginica\n");
  assert.deepEqual(
    [classesOf(content), content.labels?.names],
    [
      [0, 0, 1],
      ["setosa", "virginica"],
    ],
  );
  assert.match(content.notes[0]!, /column "column2" is taken for the labels/);
  await assert.rejects(layText("a,b\n1,2\n3,\n", {}), /holds NaN at row 1, column 1/);
  await assert.rejects(layText("a,b\n1,2\n3,4\n", { labels: "c" }), /there is no column "c"; its columns are a, b/);
});

async function layFile(path: string, options?: LayoutOptions): Promise<Layout> {
  const content = await readVariables(path);
  try {
    return await layout(content, options);
  } finally {
    content.close();
  }
}

const files: [string, number, number, number[]][] = [
  ["Handwritten.mat", 2000, 10, [216, 76, 64, 6, 240, 47]],
  ["Digits-2V.mat", 2000, 10, [240, 76]],
  ["MSRC-v5.mat", 210, 7, [24, 576, 512, 256, 254]],
  ["BBCSport.mat", 544, 5, [3183, 3203]],
  ["Reuters-1200.mat", 1200, 6, [2000, 2000, 2000, 2000, 2000]],
  ["MNIST-4.mat", 4000, 4, [30, 9, 30]],
  ["Wikipedia.mat", 2866, 10, [128, 10]],
  ["Wikipedia-test.mat", 693, 10, [128, 10]],
];

for (const [name, samples, classes, dimensions] of files) {
  const path = join(shared, name);
  test(`${name} loads`, { skip: !existsSync(path) }, async () => {
    const { views, labels } = await layFile(path);
    assert.deepEqual(
      views.map(({ matrix }) => matrix.columns),
      dimensions,
    );
    for (const { matrix } of views) assert.equal(matrix.rows, samples);
    assert.equal(labels?.names.length, classes);
  });
}

test("Wikipedia.mat: test rows, class names, and views named by hand", { skip: !existsSync(shared) }, async () => {
  const whole = await layFile(join(shared, "Wikipedia.mat"), { views: parseViewSelection("image=0,text=1") });
  const part = await layFile(join(shared, "Wikipedia-test.mat"));
  assert.deepEqual(namesOf(whole), ["image", "text"]);
  for (const v of [0, 1]) {
    assert.deepEqual(
      toDense(whole.views[v]!.matrix).data.slice(-693 * part.views[v]!.matrix.columns),
      toDense(part.views[v]!.matrix).data,
    );
  }
  assert.deepEqual(whole.labels?.names.slice(0, 3), ["art", "biology", "geography"]);
  const named = await layFile(join(shared, "Wikipedia.mat"));
  assert.match(
    named.notes.join(),
    /view names come from view_meaning: word is X\{1\} \(2866×128\), SIFT is X\{2\} \(2866×10\)/,
  );
});
