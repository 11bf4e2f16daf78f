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
// The first process of a container does not end by a signal of itself: where a command has no use for one, it ends here.
if (process.pid === 1) {
  for (const [signal, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ]) {
    process.on(signal, () => process.listenerCount(signal) === 1 && process.exit(status));
  }
}
const { run } = await import(main.href);
await run(process.argv.slice(2));
