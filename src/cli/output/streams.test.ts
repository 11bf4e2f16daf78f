// Tests of commands whose stdout or stderr cannot be written.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Workplace, workplace, writeBlobs } from "../command.testing.js";

const script = fileURLToPath(new URL("../../../bin/vantage.js", import.meta.url));
let place: Workplace;
before(() => {
  place = workplace();
  writeBlobs(place.path("good.npz"));
});
after(() => place.remove());

type Output = "pipe" | "ignore" | number;

function start(args: readonly string[], stdout: Output, stderr: Output): ChildProcess {
  return spawn(process.execPath, [script, ...args], { cwd: place.folder, stdio: ["ignore", stdout, stderr] });
}

/** Reads the first line of stderr, then leaves, as `head -1` does. */
async function leave(child: ChildProcess): Promise<void> {
  await once(child.stderr!, "data");
  child.stderr!.destroy();
}

test("a training goes on when the reader of its stderr leaves", async () => {
  const child = start(["train", "gmae", "--data", "good.npz", "--epochs", "3", "--out", "run"], "ignore", "pipe");
  await leave(child);
  const [status] = await once(child, "exit");
  assert.equal(status, 0);
  assert.ok(existsSync(place.path("run/report.html")));
  assert.ok(!existsSync(place.path("run/lock")));
});

test("a server goes on when the reader of its stderr leaves", async () => {
  await place.succeed(["index", "run", "--out", "index"]);
  const child = start(["serve", "index", "--port", "0"], "ignore", "pipe");
  let said = "";
  child.stderr!.on("data", (text) => (said += text));
  while (!/http:\S+/.test(said)) await once(child.stderr!, "data");
  child.stderr!.destroy();
  const [url] = /http:\S+/.exec(said)!;
  assert.equal((await fetch(`${url}health`)).status, 200);
  child.kill("SIGTERM");
  const [status] = await once(child, "exit");
  assert.equal(status, 0, "what it says when it stops reaches nobody");
});

test("stdout on a full disk is one line, and a failure", { skip: !existsSync("/dev/full") }, async () => {
  for (const args of [
    ["datasets"],
    ["train", "gmae", "--data", "good.npz", "--epochs", "1", "--out", "other", "--json"],
  ]) {
    const child = start(args, openSync("/dev/full", "w"), "pipe");
    let said = "";
    child.stderr!.on("data", (text) => (said += text));
    const [status] = await once(child, "close");
    assert.equal(status, 2, said);
    const complaints = said.split("\n").filter((line) => line.startsWith("vantage: "));
    assert.deepEqual(complaints, ["vantage: stdout cannot be written: the disk is full"]);
    assert.doesNotMatch(said, /\n\s+at /);
  }
  assert.ok(existsSync(place.path("other/report.html")), "the work itself is done");
});
