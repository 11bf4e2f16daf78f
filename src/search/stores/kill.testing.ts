// Processes that are killed in the middle of adding, and what has to be there afterwards.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Item, Space, Store } from "./store.js";

/** What adding.testing.ts adds in one call. */
export function addedItems(prefix: string, turn: number, { bits, dimensions }: Space): Item[] {
  return ["image", "text", "sound"].map((view, i) => ({
    id: `${prefix}-${turn}`,
    view,
    code: new Uint8Array(bits / 8).fill(turn + i),
    vector: new Float32Array(dimensions).fill(turn),
    metadata: { turn },
  }));
}

/** Starts the process, kills it (SIGKILL) in the middle of an add some milliseconds after its first, and gives the number of adds acknowledged. */
export async function killWhileAdding(
  place: string,
  name: string,
  prefix: string,
  milliseconds: number,
): Promise<number> {
  const script = fileURLToPath(new URL("./adding.testing.js", import.meta.url));
  const child = spawn(process.execPath, [script, place, name, prefix], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (output === "") setTimeout(() => child.kill("SIGKILL"), milliseconds);
    output += text;
  });
  const signal = await new Promise((resolve) => child.on("close", (_, name) => resolve(name)));
  assert.equal(signal, "SIGKILL", "the process ended by itself");
  return output.split("\n").length - 1;
}

/** Every acknowledged add is there whole; of one that was not, all items or none. */
export async function checkAdded(store: Store, prefix: string, acknowledged: number): Promise<void> {
  assert.ok(acknowledged > 0);
  for (let turn = 0; turn < acknowledged; turn++) {
    const wanted = addedItems(prefix, turn, store.space).sort((a, b) => (a.view < b.view ? -1 : 1));
    assert.deepEqual(await store.get(`${prefix}-${turn}`), wanted);
  }
  assert.ok([0, 3].includes((await store.get(`${prefix}-${acknowledged}`)).length));
  assert.deepEqual(await store.get(`${prefix}-${acknowledged + 1}`), []);
}
