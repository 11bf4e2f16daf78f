// The three corruptions: how many samples, which views, what values, on dense and sparse views.
import assert from "node:assert/strict";
import { test } from "node:test";
import { corrupt, parseCorruption } from "./corruption.js";
import { MultiViewDataset } from "./dataset.js";
import { dense, type Matrix, type SparseMatrix, toDense } from "./matrix.js";

const samples = 200;
const classes = 4;
const classOf = (row: number) => row % classes;

/** Views a (3 columns, dense), b (2, dense), c (5, sparse): each value tells its row, never 0 where stored. */
function make(views = ["a", "b", "c"]): MultiViewDataset {
  const stored = Float32Array.from({ length: samples * 2 }, (_, i) => 1 + Math.floor(i / 2));
  const sparse: SparseMatrix = {
    kind: "sparse",
    rows: samples,
    columns: 5,
    offsets: Uint32Array.from({ length: samples + 1 }, (_, i) => 2 * i),
    indices: Uint32Array.from({ length: samples * 2 }, (_, i) => (i % 2 === 0 ? 1 : 4)),
    values: stored,
  };
  const full = (columns: number) =>
    dense(
      samples,
      columns,
      Float32Array.from({ length: samples * columns }, (_, i) => 1 + Math.floor(i / columns)),
    );
  const matrices: Record<string, Matrix> = { a: full(3), b: full(2), c: sparse };
  return new MultiViewDataset({
    name: "toy",
    views: views.map((name) => ({ name, matrix: matrices[name]! })),
    labels: {
      kind: "single",
      values: Int32Array.from({ length: samples }, (_, i) => classOf(i)),
      names: ["0", "1", "2", "3"],
    },
  });
}
const row = (matrix: Matrix, i: number) => [
  ...toDense(matrix).data.subarray(i * matrix.columns, (i + 1) * matrix.columns),
];
const changedViews = (before: MultiViewDataset, after: MultiViewDataset, i: number) =>
  before.views.filter((view, v) => row(view.matrix, i).join() !== row(after.views[v]!.matrix, i).join()).length;

test("missing: the share, 1 … V-1 views each, zeros and masks", () => {
  const data = make();
  const corrupted = corrupt(data, { kind: "missing", rate: 0.3 }, 1);
  const lost = Array.from({ length: samples }, (_, i) => changedViews(data, corrupted, i));
  assert.equal(lost.filter((count) => count > 0).length, 60);
  assert.deepEqual([...new Set(lost)].sort(), [0, 1, 2]);
  corrupted.views.forEach((view, v) => {
    assert.equal(view.matrix.kind, data.views[v]!.matrix.kind);
    for (let i = 0; i < samples; i++) {
      if (view.present![i] === 0) assert.ok(row(view.matrix, i).every((value) => value === 0));
      else assert.deepEqual(row(view.matrix, i), row(data.views[v]!.matrix, i));
    }
  });
  assert.equal(data.views[0]!.present, undefined, "the input is left alone");
});

test("missing keeps what was already missing", () => {
  const base = make();
  const present = new Uint8Array(samples).fill(1);
  present[5] = 0;
  const data = new MultiViewDataset({ ...base, views: [{ ...base.views[0]!, present }, base.views[1]!] });
  const corrupted = corrupt(data, { kind: "missing", rate: 0.5 }, 2);
  assert.equal(corrupted.views[0]!.present![5], 0);
  assert.equal(present[6], 1);
});

test("conflict: one view each, from a sample of the next class", () => {
  const data = make();
  const corrupted = corrupt(data, { kind: "conflict", rate: 0.4 }, 3);
  let touched = 0;
  for (let i = 0; i < samples; i++) {
    const views = changedViews(data, corrupted, i);
    assert.ok(views <= 1);
    touched += views;
    data.views.forEach((view, v) => {
      const now = corrupted.views[v]!.matrix;
      const donor = Math.max(...row(now, i)) - 1;
      if (donor === i) return;
      assert.equal(classOf(donor), (classOf(i) + 1) % classes);
      assert.deepEqual(row(now, i), row(view.matrix, donor));
    });
  }
  assert.equal(touched, 80);
  assert.equal(corrupted.views[2]!.matrix.kind, "sparse");
});

