// The cases of ../shared/cases, where that folder is there, by their own check: all hold.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const checkout = fileURLToPath(new URL("../../", import.meta.url));
const check = fileURLToPath(new URL("../../../shared/cases/check.mjs", import.meta.url));

test("files that were misread once are read right", { skip: !existsSync(check) }, async () => {
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [check], { cwd: checkout, maxBuffer: 2 ** 24 }, (_, stdout, stderr) => {
      resolve(`${stdout}${stderr}`);
    });
  });
  assert.match(output, /^\d+ passed, 0 failed$/m, output);
});
