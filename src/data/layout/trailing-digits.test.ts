// Names from an untrusted file: long runs of one sign are read in time that grows with their length, not its square.
import assert from "node:assert/strict";
import { test } from "node:test";
import { numberedGroups } from "./column-groups.js";
import { trailingDigits } from "./trailing-digits.js";

test("digits at the end of a name", () => {
  assert.deepEqual(trailingDigits("vgg16"), { head: "vgg", digits: "16" });
  assert.deepEqual(trailingDigits("vgg"), { head: "vgg", digits: "" });
  assert.deepEqual(trailingDigits("12"), { head: "", digits: "12" });
});

test("columns are grouped by what stands before their numbers", () => {
  const groups = numberedGroups(["a_1", "a[2]", "b (3)", "b.4", "_5", "6", "c"]);
  const found = [...groups].map(([name, members]) => [name, members.map(({ numbers }) => numbers).join()]);
  assert.deepEqual(found, [
    ["a", "1,2"],
    ["b", "3,4"],
  ]);
});

for (const sign of ["_", "1", " ", "[", "a1_"]) {
  test(`a name of many ${JSON.stringify(sign)}`, () => {
    const name = sign.repeat(400_000 / sign.length);
    const begun = performance.now();
    numberedGroups([`${name}x`, `${name}y`, name, `${name}]`]);
    trailingDigits(`${name}x`);
    const took = performance.now() - begun;
    assert.ok(took < 2000, `${took.toFixed(0)} ms`);
  });
}
