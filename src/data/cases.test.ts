// Files as people have them (cases/): each is read as a person would read it, or refused with a question.
import assert from "node:assert/strict";
import { after, test } from "node:test";

const { CaseRunner, listCases } = await import(new URL("../../scripts/cases/cases.mjs", import.meta.url).href);
const runner = new CaseRunner();
after(() => runner.close());

// Cases with a model are in cli/cases.test.ts.
for (const each of listCases().filter(({ train }: { train?: object }) => !train)) {
  test(`${each.name} [${each.kind}]`, async () => {
    const { came, fault } = await runner.run(each);
    assert.equal(fault, undefined, `${each.file ?? "wide table"}: ${fault}\n${each.why}\ncame: ${came}`);
  });
}
