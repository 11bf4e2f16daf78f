// Tests of the words that a run folder remembers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keptWords, withoutPassword } from "./command.js";

test("a command keeps what repeats the run, and no other flag", () => {
  const repeat = [
    "vantage",
    "train",
    "gmae",
    "--data",
    "my file.mat",
    "--seed",
    "3",
    "--set",
    "lr=0.1",
    "--pretrain-only",
  ];
  const cases: [words: string[], kept: string[]][] = [
    [repeat, repeat],
    [
      ["vantage", "add-view", "--json", "run", "--view=b"],
      ["vantage", "add-view", "--json", "run", "--view=b"],
    ],
    [
      ["vantage", "demo", "--token", "SECRET", "--out", "a"],
      ["vantage", "demo", "--out", "a"],
    ],
    [
      ["vantage", "demo", "--token=SECRET", "--out=a"],
      ["vantage", "demo", "--out=a"],
    ],
    [
      ["vantage", "demo", "--token", "--SECRET"],
      ["vantage", "demo"],
    ],
    [
      ["vantage", "demo", "--token", "-SECRET", "--no-serve"],
      ["vantage", "demo"],
    ],
    [
      ["vantage", "demo", "--later-password", "SECRET", "SECRET", "--threads", "2"],
      ["vantage", "demo", "--threads", "2"],
    ],
    [
      ["vantage", "train", "gmae", "--missing", "--token", "--data", "x"],
      ["vantage", "train", "gmae", "--missing", "--token", "--data", "x"],
    ],
    [
      ["vantage", "train", "gmae", "--data=postgres://me:SECRET@host/db"],
      ["vantage", "train", "gmae", "--data=postgres://me:***@host/db"],
    ],
    [
      ["vantage", "train", "gmae", "--data"],
      ["vantage", "train", "gmae", "--data"],
    ],
  ];
  for (const [words, expected] of cases) assert.deepEqual(keptWords(words), expected);
});

test("the password of a URL is not shown", () => {
  assert.equal(
    withoutPassword("at postgres://me:p@ss:word@host:5432/db and http://:x@y"),
    "at postgres://me:***@host:5432/db and http://:***@y",
  );
  for (const plain of ["C:/a@b", "a:b@c", "http://host:80/x@y", "http://me@host/"])
    assert.equal(withoutPassword(plain), plain);
});
