// Tests of numbers as people write them: signs, thousands, forms, missing marks, words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AmbiguousDataError } from "../../../errors.js";
import { testFolder } from "../readers.testing.js";
import { account, label, lines } from "./text.testing.js";

const folder = testFolder();
const read = async (text: string, options?: Parameters<typeof account>[2]) => account(folder, text, options);

test("thousands and decimals, where another column or cell decides", async () => {
  const cases: [string, number[]][] = [
    ["n\tb\n944\t4.24\n1,055\t1.5\n", [944, 1055]],
    ["n;b\n1.055;4,24\n2.111;1,5\n", [1055, 2111]],
    ["n\tb\n1.055.000,5\tx\n7\ty\n", [1055000.5, 7]],
    ['n,b\n"1,055,000.25",x\n"7",y\n', [1055000.25, 7]],
    ['n,b\n"1,055",x\n12,y\n', [1055, 12]],
    ["n;b\n1\u00a0055;4,2\n12\u202f055,5;1,1\n", [1055, 12055.5]],
    ["n;b\n1'055'000;4.2\n2’055;1.1\n", [1055000, 2055]],
    ["n\tb\n1 055\t4.2\n2 055\t1.1\n", [1055, 2055]],
    ["n\tb\n10,55,000\t4.2\n1,00,000\t1.1\n", [1055000, 100000]],
    ["n;b\n-1.055;0,5\n+2.000;1,5\n", [-1055, 2000]],
  ];
  for (const [text, expected] of cases) {
    const { columns, written } = await read(text);
    assert.deepEqual(columns.n, expected, text);
    assert.equal(written.n?.length, 2, text);
  }
  assert.match((await read(cases[0]![0])).notes.join(), /"n" \(1,055 is read as 1055\)/);
});

test("evidence that comes after the sample counts for the whole file", async () => {
  const thousands = await read(`n\tb\n${lines(3000, (i) => `${i}\t${i < 2500 ? 7 : "4.25"}`)}1,055\t5\n`);
  assert.equal((thousands.columns.n as number[]).at(-1), 1055);
  const points = await read(`n;b\n${lines(3000, (i) => `1.${100 + (i % 800)};${i < 2500 ? 7 : "4,25"}`)}`);
  assert.equal((points.columns.n as number[])[5], 1105);
  assert.equal((points.columns.b as number[])[2999], 4.25);
});

test("where nothing decides the program asks, and the answers are flags", async () => {
  for (const text of [
    `n\tlabel\n${lines(6, (i) => `${i + 1},${100 + i}\t${label(i)}`)}`,
    `n;label\n${lines(6, (i) => `${i + 1}.${100 + i};${label(i)}`)}`,
  ]) {
    const sign = text.includes(",") ? "," : ".";
    const ask = await read(text).catch((error) => error);
    assert.ok(ask instanceof AmbiguousDataError, String(ask));
    assert.match(ask.message, /column "n"/);
    assert.deepEqual(
      ask.choices.map(({ flags }) => flags),
      [`--thousands ${sign}`, `--decimal ${sign}`],
    );
    assert.equal(((await read(text, { thousands: sign })).columns.n as number[])[1], 2101);
    assert.equal(((await read(text, { decimal: sign })).columns.n as number[])[1], 2.101);
  }
  await assert.rejects(read("a;b\n1,5;x\n2.5;y\n"), /points and commas before decimals/);
  await assert.rejects(read("value\n5,44\n2,34\n1,11\n"), AmbiguousDataError);
  assert.deepEqual((await read("value\n5,44\n2,34\n", { decimal: "," })).columns, { value: [5.44, 2.34] });
});

test("percent, currencies, parentheses, minus signs, Fortran, hexadecimal, infinity", async () => {
  const { columns, notes, written } = await read(
    "p,c,e,n,m,f,h,i\n12%,$5.5,5 €,(5),\u22125,1.5D+00,0x1f,inf\n0,$1.5,€ 7,3,\u20131.5,2d1,0x20,-Infinity\n",
  );
  assert.deepEqual(columns, {
    p: [12, 0],
    c: [5.5, 1.5],
    e: [5, 7],
    n: [-5, 3],
    m: [-5, -1.5],
    f: [1.5, 20],
    h: [31, 32],
    i: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  });
  assert.match(notes.join(), /"p" \(12% is read as 12\).*"c".*"e".*"n" \(\(5\) is read as -5\).*"h"/);
  assert.deepEqual(written.h, ["0x1f", "0x20"]);
  const mixed = await read("a,p\n1,12%\n2,0.5\n3,7%\n4,0.25\n");
  assert.deepEqual(mixed.columns.p, ["12%", "0.5", "7%", "0.25"]);
  assert.match(mixed.notes.join(), /"p" \("12%" in row 0\)/);
});

