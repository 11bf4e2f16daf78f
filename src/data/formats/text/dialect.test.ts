// Tests of what separates cells and lines: delimiters, quotation marks, comments, line ends, odd rows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { testFolder } from "../readers.testing.js";
import { account, label, lines, pseudo } from "./text.testing.js";

const folder = testFolder();

test("delimiters and line ends", async () => {
  const expected = (
    await account(folder, `a,b,label\n${lines(7, (i) => `${pseudo(i, 0)},${pseudo(i, 1)},${label(i)}`)}`)
  ).columns;
  for (const delimiter of [",", ";", "\t", "|", "  ", " \t "]) {
    for (const [end, decimal] of [
      ["\n", "."],
      ["\r\n", "."],
      ["\r", "."],
      ["\n", ","],
    ] as const) {
      if (delimiter === "," && decimal === ",") continue;
      const text = `a,b,label\n${lines(7, (i) => `${pseudo(i, 0)},${pseudo(i, 1)},${label(i)}`)}`
        .replaceAll(",", delimiter)
        .replaceAll(".", decimal)
        .replaceAll("\n", end);
      const { columns } = await account(folder, text);
      assert.deepEqual(columns, expected, JSON.stringify([delimiter, end, decimal]));
      assert.deepEqual((await account(folder, gzipSync(text))).columns, expected);
      assert.deepEqual((await account(folder, text.trimEnd())).columns, expected);
    }
  }
});

test("sep= in the first line, and a delimiter that is said", async () => {
  const { columns, dialect } = await account(folder, "sep=;\r\na;b\r\n1,5;x\r\n2,5;y\r\n");
  assert.deepEqual(columns, { a: [1.5, 2.5], b: ["x", "y"] });
  assert.match(dialect, /semicolon-separated, decimal comma, header in line 2, UTF-8/);
  assert.deepEqual((await account(folder, "a:b\n1:x\n2:y\n", { delimiter: ":" })).columns, {
    a: [1, 2],
    b: ["x", "y"],
  });
  assert.deepEqual((await account(folder, "1 2\n3 4\n", { delimiter: "blanks" })).columns, {
    column0: [1, 3],
    column1: [2, 4],
  });
  for (const options of [
    { delimiter: "xx" },
    { decimal: ";" },
    { thousands: "x" },
    { header: "maybe" as "yes" },
    { decimal: ",", thousands: "," },
  ])
    await assert.rejects(account(folder, "a,b\n1,2\n", options), /^UserError: --/);
});

test("quotation marks: delimiters, lines and marks inside; marks that are only characters", async () => {
  const quoted = await account(
    folder,
    'id,caption,x\n1,"a man, ""a dog"",\nand a cat",5\n2,"say \\"hi\\" , now",6\n3,"",7\n',
  );
  assert.deepEqual(quoted.columns.caption, ['a man, "a dog",\nand a cat', 'say "hi" , now', null]);
  const loose = await account(
    folder,
    `id\tcaption\tx\n${lines(6, (i) => `p${i}\t${i === 2 ? '"more" it said' : i === 3 ? '"open' : i === 4 ? 'some 5"' : "fine"}\t${pseudo(i, 0)}`)}`,
  );
  assert.deepEqual(loose.columns.caption, ["fine", "fine", '"more" it said', '"open', 'some 5"', "fine"]);
});

test("comments, blank lines, empty rows and delimiters at the end are reported", async () => {
  const { columns, notes } = await account(
    folder,
    "# by a tool\na,b,label,\n1,2.5,x,\n% note\n\n3,4.5,y,\n,,,\n#5,6.5,z,\n7,8.5,x,\n",
  );
  assert.deepEqual(columns, { a: [1, 3, 7], b: [2.5, 4.5, 8.5], label: ["x", "y", "x"] });
  assert.match(notes.join("; "), /3 lines, the first of them line 1, are left out as comments/);
  assert.match(notes.join("; "), /line 7 is left out, as all cells are empty/);
  assert.match(notes.join("; "), /last column is left out/);
  const hashes = await account(folder, "id,b\n#a1,2.5\n#a2,4.5\n#a3,5.5\n");
  assert.deepEqual(hashes.columns.id, ["#a1", "#a2", "#a3"]);
  const single = await account(folder, "1.5\n\n2.5\n");
  assert.match(single.notes.join(), /line 2 is left out, as blank/);
});

test("an empty column is skipped and reported", async () => {
  const { columns, notes } = await account(folder, "a,spare,b\n1,,x\n2,,y\n");
  assert.deepEqual(columns, { a: [1, 2], spare: "an empty column", b: ["x", "y"] });
  assert.match(notes.join(), /"spare"/);
});

test("rows of another length are refused with their line", async () => {
  await assert.rejects(account(folder, "a,b\n1,2\n\n3\n"), /line 4 has 1 cells, expected 2/);
  await assert.rejects(account(folder, "a,b\n1,2\n3,4,5\n6,7\n"), /line 3 has 3 cells, expected 2/);
  await assert.rejects(
    account(folder, `a,b,c,d,label\n${lines(5, (i) => `${pseudo(i, 0)},1,2,${label(i)}`)}`),
    /line 1 has 5 cells, expected 4/,
  );
  const text = `id,c,x\n${lines(3000, (i) => `${i},"a\nb",${i}`)}7,8\n`;
  await assert.rejects(account(folder, text), /line 6002 has 2 cells, expected 3/);
});

test("a quotation mark that is never closed swallows no rows", async () => {
  const rows = (i: number) => `p${i}\t${i === 500 ? '"open' : i === 900 ? 'five"' : "fine"}\t${pseudo(i, 0)}`;
  const { columns } = await account(folder, `id\tcaption\tx\n${lines(1000, rows)}`);
  assert.equal((columns.x as unknown[]).length, 1000);
  assert.equal((columns.caption as string[])[500], '"open');
});
