// Tests of encodings: what is recognized, what is asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AmbiguousDataError } from "../../../errors.js";
import { testFolder } from "../readers.testing.js";
import { account, lines } from "./text.testing.js";

const folder = testFolder();
const table = "a,label\n1,é\n2,è\n3,é\n";

test("UTF-8 and UTF-16, with and without a byte order mark", async () => {
  const little = Buffer.from(table, "utf16le");
  const big = Buffer.from(little).swap16();
  const files = [
    Buffer.from(table),
    Buffer.from(`\ufeff${table}`),
    Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
    little,
    big,
  ];
  for (const file of files)
    assert.deepEqual((await account(folder, file)).columns, { a: [1, 2, 3], label: ["é", "è", "é"] });
});

test("Windows-1252 anywhere in the file is all of the file's encoding, and is reported", async () => {
  const text = `a,label\n${lines(20_000, (i) => `${i},${i < 19_000 ? "plain" : i % 2 ? "é" : "€"}`)}`;
  const bytes = Buffer.from(text.replaceAll("€", "\u0080"), "latin1");
  const { columns, notes, dialect } = await account(folder, bytes);
  assert.deepEqual(new Set(columns.label as string[]), new Set(["plain", "é", "€"]));
  assert.match(notes.join(), /not UTF-8.*Windows-1252.*--encoding/);
  assert.match(dialect, /Windows-1252/);
});

test("other encodings are refused with a question, and read when they are named", async () => {
  const cyrillic = Buffer.from("a,label\n1,\xea\xee\xf8\xea\xe0\n2,\xf1\xee\xe1\xe0\xea\xe0\n", "latin1");
  await assert.rejects(
    account(folder, cyrillic),
    (error) => error instanceof AmbiguousDataError && /--encoding windows-1251/.test(error.message),
  );
  assert.deepEqual((await account(folder, cyrillic, { encoding: "windows-1251" })).columns.label, ["кошка", "собака"]);
  const damaged = Buffer.concat([Buffer.from(`a,label\n${lines(20, (i) => `${i},é`)}1,`), Buffer.from([0xe9, 10])]);
  await assert.rejects(account(folder, damaged), /damaged characters/);
  const { columns, notes } = await account(folder, damaged, { encoding: "utf-8" });
  assert.equal((columns.label as string[]).at(-1), "\ufffd");
  assert.match(notes.join(), /no UTF-8/);
  await assert.rejects(account(folder, table, { encoding: "klingon" }), /unknown --encoding "klingon"/);
});

test("what is no text is refused", async () => {
  await assert.rejects(account(folder, Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])), /UTF-32/);
  await assert.rejects(account(folder, Buffer.from([1, 2, 3, 4])), /of no known format/);
});

test("characters that lie across blocks are whole", async () => {
  const text = `a,label\n${lines(300_000, (i) => `${i},${"ö".repeat(1 + (i % 5))}`)}`;
  const { columns } = await account(folder, text);
  assert.deepEqual(new Set(columns.label as string[]).size, 5);
});
