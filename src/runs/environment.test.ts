// Tests of what a run says about its machine and data.
import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkDataFiles, describeEnvironment, watchFiles } from "./environment.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-environment-"));
const path = join(folder, "abc.mat");
after(() => rmSync(folder, { recursive: true }));

test("versions, machine and the files' hashes", async () => {
  writeFileSync(path, "abc");
  const environment = await describeEnvironment([path]);
  assert.deepEqual(environment.files, [
    { path, bytes: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  ]);
  assert.match(environment.vantage, /^\d+\.\d+\.\d+/);
  assert.match(environment.onnxruntime, /^1\.\d+\.\d+/);
  assert.equal(environment.node, process.versions.node);
  assert(environment.cores >= 1 && environment.memoryBytes > 1e8);
  assert(!JSON.stringify({ ...environment, files: [] }).includes(process.cwd()));
});

test("a data file that changes under a run is noticed", async () => {
  writeFileSync(path, "abc");
  const environment = await describeEnvironment([path]);
  await checkDataFiles(environment);
  writeFileSync(path, "abd");
  await assert.rejects(
    checkDataFiles(environment),
    /abc\.mat has changed since the run began \(3 bytes, SHA-256 ba7816bf8f01…/,
  );
  rmSync(path);
  await assert.rejects(checkDataFiles(environment), /abc\.mat cannot be read: no such file/);
});

test("a data file that changes while it is read is noticed, whether it grows, goes or is another of the same size", async () => {
  const changes: Record<string, () => void> = {
    grows: () => writeFileSync(path, "abcd"),
    "is another": () => {
      writeFileSync(`${path}.new`, "xyz");
      renameSync(`${path}.new`, path);
    },
    goes: () => rmSync(path),
  };
  for (const [what, change] of Object.entries(changes)) {
    writeFileSync(path, "abc");
    const unchanged = watchFiles([path]);
    unchanged();
    change();
    assert.throws(unchanged, /abc\.mat changed while it was read/, what);
  }
});
