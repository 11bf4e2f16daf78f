// The gallery's examples run as a reader runs them, and draw the pictures that the page shows.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { root } from "./docs-pages.testing.js";

const out = mkdtempSync(join(tmpdir(), "vantage-gallery-out-"));
after(() => rmSync(out, { recursive: true, force: true }));
const gallery = join(root, "examples/gallery");
const page = readFileSync(join(root, "docs/gallery.md"), "utf8");
const names = Array.from(page.matchAll(/pictures\/gallery-([\w-]+)\.webp/g), ([, name]) => name!);

test("every example of the folder is on the page", () => {
  const scripts = readdirSync(gallery).filter((name) => existsSync(join(gallery, name)) && name.endsWith(".mjs"));
  const parts = ["draw.mjs", "digits.mjs", "place.mjs"];
  const expected = scripts.filter((name) => !parts.includes(name)).map((name) => name.replace(".mjs", ""));
  assert.deepEqual([...names].sort(), expected.sort());
  for (const name of names) assert.match(page, new RegExp(`\\b${name}\\b`));
});

for (const name of names) {
  test(`${name} draws its picture`, async () => {
    const child = spawn(process.execPath, [join(gallery, `${name}.mjs`), "--out", out], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    const status = await new Promise((resolve) => child.once("close", resolve));
    assert.equal(status, 0, said);
    const file = `gallery-${name}.webp`;
    const [made, shown] = await Promise.all(
      [out, join(root, "docs/pictures")].map((folder) => sharp(join(folder, file)).metadata()),
    );
    assert.deepEqual(
      [made!.width, made!.height],
      [shown!.width, shown!.height],
      `${name}: draw the picture of the page anew`,
    );
  });
}
