// The rules of ids and metadata: what they refuse, in words, and which numbers of a JSON text would be changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alteredNumber, idFault, itemId, itemMetadata, metadataFault } from "./item-rules.js";

test("ids: what an address, a list and every store can hold", () => {
  for (const id of ["a", "photo-1", "a/b", "...", ".hidden", "é", "👩‍👩‍👧", "__proto__", "x".repeat(512), " ", "a b"]) {
    assert.equal(idFault(id), undefined, id);
    assert.ok(itemId.safeParse(id).success, id);
  }
  const wrong: [string, RegExp][] = [
    ["", /empty/],
    ["x".repeat(513), /513 characters, expected at most 512/],
    ["a\tb", /control character/],
    ["a\nb", /control character/],
    ["\u0085", /control character/],
    ["\ud800", /surrogate/],
    [".", /folder/],
    ["..", /folder/],
  ];
  for (const [id, message] of wrong) {
    assert.match(idFault(id) ?? "", message);
    assert.ok(!itemId.safeParse(id).success, id);
  }
});

test("metadata: JSON of a bounded size that every store can keep", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 20; i++) deep = { deep };
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const wrong: [unknown, RegExp][] = [
    [null, /no object/],
    [[1], /no object/],
    ["text", /no object/],
    [{ a: { b: Number.POSITIVE_INFINITY } }, /a\.b is Infinity/],
    [{ a: Number.NaN }, /a is NaN/],
    [{ a: 1n }, /a is a bigint/],
    [{ a: "x\0" }, /a has a NUL/],
    [{ "\ud800": 1 }, /a key of it has/],
    [{ text: "x".repeat(65 * 1024) }, /more than 64 KiB/],
    [{ deep }, /16 deep/],
    [circular, /16 deep/],
    [JSON.parse('{"__proto__": 1}'), /the key __proto__/],
    [JSON.parse('{"a": {"__proto__": {}}}'), /the key a\.__proto__/],
    [{ constructor: { prototype: {} } }, /the key constructor/],
  ];
  for (const [metadata, message] of wrong) {
    assert.match(metadataFault(metadata) ?? "", message);
    assert.ok(!itemMetadata.safeParse(metadata).success || /__proto__/.test(message.source));
  }
  const good = { title: "é", list: [1, "2", null, true, { n: 1e300 }], constructor: "Ferrari", nothing: undefined };
  assert.equal(metadataFault(good), undefined);
  assert.equal(metadataFault({ text: "x".repeat(65_000) }), undefined);
});

test("numbers that parsing would change are found, in strings and beside them", () => {
  const altered: [string, string | undefined][] = [
    ['{"n": 12345678901234567890}', "12345678901234567890"],
    ['{"n": -9007199254740993}', "-9007199254740993"],
    ['{"n": [1, 1e400]}', "1e400"],
    ['{"n": -1E+999}', "-1E+999"],
    ['{"n": 9007199254740992, "m": 1e300, "f": 0.12345678901234567}', undefined],
    ['{"n": 12345678901234567000}', undefined],
    ['{"n": "12345678901234567890", "q": "\\"1e400"}', undefined],
    ['{"12345678901234567890": 1e-400}', undefined],
  ];
  for (const [json, found] of altered) assert.equal(alteredNumber(json), found, json);
});
