// Releasing programs that are in use: in a process of its own, since what is tested ended the process.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { allEngines } from "./engines.testing.js";

for (const [way] of allEngines) {
  test(`a program released during runs lets them end first and refuses later ones (${way})`, () => {
    const child = fileURLToPath(new URL("./release.child.testing.js", import.meta.url));
    const { status, signal, stderr } = spawnSync(process.execPath, [child, way], { encoding: "utf8", timeout: 60_000 });
    assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: "" });
  });
}
