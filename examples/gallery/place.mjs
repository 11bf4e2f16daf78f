// The examples' working folder: temporary, removed at the end. Features of pictures are cached between examples.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function inTemporaryFolder(work) {
  const [before, folder] = [process.cwd(), mkdtempSync(join(tmpdir(), "vantage-gallery-"))];
  process.chdir(folder);
  try {
    await work();
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  }
}
