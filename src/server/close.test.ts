// Closing an index that is in use: in a process of its own, since what is tested ended the process.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("an index closed under queries answers them and refuses later ones", () => {
  const child = fileURLToPath(new URL("./close.child.testing.js", import.meta.url));
  const { status, signal, stderr } = spawnSync(process.execPath, [child], { encoding: "utf8", timeout: 60_000 });
  assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: "" });
});
