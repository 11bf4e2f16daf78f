// Tests of headers: names, numbers as names, none at all, and what is asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AmbiguousDataError } from "../../../errors.js";
import { testFolder } from "../readers.testing.js";
import { account, label, lines, pseudo } from "./text.testing.js";

const folder = testFolder();
const row = (i: number, columns: number): string => Array.from({ length: columns }, (_, j) => pseudo(i, j)).join();

test("numbers that name columns", async () => {
  const cases: [string, (i: number) => string][] = [
    ["0,1,2,3", (i) => row(i, 4)],
    [",0,1,2", (i) => `${i},${row(i, 3)}`],
    ["filename,0,1,label", (i) => `img${i}.jpg,${row(i, 2)},${label(i)}`],
    ["0,label,1", (i) => `${pseudo(i, 0)},${label(i)},${pseudo(i, 1)}`],
    ["400.5,410.5,420.5,430.5,class", (i) => `${row(i, 4)},${label(i)}`],
    ["100.05,101.12,103.9,110.2,120.01,120.5,133.3,150.2", (i) => row(i, 8)],
    ["2019,2020,2021", (i) => row(i, 3)],
    ["id,2020-01-01,2020-01-02", (i) => `p${i},${row(i, 2)}`],
    ["2020-01-01,2020-01-02", (i) => row(i, 2)],
    ["5,17,33,41", (i) => row(i, 4)],
    ['"12","7","3"', (i) => row(i, 3)],
    [
      `label,${Array.from({ length: 9 }, (_, j) => j).join()}`,
      (i) => `${i % 3},${Array.from({ length: 9 }, (_, j) => (i * j * 37 + 11) % 256).join()}`,
    ],
  ];
  for (const [header, make] of cases) {
    const { columns, hasHeader } = await account(folder, `${header}\n${lines(12, make)}`);
    assert.ok(hasHeader, header);
    const names = header
      .replaceAll('"', "")
      .split(",")
      .map((name) => name || "index");
    assert.deepEqual(Object.keys(columns).sort(), names.sort());
    assert.equal((Object.values(columns)[0] as unknown[]).length, 12, header);
  }
});

test("a file without a header loses no sample", async () => {
  const cases: ((i: number) => string)[] = [
    (i) => row(i, 4),
    (i) => `${row(i, 4)},${label(i)}`,
    (i) => `${row(i, 2)},${i === 0 ? "fox" : label(i)}`,
    (i) => `p${i},${row(i, 2)}`,
    (i) => `${i},${row(i, 3)}`,
    (i) => (i === 0 ? "0,0,0,0" : row(i, 4)),
    (i) => Array.from({ length: 4 }, (_, j) => i * 4 + j).join(),
    (i) => Array.from({ length: 6 }, (_, j) => (i * j * 37 + 11 * j) % 256).join(),
    (i) => `${i % 2 ? "True" : "False"},${row(i, 2)}`,
    (i) => `2020-01-0${1 + (i % 9)},${row(i, 2)}`,
    (i) => (i === 0 ? `,${row(i, 2)}` : row(i, 3)),
  ];
  for (const [k, make] of cases.entries()) {
    const { columns, hasHeader } = await account(folder, lines(12, make));
    assert.equal(hasHeader, false, `${k}`);
    assert.equal((columns.column0 as unknown[]).length, 12, `${k}`);
  }
});

test("what is ambiguous is refused, and can be said", async () => {
  const text = `1,2,3,x\n${lines(12, (i) => `${i % 5},${(i * 3) % 7},${(i * 5) % 11},${"xyz"[i % 3]}${i % 3 ? i : ""}`)}`;
  const numbers = `0,1,2\n${lines(12, (i) => `${i % 5},${(i * 3) % 7},${(i * 5) % 11}`)}`;
  const ask = await account(folder, numbers).catch((error) => error);
  assert.ok(ask instanceof AmbiguousDataError, String(ask));
  assert.match(ask.message, /does line 1 \(0, 1, 2\) name the columns/);
  assert.equal(((await account(folder, numbers, { header: "yes" })).columns["0"] as unknown[]).length, 12);
  assert.equal(((await account(folder, numbers, { header: "no" })).columns.column0 as unknown[]).length, 13);
  assert.equal((await account(folder, text, { header: "no" })).hasHeader, false);
});

test("an index without a name, R's row names, names twice, none at all", async () => {
  const pandas = await account(folder, `,Unnamed: 0,a,a\n${lines(6, (i) => `${i},${i},${row(i, 2)}`)}`);
  assert.deepEqual(Object.keys(pandas.columns), ["index", "Unnamed: 0", "a", "a.1"]);
  assert.deepEqual(pandas.index, ["index", "Unnamed: 0"]);
  assert.match(pandas.notes.join(), /"a" \(the next ones become a\.1\)/);
  for (const text of [
    `a\tb\tlabel\n${lines(6, (i) => `${i + 1}\t${pseudo(i, 0)}\t${pseudo(i, 1)}\t${label(i)}`)}`,
    `"a" "b" "label"\n${lines(6, (i) => `"Mazda ${i}" ${pseudo(i, 0)} ${pseudo(i, 1)} "${label(i)}"`)}`,
  ]) {
    const { columns, index } = await account(folder, text);
    assert.deepEqual(Object.keys(columns), ["index", "a", "b", "label"]);
    assert.deepEqual(index, ["index"]);
    assert.equal((columns.a as unknown[]).length, 6);
  }
  const unnamed = await account(folder, `a,,b\n${lines(6, (i) => row(i, 3))}`);
  assert.deepEqual(Object.keys(unnamed.columns), ["a", "column1", "b"]);
  assert.match(unnamed.notes.join(), /without a name are called column1/);
});

test("units and titles are left out and reported", async () => {
  const units = await account(
    folder,
    `time;temp;label\ns;°C;-\n${lines(6, (i) => `${i};${pseudo(i, 0)};${label(i)}`)}`,
  );
  assert.equal((units.columns.time as unknown[]).length, 6);
  assert.match(units.notes.join(), /line 2 is left out.*s °C/);
  for (const title of ["Measured in May\n\n", "Measured in May,,\n,,\n"]) {
    const { columns, notes, dialect } = await account(
      folder,
      `${title}a,b,label\n${lines(6, (i) => `${row(i, 2)},${label(i)}`)}`,
    );
    assert.equal((columns.a as unknown[]).length, 6);
    assert.match(notes.join(), /line 1 is left out.*Measured in May/);
    assert.match(dialect, /header in line 3/);
  }
  const saved = await account(folder, `# x y z\n${lines(6, (i) => row(i, 3).replaceAll(",", " "))}`);
  assert.deepEqual(Object.keys(saved.columns), ["x", "y", "z"]);
});
