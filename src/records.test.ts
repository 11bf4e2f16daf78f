// Tests of objects keyed by names from data: names that every object knows are names as any other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { ownValue, recordOf } from "./records.js";

test("no name is left out, and a fault is reported by its path", () => {
  const schema = recordOf(recordOf(z.number()));
  const given = JSON.parse('{"__proto__": {"constructor": 1}, "toString": {"__proto__": 2}}');
  assert.deepEqual(schema.parse(given), given);
  assert.deepEqual(Object.keys(schema.parse(given)), ["__proto__", "toString"]);
  const { error } = schema.safeParse({ a: { b: "one" } });
  assert.deepEqual(error!.issues[0]!.path, ["a", "b"]);
  for (const odd of [[], null, "a", 1]) assert.equal(schema.safeParse(odd).success, false);
});

test("only an object's own value is found", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    assert.equal(ownValue({}, name), undefined);
    assert.equal(ownValue(Object.fromEntries([[name, 1]]), name), 1);
  }
});
