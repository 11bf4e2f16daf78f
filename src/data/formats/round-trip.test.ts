// What is written in any format and dialect comes back equal, or is refused: never different. VANTAGE_FUZZ sets how many are tried.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { UserError } from "../../errors.js";
import { loadDataset, type MultiViewDataset } from "../../index.js";
import { toDense } from "../matrix.js";
import { writeNpz, writeParquet } from "./index.js";
import { testFolder } from "./readers.testing.js";
import {
  csvDialects,
  type Kept,
  parquetColumns,
  plainCsv,
  type SampleSet,
  sampleSets,
  type Written,
  writeArff,
  writeCsv,
  writeJsonLines,
  writeMatlab,
} from "./round-trip.testing.js";

const folder = testFolder();
const requested = Number(process.env.VANTAGE_FUZZ ?? 600);
const seed = Number(process.env.VANTAGE_FUZZ_SEED ?? 1);

/** What comes back of a file: the data set, or undefined where it is refused. */
async function load(name: string, bytes: Uint8Array): Promise<MultiViewDataset | undefined> {
  const path = join(folder, name);
  rmSync(path, { force: true });
  writeFileSync(path, bytes);
  try {
    return await loadDataset(path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    assert.doesNotMatch(error.message, /\n/);
    return undefined;
  }
}

/** How a data set differs from what was written; undefined where it does not. */
function difference(set: SampleSet, data: MultiViewDataset, kept: Kept): string | undefined {
  const samples = set.ids.length;
  if (data.samples !== samples) return `${data.samples} samples instead of ${samples}`;
  const named = data.labels && classNames(data.labels);
  const labels = JSON.stringify(set.labels);
  if (JSON.stringify(named) !== labels) return `labels ${JSON.stringify(named)} instead of ${labels}`;
  const ids = kept.ids ? JSON.stringify(set.ids) : undefined;
  if (JSON.stringify(data.ids) !== ids) return `ids ${JSON.stringify(data.ids)} instead of ${ids}`;
  const wanted = kept.views ? set.views : [joined(set)];
  const got = data.views.map(({ matrix, features, present }) => {
    const { columns, data } = toDense(matrix);
    const values = data.map((value, e) => (present?.[Math.floor(e / columns)] === 0 ? Number.NaN : value));
    return { columns, values, features };
  });
  const found = kept.views ? got : [{ ...joinedViews(got, samples), features: undefined }];
  if (found.length !== wanted.length) return `${found.length} views instead of ${wanted.length}`;
  for (const view of wanted) {
    const values = Float32Array.from(view.rows.flat());
    const same = found.find((each) => each.columns === view.features.length && sameNumbers(each.values, values));
    if (!same) return `no view of the values ${values}: ${found.map((each) => each.values).join(" and ")}`;
    if (kept.features && JSON.stringify(same.features) !== JSON.stringify(view.features)) {
      return `features ${same.features} instead of ${view.features}`;
    }
  }
  return undefined;
}

function classNames(labels: NonNullable<MultiViewDataset["labels"]>): (string | null)[] | string {
  if (labels.kind === "multi") return "several a sample";
  return Array.from(labels.values, (value) => labels.names[value] ?? null);
}

const sameNumbers = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => Object.is(value + 0, b[i]! + 0));

/** All columns as one view: what is known of a table without names. */
const joined = ({ views, ids }: SampleSet) => ({
  features: views.flatMap(({ features }) => features),
  rows: ids.map((_, i) => views.flatMap(({ rows }) => rows[i]!)),
});

function joinedViews(views: readonly { columns: number; values: Float32Array }[], samples: number) {
  const rows = Array.from({ length: samples }, (_, i) =>
    views.flatMap(({ columns, values }) => [...values.subarray(i * columns, (i + 1) * columns)]),
  );
  return { columns: rows[0]!.length, values: Float32Array.from(rows.flat()) };
}

