// More connections than descriptors: the real server lives on, and whoever requests something gets it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { featuresOf, writeSmallIndex } from "../fixture.testing.js";
import { startServer } from "../real-server.testing.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-flood-"));
before(() => void writeSmallIndex(folder));
after(() => rmSync(folder, { recursive: true, force: true }));
/** This process needs descriptors too. */
const connections = 5000;
const token = "a-token-for-tests";
const skip = process.platform === "win32" ? "no ulimit" : false;

async function flood(port: number, first: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let i = 0; i < connections; i++) {
    const socket = connect(port, "127.0.0.1", () => first !== "" && socket.write(first));
    socket.on("error", () => {}).resume();
    sockets.push(socket);
    if (i % 200 === 199) await sleep(1);
  }
  return sockets;
}

const halfARequest =
  "POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{";
for (const [descriptors, args, what, first] of [
  [1024, [], "silent connections", ""],
  [256, ["--token", token], "silent connections, with a token", ""],
  [256, [], "half-sent requests", halfARequest],
] as const) {
  test(`${connections} ${what} to a server with ${descriptors} descriptors`, { skip }, async () => {
    const server = await startServer(folder, args, { descriptors });
    const sockets = await flood(server.port, first);
    try {
      // A connection of its own each time, since a quiet one has to give way.
      const headers = { connection: "close", "content-type": "application/json", authorization: `Bearer ${token}` };
      const body = JSON.stringify({ view: "a", features: featuresOf(1), k: 1 });
      // Also while they are all there.
      for (let i = 0; i < 8; i++) {
        const { status } = await fetch(`${server.url}/search`, { method: "POST", headers, body });
        assert.equal(status, 200);
        await sleep(50);
      }
      assert.equal((await fetch(`${server.url}/metrics`, { headers })).status, 200);
      assert.equal(server.process.exitCode, null);
      assert.doesNotMatch(server.said(), /EMFILE|Error/);
    } finally {
      for (const socket of sockets) socket.destroy();
      assert.equal(await server.end("SIGTERM"), 0);
    }
  });
}
