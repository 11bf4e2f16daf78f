// Roles of named arrays: axes, codes of labels, folds and graphs, parts of a data set, and when the program asks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AmbiguousDataError } from "../../errors.js";
import { numeric, type Variable } from "../formats/variables.js";
import { toDense } from "../matrix.js";
import { type Layout, type LayoutOptions, layout, parseViewSelection } from "./index.js";

function lay(variables: Record<string, Variable>, options: LayoutOptions = {}, format: "matlab5" | "npz" = "npz") {
  const content = { format, path: "f.npz", variables: new Map(Object.entries(variables)), notes: [], close: () => {} };
  return layout(content, options);
}

const n = 6;
/** n × width fractions, other ones for another seed. */
const matrix = (width: number, seed = 1, rows = n): Variable =>
  numeric(
    "double",
    [rows, width],
    "row",
    Float64Array.from({ length: rows * width }, (_, k) => Math.sin((k + 1) * seed) * 5),
  );
const vector = (...values: number[]): Variable => numeric("double", [values.length], "row", Float64Array.from(values));
const whole = (rows: number[][]): Variable =>
  numeric("double", [rows.length, rows[0]!.length], "row", Float64Array.from(rows.flat()));
const cell = (...items: Variable[]): Variable => ({ kind: "cell", shape: [items.length, 1], items });
const text = (...lines: string[]): Variable => ({ kind: "text", lines });
const group = (fields: Record<string, Variable>): Variable => ({
  kind: "struct",
  shape: [1],
  elements: [new Map(Object.entries(fields))],
});
const y = vector(0, 1, 2, 0, 1, 2);
const hot = (low: number, high: number) =>
  whole([0, 1, 2, 0, 1, 2].map((c) => [0, 1, 2].map((j) => (j === c ? high : low))));
const shapes = ({ views }: Layout) => Object.fromEntries(views.map(({ name, matrix: { columns } }) => [name, columns]));
const classesOf = ({ labels }: Layout) => labels?.kind === "single" && [...labels.values];

test("arrays of more axes give every value once, in one order from either storage order and either end", async () => {
  const shape = [n, 2, 3];
  const value = (i: number, a: number, b: number) => i * 100 + a * 10 + b;
  const fill = (axes: number[], order: "row" | "column", at: (place: number[]) => number) => {
    const count = axes.reduce((product, length) => product * length, 1);
    const data = Float64Array.from({ length: count }, (_, k) => {
      const place = axes.map(() => 0);
      let rest = k;
      const fastest = order === "row" ? axes.map((_, axis) => axis).reverse() : axes.map((_, axis) => axis);
      for (const axis of fastest) {
        place[axis] = rest % axes[axis]!;
        rest = Math.floor(rest / axes[axis]!);
      }
      return at(place);
    });
    return numeric("double", axes, order, data);
  };
  const first = ([i, a, b]: number[]) => value(i!, a!, b!);
  const last = ([a, b, i]: number[]) => value(i!, a!, b!);
  const expected = Array.from({ length: n }, (_, i) => [0, 1, 2, 10, 11, 12].map((rest) => i * 100 + rest)).flat();
  const inputs = [
    fill(shape, "row", first),
    fill(shape, "column", first),
    fill([2, 3, n], "row", last),
    fill([2, 3, n], "column", last),
    fill([n, 2, 3, 1], "column", first),
    fill([1, n, 2, 3], "row", ([, i, a, b]) => value(i!, a!, b!)),
  ];
  for (const X1 of inputs) {
    const { views } = await lay({ X1, X2: matrix(4), y });
    assert.deepEqual([...toDense(views[0]!.matrix).data], expected, `${X1.order} ${X1.shape.join("×")}`);
  }
});

