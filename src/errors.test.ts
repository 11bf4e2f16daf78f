// Every class of errors has a name and a code of its own, and is still an error of its parent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RuntimeError } from "./core/runtime/session.js";
import { DivergenceError } from "./core/runtime/training-step.js";
import { GraphError } from "./core/tensor/dimension.js";
import { AmbiguousDataError, OutOfMemoryError, StorageError, UnreadableError, UserError } from "./errors.js";
import { InterruptedError } from "./methods/training.js";
import { MissingError } from "./search/index/search-index.js";
import { UnavailableError } from "./search/stores/unavailable.js";

const ofUsers = [
  new UserError("x"),
  new StorageError("x"),
  new UnreadableError("x"),
  new AmbiguousDataError("x", []),
  new OutOfMemoryError("x"),
  new MissingError("x"),
  new UnavailableError("x"),
];
const others = [new RuntimeError("x"), new DivergenceError("x"), new InterruptedError("x"), new GraphError("x")];

test("errors have names and codes of their own", () => {
  const all = [...ofUsers, ...others];
  for (const error of all) {
    assert.equal(error.name, error.constructor.name);
    assert.match(error.code, /^ERR_[A-Z_]+$/, error.name);
  }
  assert.equal(new Set(all.map(({ code }) => code)).size, all.length);
  for (const error of ofUsers) assert.ok(error instanceof UserError, error.name);
});

test("a message of several lines becomes one, however many blanks are in it", () => {
  const cases: [string, string][] = [
    ["one", "one"],
    ["a  \r\n \u2028  b  c ", "a b  c "],
    ["\n a \n\n b\n", " a b "],
  ];
  for (const [message, line] of cases) assert.equal(new UserError(message).message, line);
  const begin = process.cpuUsage();
  for (const blanks of [" ".repeat(500_000), "\n".repeat(500_000), " \n".repeat(200_000)]) new UserError(`a${blanks}b`);
  assert.ok(process.cpuUsage(begin).user < 2e6);
});
