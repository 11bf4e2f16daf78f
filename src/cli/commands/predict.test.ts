// From a CSV with gaps and text to a table of predictions and back: train, predict and encode as a user types them.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { openDataset } from "../../data/catalog.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { runCommand, workplace } from "../command.testing.js";

const place = workplace();
after(() => place.remove());
const one = ["--threads", "1"];

const diagnoses = ["healthy", "mild, early", 'severe "late"'];
/** Ids that a table must quote, and one that a spreadsheet takes for a formula. */
const ids = Array.from({ length: 90 }, (_, i) => (i === 0 ? "=1+1" : i === 1 ? 'Zoë, "P1"' : `Pätient-${i}`));

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** A study of two kinds of measurements; every 11th measurement is missing. */
function study(rows: readonly number[], hasLabels: boolean, gaps = true): string {
  const random = new Random(3, "study");
  const values = ids.map((_, i) =>
    Array.from({ length: 9 }, (_, j) => (j % 3 === i % 3 ? 2 : 0) + 0.3 * random.normal()),
  );
  const columns = Array.from({ length: 9 }, (_, j) => (j < 5 ? `rna_${j}` : `prot_${j - 5}`));
  const header = ["patient", ...columns, "sex", ...(hasLabels ? ["diagnosis"] : [])].join(",");
  const lines = rows.map((i) => {
    const cells = values[i]!.map((value, j) => (gaps && (i * 9 + j) % 11 === 5 ? "" : value.toFixed(4)));
    const label = hasLabels ? [quoted(diagnoses[i % 3]!)] : [];
    return [quoted(ids[i]!), ...cells, i % 2 === 0 ? "m" : "f", ...label].join(",");
  });
  return `${header}\n${lines.join("\n")}\n`;
}

const rows = Array.from({ length: 90 }, (_, i) => i);

before(async () => {
  writeFileSync(place.path("study.csv"), study(rows, true));
  writeFileSync(place.path("new.csv"), study(rows.slice(0, 20).reverse(), false));
  const options = ["--task", "classification", "--set", "dimensions=2", "--out", "run"];
  await place.succeed(["train", "cca", "--data", "study.csv", "--impute", "knn", ...options, ...one]);
});

test("one missing cell names its column and both ways out", async () => {
  const message = /named "rna_\d".*--impute mean \(or median, knn\).*--drop-incomplete$/;
  await place.refuse(["train", "cca", "--data", "study.csv", ...one], message);
});

test("predictions are names of classes under the ids of the data, in every format that our reader and others read", async () => {
  for (const format of ["csv", "tsv", "parquet", "npz"]) {
    const file = `out.${format}`;
    const { status, stdout, stderr } = await runCommand(
      ["predict", "run", "--data", "new.csv", "--out", file, "--json", ...one],
      place.folder,
    );
    assert.equal(status, 0, stderr);
    const { samples, counts, predicts } = JSON.parse(stdout);
    assert.deepEqual([samples, predicts], [20, "classes"]);
    assert.ok(Object.keys(counts).every((name) => diagnoses.includes(name)));
    assert.match(stderr, /view "rna": \d+ missing values of \d+ samples filled \(knn/);
    // sex repeats itself, and is no guess at labels that were never there
    assert.doesNotMatch(stderr, /taken for the labels/);
    if (format === "csv" || format === "tsv") assert.match(stderr, /1 ids begin with =/);
    await place.succeed(["encode", "run", "--data", "new.csv", "--out", file, ...one]);
    const back = await openDataset(place.path(file), { labels: "predicted" });
    assert.deepEqual(back.ids, ids.slice(0, 20).reverse());
    assert.equal(back.labels!.kind, "single");
    assert.ok(back.labels!.names.every((name) => diagnoses.includes(name)));
    const { matrix } = back.views[0]!;
    assert.deepEqual([matrix.rows, matrix.columns], [20, 4]);
    assert.ok((matrix as DenseMatrix).data.every(Number.isFinite));
  }
});

test("a sample is predicted alike alone and among others", async () => {
  writeFileSync(place.path("alone.csv"), study([7], false));
  for (const data of ["alone", "new"])
    await place.succeed(["predict", "run", "--data", `${data}.csv`, "--out", `${data}-out.csv`, ...one]);
  const line = (file: string) =>
    readFileSync(place.path(file), "utf8")
      .split("\n")
      .find((each) => each.startsWith("Pätient-7,"));
  assert.ok(line("alone-out.csv"));
  assert.equal(line("alone-out.csv"), line("new-out.csv"));
});

test("incomplete samples are left out only where that is said, with a note", async () => {
  const args = [
    "train",
    "cca",
    "--data",
    "study.csv",
    "--drop-incomplete",
    "--set",
    "dimensions=2",
    "--out",
    "dropped",
    ...one,
  ];
  const { status, stderr } = await runCommand(args, place.folder);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /74 of 90 samples are left out as incomplete: \d+ lack values of view "rna"/);
  const { stderr: said } = await runCommand(
    ["predict", "dropped", "--data", "new.csv", "--out", "few.csv", ...one],
    place.folder,
  );
  assert.match(said, /opened as the run's own data was: --drop-incomplete/);
  assert.match(said, /of 20 samples are left out as incomplete/);
});

test("one file a view: with commas or --data again, matched by ids, as the one file gives it", async () => {
  const columnsOf = (text: string, keep: RegExp) => {
    const [header, ...lines] = text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
    const places = header!.flatMap((name, i) => (keep.test(name) ? [i] : []));
    return `${[header!, ...lines.reverse()].map((line) => places.map((i) => line[i]).join(",")).join("\n")}\n`;
  };
  const whole = study(rows, true, false);
  writeFileSync(place.path("whole.csv"), whole);
  writeFileSync(place.path("rna.csv"), columnsOf(whole, /patient|rna|diagnosis/));
  writeFileSync(place.path("prot.csv"), columnsOf(columnsOf(whole, /patient|prot/), /./));
  const accuracy = async (out: string, ...data: string[]) => {
    const args = [
      "train",
      "cca",
      ...data,
      "--task",
      "classification",
      "--set",
      "dimensions=2",
      "--out",
      out,
      "--json",
      ...one,
    ];
    const { dataset, metrics } = JSON.parse(await place.succeed(args));
    assert.deepEqual(dataset.views, [5, 4]);
    return metrics.accuracy;
  };
  const joined = await accuracy("joined", "--data", "rna.csv,prot.csv");
  assert.equal(await accuracy("again", "--data", "rna.csv", "--data", "prot.csv"), joined);
  assert.ok(joined > 0.8);
});

test("what predicts nothing says what to do", async () => {
  await place.succeed([
    "train",
    "cca",
    "--data",
    "study.csv",
    "--drop-incomplete",
    "--task",
    "retrieval",
    "--set",
    "dimensions=2",
    "--out",
    "search",
    ...one,
  ]);
  await place.refuse(
    ["predict", "search", "--out", "x.csv", ...one],
    /predicts no classes or clusters.*vantage encode/,
  );
  await place.refuse(["predict", "run", "--out", "x.npy", ...one], /predictions go to \.csv/);
  await place.refuse(["predict", "run", "--out", "x.xls", ...one], /expected a name that ends in/);
});