test("labels in any code of two values, both ways round, and never as a view beside others", async () => {
  for (const Y of [hot(0, 1), hot(-1, 1), hot(0, 255)]) {
    assert.deepEqual(classesOf(await lay({ X1: matrix(4), X2: matrix(5, 2), Y })), [0, 1, 2, 0, 1, 2]);
  }
  const turned = whole([0, 1, 2].map((c) => [0, 1, 2, 0, 1, 2].map((own) => (own === c ? 1 : 0))));
  assert.deepEqual(
    classesOf(await lay({ X1: matrix(3), X2: matrix(3, 2), Y: turned })),
    [0, 1, 2, 0, 1, 2],
    "as wide as there are classes",
  );
  const twice = await lay({ X1: matrix(4), X2: matrix(5, 2), y, Y: hot(-1, 1), Z: hot(0, 1) });
  assert.deepEqual(shapes(twice), { X1: 4, X2: 5 });
  assert.match(twice.notes.join(), /Z \(it repeats the labels y\)/);
  const crossModal = await lay({ I_tr: matrix(4), T_tr: matrix(5, 2), L_tr: hot(0, 1) });
  assert.deepEqual([shapes(crossModal), classesOf(crossModal)], [{ I_tr: 4, T_tr: 5 }, [0, 1, 2, 0, 1, 2]]);
  const views = await lay({
    tags: whole([
      [1, 0, 1],
      [0, 1, 1],
      [1, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ]),
    X: matrix(4),
    y,
  });
  assert.deepEqual(shapes(views), { tags: 3, X: 4 }, "binary views beside labels stay views");
  const pair = await lay({ X: matrix(4), Y: matrix(5, 2) });
  assert.deepEqual(shapes(pair), { X: 4, Y: 5 }, "Y with fractions is the second view");
});

test("a matrix of several whole labels is asked about, and one of its columns can be named", async () => {
  const Y = whole([
    [0, 0],
    [0, 1],
    [1, 2],
    [1, 3],
    [0, 0],
    [1, 2],
  ]);
  await assert.rejects(lay({ X1: matrix(4), X2: matrix(5, 2), Y }), (error) => {
    assert.ok(error instanceof AmbiguousDataError);
    assert.match(error.message, /--labels "Y\[:,0\]" .* or --labels "Y\[:,1\]"/);
    return true;
  });
  const fine = await lay({ X1: matrix(4), X2: matrix(5, 2), Y }, { labels: "Y[:,1]" });
  assert.deepEqual([shapes(fine), classesOf(fine)], [{ X1: 4, X2: 5 }, [0, 1, 2, 3, 0, 2]]);
  await assert.rejects(
    lay({ X1: matrix(4), Y }, { labels: "Y[:,2]" }),
    /Y has no column 2; it is 6×2 double, columns 0 to 1/,
  );
});

test("folds, masks, lists of rows, graphs and what is of other lengths are no views, and that is said", async () => {
  const mask = whole([
    [1, 1],
    [1, 0],
    [0, 1],
    [1, 1],
    [1, 0],
    [1, 1],
  ]);
  const W = whole(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Math.abs(i - j) / 2)));
  const { notes, ...rest } = await lay({
    X1: matrix(4),
    X2: matrix(5, 2),
    folds: cell(mask, mask),
    mask,
    trainIdx: vector(1, 2, 3, 4),
    testIdx: vector(5, 6),
    projection: matrix(4, 3, 9),
    W,
    gt: y,
  });
  assert.deepEqual(shapes({ notes, ...rest }), { X1: 4, X2: 5 });
  const reported = notes.join("\n");
  for (const name of ["folds", "mask", "projection", "W"]) assert.match(reported, new RegExp(`\\b${name}\\b`));
  assert.deepEqual([...rest.splits!.train!], [0, 1, 2, 3]);
  assert.deepEqual([...rest.splits!.test!], [4, 5], "one list holds the number of samples, so they count from 1");
});

