// The documentation's site: every page is in its navigation once, and everything that pages link can be shown. CI builds the site itself.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pages, root } from "./docs-pages.testing.js";

const site = new URL("../scripts/docs-site/", import.meta.url);
const { groups } = (await import(new URL("navigation.mjs", site).href)) as {
  groups: readonly { readonly text: string; readonly pages: Readonly<Record<string, string>> }[];
};
const { stageSite } = (await import(new URL("stage.mjs", site).href)) as {
  stageSite(root: string, folder: string): void;
};

test("every page but the API's own is in the navigation once", () => {
  const listed = groups.flatMap((group) => Object.keys(group.pages));
  assert.equal(new Set(listed).size, listed.length);
  const own = pages()
    .map(({ path }) => path)
    .filter((path) => !path.startsWith("docs/api/vantage-ml"));
  assert.deepEqual(
    own.filter((path) => !listed.includes(path)),
    [],
  );
});

test("the site's pages link pages and files that it has", () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-site-"));
  try {
    stageSite(root, folder);
    assert.ok(existsSync(join(folder, "index.md")) && existsSync(join(folder, "docs/api/index.md")));
    const dead: string[] = [];
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((each) =>
      each.endsWith(".md"),
    )) {
      const text = readFileSync(join(folder, name), "utf8").replaceAll(/```[\s\S]*?```|`[^`]*`/g, "");
      for (const [, target] of text.matchAll(/\]\(([^)\s#]+)/g)) {
        if (!/^[a-z]+:/.test(target!) && !existsSync(join(folder, name, "..", target!)))
          dead.push(`${name}: ${target}`);
      }
    }
    assert.deepEqual(dead, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
