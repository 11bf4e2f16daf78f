// Suggestions for misspelled names.
import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean, nearNames } from "./near-names.js";

test("capitals, slips, beginnings and swapped letters are near; other words are not", () => {
  const known = ["gmae", "djsrh", "dchn", "train", "epochs", "evaluate", "lr"];
  for (const [given, expected] of [
    ["GMAE", ["gmae"]],
    ["trian", ["train"]],
    ["epoch", ["epochs"]],
    ["eval", ["evaluate"]],
    ["lrr", ["lr"]],
    ["banana", []],
    ["x", []],
  ] as const) {
    assert.deepEqual(nearNames(given, known), expected, given);
  }
  assert.equal(didYouMean("banana", known), undefined);
  assert.equal(didYouMean("evaluat", known), "did you mean evaluate?");
});