test("numbered and other matrices together, a view of one column among them", async () => {
  const layoutOf = await lay({
    X10: matrix(2),
    X2: matrix(5, 2),
    X3: vector(0.5, 1.5, 2.5, 3.5, 4.5, 5.5),
    text: matrix(7, 3),
    y,
  });
  assert.deepEqual(Object.entries(shapes(layoutOf)), [
    ["X2", 5],
    ["X3", 1],
    ["X10", 2],
    ["text", 7],
  ]);
  assert.deepEqual(
    shapes(await lay({ vgg16: matrix(3), vgg19: matrix(4, 2), resnet50: matrix(5, 3), gist: matrix(6, 4), y })),
    {
      vgg16: 3,
      vgg19: 4,
      resnet50: 5,
      gist: 6,
    },
  );
});

test("training and test samples come one after the other with their splits", async () => {
  const parts = {
    train: group({ X1: matrix(3), X2: matrix(4, 2), y }),
    test: group({ X1: matrix(3, 5, 3), X2: matrix(4, 6, 3), y: vector(2, 1, 0) }),
  };
  const named = {
    X1_train: matrix(3),
    X2_train: matrix(4, 2),
    y_train: y,
    X1_test: matrix(3, 5, 3),
    X2_test: matrix(4, 6, 3),
    y_test: vector(2, 1, 0),
  };
  for (const variables of [parts, named]) {
    const joined = await lay(variables);
    assert.deepEqual(shapes(joined), { X1: 3, X2: 4 });
    assert.equal(joined.views[0]!.matrix.rows, 9);
    assert.deepEqual(classesOf(joined), [0, 1, 2, 0, 1, 2, 2, 1, 0]);
    assert.deepEqual([...joined.splits!.test!], [6, 7, 8]);
  }
  await assert.rejects(lay({ ...named, X2_test: matrix(5, 6, 3) }), /view "X2" has 4 columns in train and 5 in test/);
  const { X2_test: _, ...lacking } = named;
  await assert.rejects(lay(lacking), /do not have the same views: train has X1, X2, test has X1/);
  const raw = await lay(named, { views: parseViewSelection("a=X1_train,b=X2_train"), labels: "y_train" });
  assert.deepEqual(
    [shapes(raw), raw.views[0]!.matrix.rows],
    [{ a: 3, b: 4 }, 6],
    "who names variables takes them as they stand",
  );
});

test("a list of texts or of whole numbers that could be the labels is used or asked about", async () => {
  const X = { X1: matrix(3), X2: matrix(4, 2) };
  const species = text("a", "b", "a", "b", "c", "c");
  assert.deepEqual((await lay({ ...X, species })).labels?.names, ["a", "b", "c"]);
  await assert.rejects(lay({ ...X, site: vector(1, 2, 1, 2, 1, 2) }), /--labels site .* or --labels none/);
  assert.equal((await lay({ ...X, site: vector(1, 2, 1, 2, 1, 2) }, { labels: "none" })).labels, undefined);
  await assert.rejects(
    lay({ A: cell(matrix(3), matrix(4)), B: cell(matrix(5), matrix(6)), y }),
    /A and B could each be the views/,
  );
});

test("names of rows and columns that the file gives are ids and feature names", async () => {
  const names = { rows: ["p", "q", "r", "s", "t", "u"], columns: ["g1", "g2", "g3"] };
  const { views, ids } = await lay({ X: { ...(matrix(3) as Extract<Variable, { kind: "numeric" }>), names }, y });
  assert.deepEqual([views[0]!.features, ids], [names.columns, names.rows]);
});

test("differences that float32 cannot hold are said", async () => {
  const ts = numeric(
    "double",
    [n, 2],
    "row",
    Float64Array.from({ length: n * 2 }, (_, k) => (k % 2 === 0 ? 1.7e9 + k * 5 : k)),
  );
  assert.match((await lay({ X1: ts, y })).notes.join(), /most values of column 0 are one and the same as float32/);
  assert.ok(!(await lay({ X1: matrix(4), y })).notes.join().includes("float32"));
});
