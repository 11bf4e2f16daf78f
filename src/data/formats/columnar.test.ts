// Tests of Parquet and Arrow files: every type of column, every compression, damage.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { columnarFile } from "./columnar.testing.js";
import { readVariables, writeParquet } from "./index.js";
import { numbers, readContent, refuseTruncations, testFolder } from "./readers.testing.js";
import type { NumericVariable, TextVariable, Variable } from "./variables.js";

const folder = testFolder();
const nan = Number.NaN;

for (const format of ["parquet", "arrow"] as const) {
  test(`${format}: columns of every type`, async () => {
    const content = await readContent(folder, "types", columnarFile(`types-${format}`));
    const { variables, notes } = content;
    assert.equal(content.format, format);
    assert.deepEqual(content.table, { index: ["sample"], hasHeader: true });
    const shape = (name: string) => (variables.get(name) as NumericVariable).shape;
    const element = (name: string) => (variables.get(name) as NumericVariable).element;
    const written = (name: string) => (variables.get(name) as NumericVariable).written?.();

    assert.deepEqual(await numbers(variables.get("half")), [1.5, nan, -2]);
    assert.deepEqual(await numbers(variables.get("half.1")), [1, 2, 3]);
    assert.deepEqual([await numbers(variables.get("small")), element("small")], [[1, nan, -3], "int8"]);
    assert.deepEqual(await written("big"), ["740245381351497731", "", "-5"]);
    await assert.rejects((variables.get("big") as NumericVariable).read(), /big holds the 64-bit integer 7402453813/);
    assert.deepEqual([...(await (variables.get("big") as NumericVariable).slice(1, 3))], [nan, -5]);
    assert.deepEqual([await written("huge"), element("huge")], [["18446744073709551615", "1", "0"], "uint64"]);
    assert.deepEqual([await numbers(variables.get("flag")), element("flag")], [[1, nan, 0], "logical"]);
    assert.deepEqual(await numbers(variables.get("price")), [1.5, nan, -0.07]);
    assert.deepEqual(await written("price"), ["1.50", "", "-0.07"]);

    assert.deepEqual(variables.get("text"), text(["é", "", ""], [0, 1, 0]));
    assert.deepEqual(variables.get("day"), text(["2024-02-29", "", "1969-12-31"], [0, 1, 0]));
    const moments = ["2020-01-02T03:04:05.123456789", "", "1969-12-31T23:59:59.999999999"];
    assert.deepEqual(variables.get("when"), text(moments, [0, 1, 0]));
    assert.deepEqual(variables.get("utc"), text(["1970-01-01T00:00:00Z", "1970-01-01T00:00:01.500Z", ""], [0, 0, 1]));
    assert.deepEqual(variables.get("clock"), text(["00:00:00.000001", "", "23:59:59.999999"], [0, 1, 0]));
    assert.deepEqual(variables.get("mark"), { ...text(["b", "a", "b"]), categories: ["z", "a", "b"] });
    assert.deepEqual(variables.get("codes"), { ...text(["7", "9", "7"]), categories: ["7", "9"] });
    assert.deepEqual(variables.get("sample"), text(["x", "y", "z"]));

    assert.deepEqual(await numbers(variables.get("list")), [1, 2, nan, nan, nan, 4]);
    assert.deepEqual(
      [shape("list"), shape("fixed"), shape("nested")],
      [
        [3, 2],
        [3, 3],
        [3, 4],
      ],
    );
    assert.deepEqual(await numbers(variables.get("fixed")), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(await numbers(variables.get("nested")), [1, 2, 3, 4, 5, 6, 7, 8, nan, nan, nan, nan]);
    assert.deepEqual(await numbers(variables.get("record.a")), [1, nan, nan]);
    assert.deepEqual(variables.get("record.b.c"), text(["u", "", ""], [0, 1, 1]));
    assert.deepEqual(await numbers(variables.get("a.b")), [1, 2, 3]);

    const skipped = (name: string) => (variables.get(name) as Variable & { reason?: string }).reason;
    assert.equal(skipped("ragged"), "lists of different lengths (1 numbers first, 2 in row 1)");
    for (const name of ["nothing", "void"]) assert.equal(skipped(name), "an empty column");
    assert.equal(skipped("map"), "a map");
    assert.equal(skipped("words"), "lists of text");
    assert.match(skipped("bytes")!, /^bytes/);
    for (const name of ["ragged", "nothing", "void", "map", "words", "bytes"]) {
      assert.ok(notes.includes(`${name} is skipped: ${skipped(name)}`), name);
    }
    assert.ok(notes.includes('several columns are named "half": one of them is called "half.1" here'));
  });

  test(`${format}: a cut file and a packed one are refused`, async () => {
    const whole = columnarFile(`types-${format}`);
    await refuseTruncations(folder, whole.subarray(0, whole.length - 8), 499);
    await assert.rejects(readContent(folder, "t.gz", gzipSync(whole)), /unpack it first/);
  });
}

const text = (lines: string[], missing?: number[]): TextVariable => ({
  kind: "text",
  lines,
  ...(missing && { missing: Uint8Array.from(missing) }),
});

test("every compression that pyarrow writes", async () => {
  const names = ["SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4", "arrow-lz4", "arrow-zstd"] as const;
  for (const name of names) {
    const { variables } = await readContent(folder, name, columnarFile(name));
    assert.deepEqual(
      await numbers(variables.get("x")),
      Array.from({ length: 200 }, (_, i) => (i % 5) / 4),
      name,
    );
    const lines = Array.from({ length: 200 }, (_, i) => `w${i % 3}`);
    assert.deepEqual((variables.get("s") as TextVariable).lines, lines, name);
  }
});

test("text is written as it is, and null where there is none", async () => {
  const ids = ["007", "", "740245381351497730", "NA", "1e3", " é\n"];
  const path = join(folder, "written.parquet");
  writeParquet(path, [
    { name: "id", data: ids },
    { name: "label", data: ["a", null, "", "b", null, "a"] },
    { name: "x", data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  ]);
  const { variables } = await readVariables(path);
  assert.deepEqual(variables.get("id"), text(ids));
  assert.deepEqual(variables.get("label"), text(["a", "", "", "b", "", "a"], [0, 1, 0, 0, 1, 0]));
});

test("Feather of version 1 is refused with a way out", async () => {
  await assert.rejects(
    readContent(folder, "one.feather", columnarFile("feather1")),
    /Feather file of version 1.*save it/,
  );
});

test("an Arrow stream without its end mark is reported", async () => {
  const whole = columnarFile("types-arrow");
  const { notes } = await readContent(folder, "open", whole.subarray(0, whole.length - 8));
  assert.ok(notes.includes("the Arrow stream has no end mark: it may be cut short"));
});
