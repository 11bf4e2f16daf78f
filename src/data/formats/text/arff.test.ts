// Tests of ARFF files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readContent, testFolder } from "../readers.testing.js";
import { account } from "./text.testing.js";

const folder = testFolder();
const head =
  "% a comment\n@RELATION 'iris set'\n\n@ATTRIBUTE 'sepal length' REAL\n@attribute w NUMERIC\n@attribute class {'Iris a', b,\"c\"}\n@attribute s string\n@attribute d date 'yyyy-MM-dd'\n@DATA\n";

test("types, quotation marks, missing values", async () => {
  const text = `${head}5.10,3.5,'Iris a','it\\'s',2020-01-01\n% inside\n4.9,?,b,?,"2020-01-02"\r\n1e3, 7 , c , plain , ?\n`;
  const { columns, written } = await account(folder, text);
  assert.deepEqual(columns, {
    "sepal length": [5.1, 4.9, 1000],
    w: [3.5, Number.NaN, 7],
    class: ["Iris a", "b", "c"],
    s: ["it's", null, "plain"],
    d: ["2020-01-01", "2020-01-02", null],
  });
  assert.deepEqual(written["sepal length"], ["5.10", "4.9", "1e3"]);
  const content = await readContent(folder, "x.arff", text);
  assert.equal(content.format, "arff");
  const variable = content.variables.get("class");
  assert.deepEqual(variable?.kind === "text" && variable.categories, ["Iris a", "b", "c"]);
  content.close();
});

test("sparse rows", async () => {
  const { columns } = await account(
    folder,
    "@relation x\n@attribute a numeric\n@attribute b numeric\n@attribute c {no,yes}\n@data\n{0 5, 2 yes}\n{1 2.5}\n{}\n{0 ?, 2 'yes'}\n",
  );
  assert.deepEqual(columns, { a: [5, 0, 0, Number.NaN], b: [0, 2.5, 0, 0], c: ["yes", "no", "no", "yes"] });
});

test("long values are read, unclosed ones refused", async () => {
  const long = "x".repeat(10_000_000);
  const text = (value: string) => `@relation x\n@attribute a numeric\n@attribute s string\n@data\n1,${value}\n`;
  const { columns } = await account(folder, text(`'${long}'`));
  assert.equal((columns.s as string[])[0]!.length, long.length);
  await assert.rejects(account(folder, text(`'${long}`)), /line 5: quotation marks that do not fit/);
});

test("what does not fit is refused with its line", async () => {
  await assert.rejects(account(folder, `${head}1,2,b\n`), /line 10: 3 values, expected one for each of 5/);
  await assert.rejects(account(folder, `${head}x,2,b,s,d\n`), /"sepal length" holds "x", expected a number/);
  await assert.rejects(account(folder, `${head}1,2,z,s,d\n`), /"class" holds "z", which is not among/);
  await assert.rejects(account(folder, "@relation x\n@attribute a relational\n@data\n"), /type "relational"/);
  await assert.rejects(
    account(folder, "@relation x\n@attribute a numeric\n@data\n{3 1}\n"),
    /not the number of an attribute/,
  );
});
