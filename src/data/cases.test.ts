// Files as people have them (cases/): each is read as a person would read it, or refused with a question.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const { CaseRunner, listCases } = await import(new URL("../../scripts/cases/cases.mjs", import.meta.url).href);
const runner = new CaseRunner();
after(() => runner.close());

const kinds: Readonly<Record<string, string>> = {
  A: "arrays of three and more axes",
  D: "paired and unpaired views",
  E: "labels among views and features",
  F: "which matrices are the views",
  G: "headers of numbers",
  H: "numbers in text",
  I: "ids",
  J: "missing labels, and labels that change easily",
  K: "HDF5 numbers of odd widths",
  L: "what float32 cannot tell apart",
  M: "MATLAB and Octave",
  N: "wide tables",
  O: "dialects and formats",
};
const counts = new Map<string, { cases: number; read: number; asked: number }>();

// Cases with a model are in cli/cases.test.ts.
for (const each of listCases().filter(({ train }: { train?: object }) => !train)) {
  test(`${each.name} [${each.kind}]`, async () => {
    const { came, fault } = await runner.run(each);
    const count = counts.get(each.kind) ?? { cases: 0, read: 0, asked: 0 };
    counts.set(each.kind, count);
    count.cases++;
    if (fault === undefined) count[/^refused/.test(came) ? "asked" : "read"]++;
    assert.equal(fault, undefined, `${each.file ?? "wide table"}: ${fault}\n${each.why}\ncame: ${came}`);
  });
}

test("the table of docs/reading.md says what came", () => {
  const path = fileURLToPath(new URL("../../docs/reading.md", import.meta.url));
  const rows = Object.entries(kinds).map(([kind, what]) => {
    const { cases, read, asked } = counts.get(kind)!;
    return `| ${kind} | ${what} | ${cases} | ${read} | ${asked} |`;
  });
  const table = ["| kind | what | cases | read | asked or refused |", "| --- | --- | --: | --: | --: |", ...rows].join(
    "\n",
  );
  const page = readFileSync(path, "utf8");
  const [, before, , behind] = /^(.*<!-- cases:[^\n]*-->\n)(.*)(<!-- end of cases -->.*)$/s.exec(page)!;
  const expected = `${before}\n${table}\n\n${behind}`;
  if (process.env.VANTAGE_WRITE_DOCS) writeFileSync(path, expected);
  else assert.equal(page, expected, "VANTAGE_WRITE_DOCS=1 node scripts/test.mjs data/cases writes the table");
});
