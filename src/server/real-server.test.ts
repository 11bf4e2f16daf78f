// The tests' own client settles whenever the server goes away: a promise left open ends a test file without a result.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { send } from "./real-server.testing.js";

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n";
const departures: Record<string, (socket: Socket) => void> = {
  "with the connection": (socket) => socket.destroy(),
  "with a reset": (socket) => socket.resetAndDestroy(),
  "when the request is there": (socket) => socket.once("data", () => socket.destroy()),
  "with a reset when the request is there": (socket) => socket.once("data", () => socket.resetAndDestroy()),
  "within the head": (socket) => socket.once("data", () => socket.end("HTTP/1.1 200")),
  "after the head": (socket) => socket.once("data", () => socket.end(head)),
  "within the body": (socket) => socket.once("data", () => socket.end(`${head}{"a"`)),
  "within the body, with a reset": (socket) =>
    socket.once("data", () => socket.write(`${head}{"a"`, () => socket.resetAndDestroy())),
  "after a first reply": (socket) => {
    socket.once("data", () => {
      socket.write(`${head}{"a": 1}`);
      socket.once("data", () => socket.destroy());
    });
  },
};

for (const [when, leave] of Object.entries(departures)) {
  test(`a server that goes away ${when}`, async () => {
    const server = createServer((socket) => leave(socket.on("error", () => undefined))).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    if (when === "after a first reply") assert.deepEqual((await send({ url }, "POST", "/", {})).body, { a: 1 });
    await assert.rejects(send({ url }, "POST", "/search", { k: 1 }));
    server.close();
    await assert.rejects(send({ url }, "GET", "/"), /ECONNREFUSED/);
  });
}
