// Which methods are tried on which pairs, and for how long.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "../methods/options.js";
import { candidatesFor } from "./candidates.js";
import { hiddenPairs, withHeldOut } from "./pairs.testing.js";

const named = (pairs: Parameters<typeof candidatesFor>[0], seed = 0) =>
  new Map(candidatesFor(pairs, seed).map(({ method, options }) => [method, options]));

test("pairs alone: CCA and DJSRH; with classes DCHN and MvLNet too", () => {
  assert.deepEqual([...named(withHeldOut(hiddenPairs(), 10)).keys()], ["cca", "djsrh"]);
  const labeled = withHeldOut(hiddenPairs({ labeled: true }), 10);
  assert.deepEqual([...named(labeled).keys()], ["cca", "djsrh", "dchn", "mvlnet"]);
});

test("fewer passes over more pairs, from 100 down to 5", () => {
  for (const [samples, epochs] of [
    [80, 100],
    [3010, 20],
    [30_010, 5],
  ] as const) {
    const options = named(withHeldOut(hiddenPairs({ samples, columns: [3, 3] }), 10));
    assert.equal(options.get("djsrh")!.epochs, epochs);
  }
});

test("options are those that the methods take, with the seed, and fit small data", () => {
  for (const { method, definition, options } of candidatesFor(
    withHeldOut(hiddenPairs({ samples: 22, labeled: true }), 10),
    7,
  )) {
    assert.doesNotThrow(() => parseOptions(method, definition.options, { ...options }), method);
    assert.equal(options.seed, 7);
  }
  const { dimensions } = named(withHeldOut(hiddenPairs({ samples: 22 }), 15)).get("cca")!;
  assert.equal(dimensions, 6, "fewer than training pairs");
  assert.equal(named(withHeldOut(hiddenPairs({ samples: 22 }), 15)).get("djsrh")!.batch, 7);
});
