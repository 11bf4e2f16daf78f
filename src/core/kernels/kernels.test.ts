// Tests of the thread pool.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { clampValues } from "./elementwise.js";
import { Kernels } from "./kernels.js";

test("many short jobs come out whole, with sleeping and with polling workers", async () => {
  const kernels = await Kernels.open({ threads: 3 });
  assert.equal(kernels.threads, 3);
  const x = kernels.memory.float32(70_001);
  for (let turn = 0; turn < 300; turn++) {
    if (turn % 30 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    x.fill(1e9);
    kernels.run("clampValues", x.length, 1 + (turn % 7) * 100, { x, limit: turn });
    assert.ok(
      x.every((value) => value === turn),
      `turn ${turn}`,
    );
  }
  kernels.close();
  assert.equal(kernels.threads, 1);
  x.fill(1e9);
  clampValues(kernels, x, 1);
  assert.ok(x.every((value) => value === 1));
});

test("workers see memory that grew after they started", async () => {
  const kernels = await Kernels.open({ threads: 2 });
  for (const length of [1_000_000, 8_000_000, 30_000_000]) {
    const x = kernels.memory.float32(length);
    x.fill(1e9);
    clampValues(kernels, x, length);
    assert.equal(x[0], length);
    assert.equal(x[length - 1], length);
    assert.equal(x[length >> 1], length);
  }
  kernels.close();
});

test("a kernel that traps is an error, and the pool goes on", async () => {
  const kernels = await Kernels.open({ threads: 2 });
  const x = kernels.memory.float32(100_000);
  const { buffer } = kernels.memory.wasm;
  const last = new Float32Array(buffer, buffer.byteLength - 4000, 1000);
  for (let turn = 0; turn < 20; turn++) {
    assert.throws(
      () => kernels.run("clampValues", 100_000, 1000, { x: last, limit: 0 }),
      /kernel clampValues trapped in \d+ of its chunks/,
    );
    x.fill(1e9);
    clampValues(kernels, x, turn);
    assert.ok(x.every((value) => value === turn));
  }
  kernels.close();
});

test("arrays outside the shared memory are refused", async () => {
  const kernels = await Kernels.open({ threads: 1 });
  assert.throws(
    () => clampValues(kernels, new Float32Array(4), 1),
    /RangeError: a Float32Array of 16 bytes lies outside/,
  );
  await assert.rejects(Kernels.open({ threads: 0 }), /threads 0: expected 1 or more/);
});

test("open workers do not keep the process alive", () => {
  const url = new URL("./kernels.js", import.meta.url).href;
  const program = `const { Kernels } = await import(${JSON.stringify(url)}); const k = await Kernels.open({ threads: 3 });
    const x = k.memory.float32(1e6).fill(9); k.run("clampValues", 1e6, 1000, { x, limit: 2 });
    if (process.argv[1] === "wait") await new Promise((r) => setTimeout(r, 100)); console.log(x[999999]);`;
  for (const when of ["now", "wait"]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program, when], {
      encoding: "utf8",
      timeout: 20_000,
    });
    assert.equal(stderr, "");
    assert.equal(stdout, "2\n");
    assert.equal(status, 0);
  }
});