test("conflict steps over classes without samples and carries the mask", () => {
  const matrix = dense(2, 1, Float32Array.of(1, 2));
  const data = new MultiViewDataset({
    name: "two",
    views: [{ name: "a", matrix, present: Uint8Array.of(1, 0) }],
    labels: { kind: "single", values: Int32Array.of(0, 3), names: ["0", "1", "2", "3"] },
  });
  const { views } = corrupt(data, { kind: "conflict", rate: 1 }, 0);
  assert.deepEqual([...toDense(views[0]!.matrix).data], [2, 1]);
  assert.deepEqual([...views[0]!.present!], [0, 1]);
});

test("conflict leaves samples without a label as they are", () => {
  const data = make(["a", "b"]);
  const labels = { kind: "single", names: ["0", "1", "2", "3"], values: new Int32Array(samples).fill(-1) } as const;
  for (let i = 0; i < 8; i++) labels.values[i] = classOf(i);
  const corrupted = corrupt(new MultiViewDataset({ ...data, labels }), parseCorruption("conflict=1"), 3);
  const changed = Array.from({ length: samples }, (_, i) =>
    [0, 1].some((v) => row(corrupted.views[v]!.matrix, i)[0] !== 1 + i) ? i : -1,
  ).filter((i) => i >= 0);
  assert.deepEqual(changed, [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("noise: N(0, 0.5²) on every column of 1 … V views", () => {
  const data = make();
  const corrupted = corrupt(data, { kind: "noise", rate: 1 }, 4);
  const differences: number[] = [];
  const counts = new Set<number>();
  for (let i = 0; i < samples; i++) {
    counts.add(changedViews(data, corrupted, i));
    data.views.forEach((view, v) => {
      const [before, after] = [row(view.matrix, i), row(corrupted.views[v]!.matrix, i)];
      const changed = after.map((value, j) => value - before[j]!).filter((each) => each !== 0);
      assert.ok(changed.length === 0 || changed.length === before.length);
      differences.push(...changed);
    });
  }
  assert.deepEqual([...counts].sort(), [1, 2, 3]);
  const mean = differences.reduce((a, b) => a + b) / differences.length;
  const deviation = Math.sqrt(differences.reduce((a, b) => a + b * b, 0) / differences.length);
  assert.ok(Math.abs(mean) < 0.05, `mean ${mean}`);
  assert.ok(Math.abs(deviation - 0.5) < 0.03, `deviation ${deviation}`);
});

test("noise leaves a missing view as it is", () => {
  const base = make(["a"]);
  const data = new MultiViewDataset({ ...base, views: [{ ...base.views[0]!, present: new Uint8Array(samples) }] });
  assert.equal(corrupt(data, { kind: "noise", rate: 1 }, 0).views[0], data.views[0]);
});

for (const kind of ["missing", "conflict", "noise"] as const) {
  test(`${kind}: rate 0 changes nothing; the seed decides`, () => {
    const data = make();
    assert.deepEqual(corrupt(data, { kind, rate: 0 }, 0).views, data.views);
    const bits = (seed: number) =>
      corrupt(data, { kind, rate: 0.5 }, seed).views.map((view) => [...toDense(view.matrix).data]);
    assert.deepEqual(bits(5), bits(5));
    assert.notDeepEqual(bits(5), bits(6));
  });
}

test("what cannot be corrupted", () => {
  assert.throws(() => corrupt(make(["a"]), { kind: "missing", rate: 0.1 }, 0), {
    name: "UserError",
    message: /two views/,
  });
  const unlabeled = new MultiViewDataset({ name: "u", views: make().views });
  assert.throws(() => corrupt(unlabeled, { kind: "conflict", rate: 0.1 }, 0), {
    name: "UserError",
    message: /no labels/,
  });
  assert.throws(() => corrupt(make().select([0, 4]), { kind: "conflict", rate: 1 }, 0), {
    name: "UserError",
    message: /two classes/,
  });
});

test("parseCorruption", () => {
  assert.deepEqual(parseCorruption("missing=0.3"), { kind: "missing", rate: 0.3 });
  assert.deepEqual(parseCorruption(" noise = 1 "), { kind: "noise", rate: 1 });
  for (const bad of ["", "missing", "missing=", "blur=0.1", "noise=1.5", "noise=-0.1", "noise=x", "noise=0.1=2"]) {
    assert.throws(() => parseCorruption(bad), {
      name: "UserError",
      message: /expected one of missing, conflict, noise/,
    });
  }
});
