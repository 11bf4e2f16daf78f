// Tests of text that is made visible: nothing is left that a terminal, XML or a reader's eye would be led astray by.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { textTable } from "./text-table.js";
import { characters, shortened, visible, visibleJson } from "./visible.js";
import { writeYaml } from "./yaml.js";

const family = "👩\u200d👩\u200d👧";

test("what is not seen is written out, and nothing else is changed", () => {
  const cases: [text: string, shown: string][] = [
    ["\u001b]0;title\u0007\u001b[2J", "\\x1b]0;title\\x07\\x1b[2J"],
    ["\u009b1m\u0085\u007f\0", "\\x9b1m\\x85\\x7f\\x00"],
    ["a\r\nb\tc", "a\\r\\nb\\tc"],
    ["a\u202eb\u2066\u200f\u2028", "a\\u202eb\\u2066\\u200f\\u2028"],
    ["\ufffe\uffff\ufff9\ud800x\udc00", "\\ufffe\\uffff\\ufff9\\ud800x\\udc00"],
  ];
  for (const [text, shown] of cases) assert.equal(visible(text), shown);
  for (const plain of ["", "größe ≤ 3 → 4", family, "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "می\u200cخواهم", "e\u0301", "\\x1b"]) {
    assert.equal(visible(plain), plain);
    assert.equal(visible(visible(plain)), visible(plain));
  }
});

test("JSON and YAML hold the same value without a byte that is not seen", () => {
  const odd = [
    "\u001b[2J",
    "\u009b\u0085",
    "a\u202eb",
    "a\nb",
    "\ud800",
    "\u2028",
    "\ufffe",
    "\u007f",
    "__proto__",
    "😺",
  ];
  const value = Object.fromEntries(odd.map((name) => [name, [name]]));
  for (const [text, back] of [
    [visibleJson(value), JSON.parse],
    [writeYaml(value), (yaml: string): unknown => parse(yaml)],
  ] as const) {
    assert.deepEqual(back(text), value);
    for (const line of text.split("\n")) assert.equal(visible(line), line);
  }
});

test("a long text is cut between characters, and stays well formed", () => {
  assert.equal(shortened("x".repeat(10_000), 10), `${"x".repeat(9)}…`);
  assert.equal(shortened(family.repeat(50), 3), `${family}${family}…`);
  assert.equal(shortened("abc", 3), "abc");
  assert.ok(shortened(`a${"\u0301".repeat(10_000)}`, 5).length < 100);
  assert.equal(shortened("😺".repeat(10_000), 3), "😺😺…");
  assert.equal(characters(family), 1);
});

test("a cell is one line and one column", () => {
  const rows = [
    ["name", "n"],
    ["a\nb", "10"],
    [family, "7"],
  ];
  assert.deepEqual(textTable(rows), ["name  n", "a\\nb  10", `${family}     7`]);
  assert.deepEqual(textTable(rows, "numbers"), ["name   n", "a\\nb  10", `${family}      7`]);
  assert.deepEqual(
    textTable([
      ["x".repeat(1000), "1"],
      ["y", "2"],
    ])[1],
    `y${" ".repeat(59)}  2`,
  );
});
