// A process that locks a folder on command: `hold`, `turns` (again and again), `look` (whether it is held) or `parent` (holds, with a child).
import { spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasWriter, lockFolder } from "./lock.js";

const [task, folder] = process.argv.slice(2) as [string, string];

function hold(): void {
  try {
    lockFolder(folder);
    console.log("held");
    setInterval(() => {}, 1000);
  } catch (error) {
    console.log(`refused ${(error as Error).message}`);
  }
}

/** Takes the folder as often as it can for a second. In it at once with another one, it fails to make the file `inside`. */
async function turns(): Promise<void> {
  const end = performance.now() + 1000;
  let taken = 0;
  while (performance.now() < end) {
    let release: () => void;
    try {
      release = lockFolder(folder);
    } catch {
      continue;
    }
    taken++;
    const inside = join(folder, "inside");
    closeSync(openSync(inside, "wx"));
    await new Promise(setImmediate);
    rmSync(inside);
    release();
  }
  console.log(`taken ${taken}`);
}

if (task === "hold") hold();
if (task === "turns") await turns();
if (task === "look") for (;;) hasWriter(folder);
if (task === "parent") {
  hold();
  const child = spawn("sleep", ["60"], { stdio: "ignore", detached: true });
  child.unref();
  console.log(`child ${child.pid}`);
}
