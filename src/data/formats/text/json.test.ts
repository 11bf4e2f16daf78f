// Tests of JSON lines and lists of objects.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readContent, testFolder } from "../readers.testing.js";
import { account, lines } from "./text.testing.js";

const folder = testFolder();

test("numbers, text, truth values, vectors, objects inside, late keys, nulls", async () => {
  const objects = [
    { id: "a", n: 1, v: [1, 2.5], o: { x: 1, y: "p" }, t: true, label: "cat" },
    { id: "b", n: null, v: [3, 4], o: { x: 2, y: null }, t: false, label: null, late: 7 },
    { id: "01", n: 2.5, v: null, o: { x: 3, y: "q" }, t: null, label: "dog", late: 8 },
  ];
  const expected = {
    id: ["a", "b", "01"],
    n: [1, Number.NaN, 2.5],
    v: [
      [1, 2.5],
      [3, 4],
      [Number.NaN, Number.NaN],
    ],
    "o.x": [1, 2, 3],
    "o.y": ["p", null, "q"],
    t: [true, false, false],
    label: ["cat", null, "dog"],
    late: [Number.NaN, 7, 8],
  };
  for (const text of [
    objects.map((each) => JSON.stringify(each)).join("\n"),
    JSON.stringify(objects),
    JSON.stringify(objects, null, 2),
    `\ufeff${objects.map((each) => JSON.stringify(each, null, 1)).join("\r\n")}\r\n`,
  ]) {
    const content = await account(folder, text);
    assert.deepEqual(content.columns, expected);
  }
  assert.equal((await readContent(folder, "x", JSON.stringify(objects))).format, "json");
});

test("long integers are exact as text, and NaN as Python writes it is missing", async () => {
  const { columns, written } = await account(
    folder,
    '{"id": 740245381351497730, "n": NaN, "s": "1234567890123456789"}\n{"id": 740245381351497731, "n": 0.12345678901234567, "s": "NaN \\" 12345678901234567"}\n',
  );
  assert.equal(columns.id, "int64");
  assert.deepEqual(written.id, ["740245381351497730", "740245381351497731"]);
  assert.deepEqual(columns.n, [Number.NaN, Number("0.12345678901234567")]);
  assert.deepEqual(columns.s, ["1234567890123456789", 'NaN " 12345678901234567']);
});

test("what makes no column is skipped and reported", async () => {
  const { columns, notes } = await account(
    folder,
    '{"a": 1, "r": [1], "w": ["x", "y"], "m": 1, "o": [{"b": 1}]}\n{"a": 2, "r": [1, 2], "w": ["y"], "m": "z", "o": []}\n',
  );
  assert.match(String(columns.r), /differ in length/);
  assert.deepEqual(columns.w, ["x|y", "y"]);
  assert.deepEqual(columns.m, ["1", "z"]);
  assert.match(String(columns.o), /other things than numbers/);
  for (const name of ["r", "w", "m", "o"]) assert.match(notes.join(), new RegExp(`"${name}"`));
});

test("one object of lists is a table of columns", async () => {
  const { columns, notes } = await account(folder, '{"a": [1, 2, 3], "label": ["x", "y", "x"]}');
  assert.deepEqual(columns, { a: [1, 2, 3], label: ["x", "y", "x"] });
  assert.match(notes.join(), /lists are the columns/);
  assert.deepEqual((await account(folder, '{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}')).columns, {
    a: [1, 2],
    b: ["x", "y"],
  });
});

test("malformed JSON is refused with its line", async () => {
  await assert.rejects(account(folder, '{"a": 1}\n{"a": 2,}\n'), /read as JSON: line 2/);
  await assert.rejects(account(folder, '{"a": 1}\n{"a": 2'), /does not end in line 2/);
  await assert.rejects(
    account(folder, '{"a": 1}\nand so on\n'),
    /"and so on" stands where an object was expected in line 2/,
  );
  await assert.rejects(account(folder, '[{"a": 1}, 5]'), /stands where an object was expected/);
  await assert.rejects(
    account(
      folder,
      lines(3000, (i) => `{"k${i}": 1}`),
    ),
    /hardly any keys in common/,
  );
});
