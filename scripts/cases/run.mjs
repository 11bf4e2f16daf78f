#!/usr/bin/env node
// Holds the files of a folder of cases against what they should give:  node scripts/cases/run.mjs [FOLDER] [NAME or KIND …]
//
// The folder is cases/ where it is left out. A line for each case that fails, or for each case where CASES_VERBOSE=1, the count
// by kind, then "N passed, M failed"; exit status 1 where one fails. The package must be built.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CaseRunner, listCases, ownFolder } from "./cases.mjs";

const given = process.argv.slice(2);
const folder = given.length > 0 && existsSync(join(given[0], "cases.json")) ? resolve(given.shift()) : ownFolder;
const cases = listCases(folder).filter(
  ({ name, kind }) => given.length === 0 || given.includes(name) || given.includes(kind),
);
if (cases.length === 0) {
  console.error(`no such case in ${folder}: ${given.join(" ")}`);
  process.exit(2);
}

const line = (text) => text.replace(/\s+/g, " ").slice(0, 400);
const runner = new CaseRunner(folder);
const kinds = new Map();
let failed = 0;
for (const each of cases) {
  const { came, fault } = await runner.run(each);
  const [held, of] = kinds.get(each.kind) ?? [0, 0];
  kinds.set(each.kind, [held + (fault === undefined ? 1 : 0), of + 1]);
  if (fault !== undefined) {
    failed++;
    console.log(line(`${each.name} [${each.kind}] ${fault}; came ${came}`));
  } else if (process.env.CASES_VERBOSE) console.log(line(`ok ${each.name} [${each.kind}] ${came}`));
}
runner.close();
console.log(
  `by kind: ${[...kinds]
    .sort()
    .map(([kind, [held, of]]) => `${kind} ${held}/${of}`)
    .join("  ")}`,
);
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