/** Nothing may come back different, and the plainest data must come back. */
function roundTrip(
  name: string,
  write: fc.Arbitrary<(set: SampleSet) => Written>,
  plain: (set: SampleSet) => Written,
  share = 0.2,
) {
  test(`${name}: plain data come back`, async () => {
    const runs = { numRuns: 10, seed, includeErrorInReport: true };
    await fc.assert(
      fc.asyncProperty(sampleSets({ plain: true }), async (set) => {
        const { bytes, kept } = plain(set);
        const data = await loadDataset(writtenTo(name, bytes));
        assert.equal(difference(set, data, kept), undefined);
      }),
      runs,
    );
  });
  test(`${name}: what comes back is equal`, async () => {
    let refused = 0;
    const runs = Math.max(1, Math.round(requested * share));
    await fc.assert(
      fc.asyncProperty(sampleSets(), write, async (set, writer) => {
        const { bytes, kept, how } = writer(set);
        const data = await load(name, bytes);
        if (!data) refused++;
        else assert.equal(difference(set, data, kept), undefined, how);
      }),
      { numRuns: runs, seed, includeErrorInReport: true },
    );
    console.log(`${name}: ${runs} files (seed ${seed}), ${refused} refused`);
  });
}

function writtenTo(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  rmSync(path, { force: true });
  writeFileSync(path, bytes);
  return path;
}

/** What a writer leaves in a file, as bytes. */
function fileBytes(name: string, write: (path: string) => void): Uint8Array {
  const path = join(folder, name);
  rmSync(path, { force: true });
  write(path);
  return readFileSync(path);
}

roundTrip(
  "table.csv",
  csvDialects.map((dialect) => (set) => writeCsv(set, dialect)),
  (set) => writeCsv(set, plainCsv),
);

roundTrip(
  "lines.jsonl",
  fc.boolean().map((lists) => (set) => writeJsonLines(set, lists)),
  (set) => writeJsonLines(set, false),
);

roundTrip("table.arff", fc.constant(writeArff), writeArff);

const parquet = (lists: boolean) => (set: SampleSet) => {
  const { columns, kept } = parquetColumns(set, lists);
  return {
    bytes: fileBytes("p.parquet", (path) => writeParquet(path, columns)),
    kept,
    how: lists ? "lists" : "columns",
  };
};
// each file takes a process
roundTrip("table.parquet", fc.boolean().map(parquet), parquet(false), 0.05);

roundTrip(
  "cells.mat",
  fc.tuple(fc.boolean(), fc.boolean()).map(
    ([cells, compressed]) =>
      (set) =>
        writeMatlab(set, cells, compressed),
  ),
  (set) => writeMatlab(set, false, false),
);

/** Numbers alone: labels are the numbers of the classes, and there are no ids. */
test("arrays.npz: what comes back is equal", async () => {
  let refused = 0;
  const runs = Math.max(1, Math.round(requested * 0.2));
  const first = fc.constantFrom(0, 1, 5);
  const name = fc.constantFrom(["x1", "x2"], ["a", "b"], ["image", "text"]);
  await fc.assert(
    fc.asyncProperty(sampleSets(), first, name, async (set, offset, names) => {
      const classes = [...new Set(set.labels)];
      const numbers = set.labels.map((label) => String(offset + classes.indexOf(label)));
      const arrays = set.views.map(({ rows, features }, v) => {
        const data = Float32Array.from(rows.flat());
        return [names[v]!, { data, shape: [rows.length, features.length] }] as const;
      });
      const labels = { data: Int32Array.from(numbers, Number), shape: [numbers.length] };
      const bytes = fileBytes("w.npz", (path) => writeNpz(path, { ...Object.fromEntries(arrays), labels }));
      const data = await load("arrays.npz", bytes);
      const kept = { features: false, views: true, ids: false };
      if (data) assert.equal(difference({ ...set, labels: numbers }, data, kept), undefined);
      else refused++;
    }),
    { numRuns: runs, seed, includeErrorInReport: true },
  );
  assert.ok(refused < runs, "nothing was read");
  console.log(`arrays.npz: ${runs} files (seed ${seed}), ${refused} refused`);
});
