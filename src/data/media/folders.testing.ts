// Folders of small pictures and other files for tests.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { twoHalves } from "./pictures.testing.js";

const parent = realpathSync(mkdtempSync(join(tmpdir(), "media-")));
after(() => rmSync(parent, { recursive: true }));
const png = await twoHalves(2, 2).png().toBuffer();
let made = 0;

/** A new folder with small pictures and other files, removed after the tests. */
export function folderOf(
  pictures: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): string {
  const folder = join(parent, `set${made++}`);
  mkdirSync(folder);
  for (const [path, content] of [...pictures.map((path) => [path, png] as const), ...Object.entries(files)]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
