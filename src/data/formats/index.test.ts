// Tests of recognizing formats by content, and of what is said about other files.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { UserError } from "../../errors.js";
import { readVariables } from "./index.js";
import { array, encodeMatlab5 } from "./matlab/matlab5.testing.js";
import { numbers, readContent, testFolder } from "./readers.testing.js";

const folder = testFolder();

test("the extension does not matter", async () => {
  const { format, variables } = await readContent(folder, "data.csv", encodeMatlab5({ x: array([1, 1], [4]) }));
  assert.equal(format, "matlab5");
  assert.deepEqual(await numbers(variables.get("x")), [4]);
  assert.equal((await readContent(folder, "table.mat", "a,b\n1,2\n")).format, "csv");
});

test("files of other kinds are named", async () => {
  const cases: [Uint8Array | string, RegExp][] = [
    ["", /is empty/],
    [Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), /is a PNG image; supported are MATLAB/],
    [Buffer.from([0x80, 4, 0x95, 0]), /is a Python pickle/],
    ["<!DOCTYPE html><html></html>", /is a web page/],
    ['["a"]', /is text without columns of numbers/],
    ['{"a": "b"}', /is JSON without numbers/],
    ["version https://git-lfs.github.com/spec/v1\noid x", /is a Git LFS pointer/],
    [Buffer.from([1, 2, 3, 0, 0, 0, 9, 9]), /begins with the bytes 01 02 03 00 00 00 09 09/],
    ["some words\nand more\n", /is text without columns of numbers/],
    ["MATLAB 7.3 MAT-file, Platform: x", /is a MATLAB 7\.3 file that is corrupt or truncated/],
    ["PAR1", /corrupt or truncated/],
  ];
  for (const [content, pattern] of cases) {
    await assert.rejects(readContent(folder, "what", content), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, pattern);
      return true;
    });
  }
});

test("gzip within gzip is refused, however deep", async () => {
  const once = gzipSync("a,b\n1,2\n");
  assert.equal((await readContent(folder, "once.csv.gz", once)).format, "csv");
  const message = /deep\.gz is compressed \(gzip\) more than once: unpack it once/;
  let deep = once;
  for (let level = 0; level < 400; level++) {
    deep = gzipSync(deep);
    if (level === 0 || level === 399) {
      await assert.rejects(
        readContent(folder, "deep.gz", deep),
        (error) => error instanceof UserError && message.test(error.message),
      );
    }
  }
});

test("paths that cannot be read", async () => {
  mkdirSync(join(folder, "inner"));
  await assert.rejects(readVariables(join(folder, "inner")), /cannot be read: it is a folder/);
  await assert.rejects(
    readVariables(join(folder, "nothing.mat")),
    /nothing\.mat cannot be read: no such file or folder/,
  );
  if (process.getuid?.() !== 0) {
    const path = join(folder, "locked.csv");
    writeFileSync(path, "a,b\n1,2\n");
    chmodSync(path, 0);
    await assert.rejects(readVariables(path), /permission denied/);
  }
});
