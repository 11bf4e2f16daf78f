// docs/api is what `npm run docs:api` makes of the docstrings, and everything public has one.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

function pages(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

test("the API pages are up to date and nothing public lacks a docstring", () => {
  const out = mkdtempSync(join(tmpdir(), "vantage-api-"));
  try {
    const made = spawnSync(process.execPath, [join(root, "scripts/api-pages/build.mjs"), "--out", out], {
      encoding: "utf8",
    });
    assert.equal(made.status, 0, made.stdout + made.stderr);
    const [expected, found] = [pages(out), pages(join(root, "docs/api"))];
    assert.ok(expected.size > 50, `${expected.size} pages`);
    assert.deepEqual([...found.keys()], [...expected.keys()], "run npm run docs:api");
    for (const [name, text] of expected) assert.equal(found.get(name), text, `${name}: run npm run docs:api`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
