// What users say of items: files that do not fit, ids that cannot be kept, details of no sample.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { MultiViewDataset } from "../../data/dataset.js";
import { dense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { checkSampleIds, labelDetails, matchDetails, readUserDetails } from "./item-details.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-details-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const refusal = (message: RegExp) => (error: Error) => {
  assert.ok(error instanceof UserError, error.stack);
  assert.match(error.message, message);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};

function data(ids?: readonly string[], samples = ids?.length ?? 3): MultiViewDataset {
  const views = [{ name: "v", matrix: dense(samples, 1) }];
  return new MultiViewDataset({ name: "made-up", views, ...(ids && { ids }) });
}

test("files whose fields cannot be kept as they are, are refused with the line", async () => {
  const cases: [name: string, text: string, message: RegExp][] = [
    [
      "a.jsonl",
      '{"id": "1", "n": 5}\n{"id": "2", "n": 12345678901234567890}\n',
      /line 2: 12345678901234567890 cannot be kept as a number: give it as text/,
    ],
    ["b.jsonl", '\n{"id": "1", "n": 1e400}\n', /line 2: 1e400 cannot be kept/],
    ["c.jsonl", '{"id": 9007199254740993}\n', /line 1: 9007199254740993/],
    ["d.jsonl", '{"id": "1", "__proto__": {"a": 1}}\n', /line 1: id "1": the key __proto__/],
    ["e.jsonl", `{"id": "1", "text": "${"x".repeat(70_000)}"}\n`, /line 1: id "1": it has more than 64 KiB/],
    ["f.jsonl", '{"id": "1"}\n{"id": 1}\n', /line 2: id "1": the file has it before/],
    ["g.jsonl", '{"id": "1", "a": "\\u0000"}\n', /line 1: id "1": a has a NUL/],
    ["a.csv", `id,text\n1,short\n2,${"x".repeat(70_000)}\n`, /line 3: id "2": it has more than 64 KiB/],
    ["b.csv", "id,__proto__\n1,2\n", /a column "__proto__" cannot be kept/],
    ["c.csv", "id,a\n1,2\n1,3\n", /line 3: id "1": the file has it before/],
    ["d.csv", "name,a\n1,2\n", /no column "id"; it has name, a/],
  ];
  for (const [name, text, message] of cases) {
    writeFileSync(join(folder, name), text);
    await assert.rejects(readUserDetails(join(folder, name)), refusal(message), name);
  }
  writeFileSync(
    join(folder, "good.jsonl"),
    '{"id": 7, "n": 9007199254740991, "big": "12345678901234567890", "x": 1e300}\n',
  );
  assert.deepEqual(
    [...(await readUserDetails(join(folder, "good.jsonl")))],
    [["7", { n: 9007199254740991, big: "12345678901234567890", x: 1e300 }]],
  );
  writeFileSync(join(folder, "good.csv"), "id,n,empty\n7,12345678901234567890,\n");
  assert.deepEqual([...(await readUserDetails(join(folder, "good.csv")))], [["7", { n: "12345678901234567890" }]]);
});

test("details of no sample are refused where all are, and reported where some are", () => {
  const notes: string[] = [];
  const match = (ids: string[], of: MultiViewDataset, rows = Int32Array.from({ length: of.samples }, (_, i) => i)) =>
    matchDetails(new Map(ids.map((id) => [id, {}])), of, rows, (note) => notes.push(note));
  assert.throws(
    () => match(["x", "y"], data(["a", "b"])),
    refusal(/none of its 2 ids \("x", "y"\) is of a sample; those of made-up \("a", "b"\) are ids$/),
  );
  assert.throws(
    () => match(["a"], data(undefined, 5)),
    refusal(/those of made-up \("0", "1", "2", …\) are row numbers, as the data has no ids/),
  );
  match(["a", "b"], data(["a", "b"]));
  assert.deepEqual(notes, []);
  match(["a", "x"], data(["a", "b", "c"]));
  assert.deepEqual(notes, [
    'metadata: 1 of 2 ids belong to no sample ("x")',
    'metadata: 2 of 3 samples have none ("b", "c")',
  ]);
  // of a split only some samples are indexed, and the file may well have the others too
  notes.length = 0;
  match(["a", "b", "c"], data(["a", "b", "c"]), Int32Array.of(1));
  assert.deepEqual(notes, []);
});

test("ids that no item can have, and those of two samples, are refused with the row", () => {
  const all = (of: MultiViewDataset) =>
    checkSampleIds(
      of,
      Int32Array.from({ length: of.samples }, (_, i) => i),
    );
  all(data(["a", "b/c", "é"]));
  all(data(undefined, 3));
  assert.throws(() => all(data(["a", "b\tc"])), refusal(/made-up, row 1: id "b\\tc": it has a control character/));
  assert.throws(() => all(data(["a", "x".repeat(600)])), refusal(/row 1: .*600 characters, expected at most 512/));
  assert.throws(() => all(data([".."])), refusal(/row 0: id "\.\.": .*folder/));
  assert.throws(() => all(data(["a", "b", "a"])), refusal(/row 2: id "a": row 0 has the same/));
  checkSampleIds(data(["a", "b\tc"]), Int32Array.of(0));
});

test("an item of a sample without a label has none", () => {
  const views = [{ name: "v", matrix: dense(2, 1) }];
  const labels = { kind: "single", names: ["cat", "dog"], values: Int32Array.of(1, -1) } as const;
  const details = labelDetails(new MultiViewDataset({ name: "made-up", views, labels }));
  assert.deepEqual([details(0, "v"), details(1, "v")], [{ label: "dog" }, {}]);
});
