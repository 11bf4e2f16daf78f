#!/usr/bin/env node
// Starts the command line; in a source checkout that is not built yet, builds it first.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const main = new URL("dist/cli/main.js", root);

if (!existsSync(main) && existsSync(new URL("src/cli/main.ts", root))) {
  process.stderr.write("First start in a source checkout: building (about 10 seconds) …\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const build = spawnSync(npm, ["run", "--silent", "build"], { cwd: fileURLToPath(root), stdio: ["ignore", 2, 2] });
  if (build.status !== 0) {
    process.stderr.write("vantage: the build failed; run npm ci first\n");
    process.exit(1);
  }
}
const { run } = await import(main.href);
await run(process.argv.slice(2));
