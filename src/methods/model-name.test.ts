// Tests of the names of exported models: files of their own for views of any name, and none outside their folder.
import assert from "node:assert/strict";
import { test } from "node:test";
import { modelName } from "./model-name.js";

test("a plain name stays, any other gets a file of its own", () => {
  for (const plain of ["image", "X1", "größe", "rna_2.a-b"]) assert.equal(modelName(plain), plain);
  assert.equal(modelName("a/b"), "a-b-c14cddc0");
  const odd = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "a b",
    "a/b",
    "a\\b",
    "a-b",
    "-a",
    "representation",
    "a\0",
    "a\n",
    "x".repeat(10_000),
  ];
  const more = [`${"x".repeat(10_000)}y`, "😺", "𝔘".repeat(300), "\ud800", "__proto__"];
  const files = [...odd, ...more].map(modelName);
  assert.equal(new Set(files).size, files.length);
  for (const file of files) {
    assert.match(file, /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u);
    assert.ok(Buffer.byteLength(`specific-${file}.onnx`) < 200, file);
  }
  assert.ok(!files.includes("representation"));
});