test("truth values", async () => {
  const { columns, notes, written } = await read("a,t,y,w\n1,True,yes,yes\n2,False,no,maybe\n3,,no,no\n");
  assert.deepEqual(columns, {
    a: [1, 2, 3],
    t: [true, false, false],
    y: [true, false, false],
    w: ["yes", "maybe", "no"],
  });
  assert.deepEqual(written.y, ["yes", "no", "no"]);
  assert.match(notes.join(), /yes and no.*"y"/);
});

test("missing marks are NaN among numbers and stay text among words", async () => {
  const { columns, notes } = await read("a,b,c\n1,?,NA\n2,-,x\n3,.,NA\n4,5,\n5,#N/A,z\n");
  assert.deepEqual(columns.b, [Number.NaN, Number.NaN, Number.NaN, 5, Number.NaN]);
  assert.deepEqual(columns.c, ["NA", "x", "NA", null, "z"]);
  assert.match(notes.join(), /"NA" in 2 rows of "c"/);
  assert.match(notes.join(), /"\?" in 1 rows of "b"/);
  const requested = await read(`a,b,c\n${lines(30, (i) => `${i},${i === 7 ? "n.d." : i},${i === 3 ? "none" : "x"}`)}`, {
    missing: ["n.d.", "none"],
  });
  assert.ok(Number.isNaN((requested.columns.b as number[])[7]));
  assert.equal((requested.columns.c as (string | null)[])[3], null);
});

test("words among numbers: refused where nearly all are numbers, otherwise text that is reported", async () => {
  await assert.rejects(
    read(`a,b\n${lines(30, (i) => `${i},${i === 17 ? "low" : i}`)}`),
    /column "b" holds "low" in row 17, expected a number/,
  );
  const { columns, notes } = await read(`a,b\n${lines(10, (i) => `${i},${i % 4 === 1 ? "low" : `0${i}`}`)}`);
  assert.deepEqual((columns.b as string[]).slice(0, 3), ["00", "low", "02"]);
  assert.match(notes.join(), /"b" \("low" in row 1\)/);
  const weights = await read("a,w\n1,5 kg\n2,6 kg\n3,7.5 kg\n");
  assert.match(weights.notes.join(), /with units.*"w"/);
});

test("ids and codes are there as written, integers beyond 2^53 too", async () => {
  const { columns, written } = await read(
    "id,code,hash,plain\n740245381351497730,01,13e3,1.5\n740245381351497731,1,14e3,2\n",
  );
  assert.equal(columns.id, "int64");
  assert.deepEqual(written, {
    id: ["740245381351497730", "740245381351497731"],
    code: ["01", "1"],
    hash: ["13e3", "14e3"],
    plain: undefined,
  });
  const long = await read(
    `id,${Array.from({ length: 300 }, (_, i) => `c${i}`).join()}\n${lines(2000, (row) => `0${row},${Array.from({ length: 300 }, (_, i) => `${(row + i) % 10}.0`).join()}`)}`,
  );
  assert.equal(long.written.id?.[1999], "01999");
  assert.equal(long.written.c299?.[7], "6.0");
});

test("lists of codes are no decimals, lists of numbers are vectors", async () => {
  const { columns } = await read(
    'x,codes,v,r,w\n1.5,"0,1","[0.1, 0.2]","[1]",3 4 5\n2.5,0,"[3  4]","[1, 2]",6 7 8\n3.5,"1,2",,"[1]",9 8 7\n',
  );
  assert.deepEqual(columns.codes, ["0,1", "0", "1,2"]);
  assert.deepEqual(columns.v, [
    [0.1, 0.2],
    [3, 4],
    [Number.NaN, Number.NaN],
  ]);
  assert.match(String(columns.r), /differ in length: 1 values in row 0, 2 in row 1/);
  assert.deepEqual(columns.w, [
    [3, 4, 5],
    [6, 7, 8],
    [9, 8, 7],
  ]);
  const printed = await read('x,v\n1,"[0.1  0.2\n 0.3]"\n2,"[1. 2. 3.]"\n');
  assert.deepEqual(printed.columns.v, [
    [0.1, 0.2, 0.3],
    [1, 2, 3],
  ]);
  const short = await read('x,v\n1,"[0.1 ... 0.3]"\n2,"[1. ... 3.]"\n');
  assert.match(String(short.columns.v), /shortened/);
});
