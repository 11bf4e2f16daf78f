// Models used on files other than their training file (cases/, kinds B and C): other classes, columns and views.
import assert from "node:assert/strict";
import { after, test } from "node:test";

const { CaseRunner, listCases } = await import(new URL("../../scripts/cases/cases.mjs", import.meta.url).href);
const runner = new CaseRunner();
after(() => runner.close());

for (const each of listCases().filter(({ train }: { train?: object }) => train)) {
  test(`${each.name} [${each.kind}]`, async () => {
    const { came, fault } = await runner.run(each);
    assert.equal(fault, undefined, `${fault}\n${each.why}\ncame: ${came}`);
  });
}
