// Tests of vantage doctor: what it finds here, and what it says where things are missing.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { runCommand, type Workplace, workplace } from "../command.testing.js";
import type { Check } from "../doctor/check.js";

let place: Workplace;
before(() => {
  place = workplace();
});
after(() => place.remove());

async function doctor(env?: Record<string, string>) {
  const { status, stdout, stderr } = await runCommand(["doctor", "--json"], place.folder, env);
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
  return { status, ok, stderr, of: (name: string) => checks.find((each) => each.name === name)! };
}

test("where training works its exit status is 0, and every feature has a line", async () => {
  const found = await doctor();
  assert.equal(found.status, 0, found.stderr);
  assert.equal(found.ok, true);
  assert.equal(found.of("Node.js").found!.version, process.versions.node);
  assert.ok((found.of("processor").found!.usable as number) >= 1);
  assert.match(
    found.of("ONNX Runtime").text,
    /^1\.\d+\.\d+, interface \w+ cpu, providers .*cpu.*; a small training took \d+ ms$/,
  );
  assert.equal(found.of("reports").state, "ok");
  // One line each, whether it is there or not.
  for (const device of ["cuda", "webgpu"]) assert.doesNotMatch(found.of(`--device ${device}`).text, /\n/);
});

test("a missing library fails with status 1, a cache that cannot be written does not", async () => {
  mkdirSync(place.path("closed"));
  chmodSync(place.path("closed"), 0o555);
  const broken = await doctor({ VANTAGE_INTERFACE: "nothing", VANTAGE_CACHE: place.path("closed/cache") });
  assert.equal(broken.status, 1);
  assert.equal(broken.ok, false);
  assert.match(broken.of("ONNX Runtime").text, /nothing can be trained: VANTAGE_INTERFACE is nothing/);
  // The superuser may write anywhere.
  if (process.getuid?.() !== 0) assert.match(broken.of("cache").text, /cannot be written: set VANTAGE_CACHE/);
});

test("a device whose libraries are missing is refused in one line, by doctor's words", async (context) => {
  const found = await doctor();
  for (const device of ["cuda", "webgpu"]) {
    const { state, text } = found.of(`--device ${device}`);
    if (state === "ok") {
      context.diagnostic(`${device} is there`);
      continue;
    }
    const args = ["train", "cca", "--data", "synthetic:samples=60", "--device", device];
    const { status, stderr } = await runCommand([...args, "--out", device, "--quiet"], place.folder);
    assert.equal(status, 2, stderr);
    assert.equal(stderr, `vantage: --device ${device} does not work here: ${text}\n`);
  }
});
