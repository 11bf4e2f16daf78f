// Tests of checkpoints: one whole state at any moment, through torn files and killed writers.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { UserError } from "../errors.js";
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";

let folder: string;
const inside = (name = "") => join(folder, "checkpoint", name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vantage-checkpoint-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function state(epoch: number): Checkpoint {
  const data = new Float32Array(100).fill(epoch);
  return { tensors: new Map([["w", { shape: [10, 10], data }]]), json: { epoch, rng: { seed: 1e300 }, rate: 0.1 } };
}

test("the newest is loaded and alone", () => {
  assert.equal(loadCheckpoint(folder), undefined);
  saveCheckpoint(folder, state(1), 4);
  saveCheckpoint(folder, state(2), 5);
  assert.deepEqual(loadCheckpoint(folder), { ...state(2), metricLines: 5 });
  assert.deepEqual(readdirSync(inside()), ["state-2.safetensors"]);
});

test("a torn newest gives way to the one before; leftovers go with the next save", () => {
  for (const epoch of [9, 10]) {
    saveCheckpoint(folder, state(epoch), epoch);
    copyFileSync(inside(`state-${epoch - 8}.safetensors`), join(folder, `${epoch}`));
  }
  copyFileSync(join(folder, "9"), inside("state-9.safetensors"));
  copyFileSync(join(folder, "10"), inside("state-10.safetensors"));
  rmSync(inside("state-2.safetensors"));
  assert.deepEqual(loadCheckpoint(folder)!.json, state(10).json, "by number, not by name");
  truncateSync(inside("state-10.safetensors"), 300);
  assert.deepEqual(loadCheckpoint(folder), { ...state(9), metricLines: 9 });
  writeFileSync(inside(".state-11.safetensors.77.0.tmp"), "half");
  saveCheckpoint(folder, state(11), 11);
  assert.deepEqual(readdirSync(inside()), ["state-11.safetensors"]);
});

test("where none is whole, the newest one's fault is said", () => {
  saveCheckpoint(folder, state(1), 0);
  truncateSync(inside("state-1.safetensors"), 100);
  assert.throws(() => loadCheckpoint(folder), /state-1.safetensors is not a whole safetensors file/);
  rmSync(inside(), { recursive: true });
  mkdirSync(inside());
  writeFileSync(inside("state-1.safetensors"), Buffer.from("02000000000000007b7d", "hex"));
  assert.throws(() => loadCheckpoint(folder), /state-1.safetensors is not a checkpoint: format missing/);
});

test("a number that JSON would lose is refused, and the old checkpoint stays", () => {
  saveCheckpoint(folder, state(1), 0);
  const lossy = { ...state(2), json: { best: [Number.POSITIVE_INFINITY] } };
  assert.throws(() => saveCheckpoint(folder, lossy, 0), RangeError);
  assert.deepEqual(loadCheckpoint(folder)!.json, state(1).json);
});

test("a folder that cannot be made", () => {
  writeFileSync(join(folder, "file"), "");
  assert.throws(() => saveCheckpoint(join(folder, "file"), state(1), 0), UserError);
});

test("a writer killed at any moment leaves a whole checkpoint, at least as new as the last it acknowledged", async () => {
  const module = JSON.stringify(new URL("./checkpoint.js", import.meta.url).href);
  for (let kill = 0; kill < 6; kill++) {
    const code = `import(${module}).then(({ saveCheckpoint, loadCheckpoint }) => {
      const data = new Float32Array(1 << 18);
      for (let epoch = (loadCheckpoint(${JSON.stringify(folder)})?.json ?? 0) + 1; ; epoch++) {
        data.fill(epoch);
        saveCheckpoint(${JSON.stringify(folder)}, { tensors: new Map([["w", { shape: [1 << 18], data }]]), json: epoch }, epoch);
        require("fs").writeSync(1, epoch + "\\n");
      }
    })`;
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout!.on("data", (piece: Buffer) => {
      said += piece;
    });
    await once(child.stdout!, "data");
    await new Promise((resolve) => setTimeout(resolve, 5 + 7 * kill));
    child.kill("SIGKILL");
    await once(child, "close");
    const { json, tensors } = loadCheckpoint(folder)!;
    const acknowledged = Number(said.trim().split("\n").at(-1));
    assert((json as number) >= acknowledged, `${json} after ${acknowledged}`);
    assert(tensors.get("w")!.data.every((value) => value === json));
  }
});
