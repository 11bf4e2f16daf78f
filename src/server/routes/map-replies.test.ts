// GET /map: made once, made anew where the file changes, and not kept for a client that never reads it.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { tableFromIPC } from "@uwdata/flechette";
import type { FastifyInstance } from "fastify";
import { writeIndexMap } from "../../search/index/index-map.js";
import { type SmallIndex, smallIndex } from "../fixture.testing.js";
import { createServer, limits } from "../server.js";
import { arrowType } from "./map-arrow.js";
import { MapReplies } from "./map-replies.js";

let small: SmallIndex;
let server: FastifyInstance;
before(async () => {
  small = await smallIndex();
  server = await createServer({ indexes: new Map([["small", small.index]]), localOnly: true, say: assert.fail });
});
after(async () => {
  await server.close();
  await small.close();
});

function write(points: number): void {
  const axis = () => Float32Array.from({ length: points }, () => Math.random());
  const coloring = (name: string) => ({ name, names: ["a"], values: new Int32Array(points) });
  writeIndexMap(small.folder, {
    projection: "t-SNE",
    x: axis(),
    y: axis(),
    colorings: [coloring("view"), coloring("label")],
    ids: Array.from({ length: points }, (_, i) => `item ${i}`),
  });
}

test("the reply is made once for each file", async () => {
  write(10);
  const maps = new MapReplies();
  const first = maps.of(small.folder);
  assert.equal(maps.of(small.folder), first);
  write(11);
  assert.notEqual(maps.of(small.folder), first);
  const reply = await server.inject({ url: "/map", headers: { host: "localhost" } });
  assert.equal(reply.json().ids.length, 11);
  assert.match(String(reply.headers["content-type"]), /^application\/json/);
});

test("Arrow where it is asked for, with the same points; a part of them evenly", async () => {
  write(1000);
  const get = (url: string, accept = "*/*") => server.inject({ url, headers: { host: "localhost", accept } });
  const json = (await get("/map")).json();
  const reply = await get("/map", arrowType);
  assert.equal(reply.headers["content-type"], arrowType);
  assert.match(String(reply.headers.vary), /accept/);
  const table = tableFromIPC(reply.rawPayload);
  assert.deepEqual([...table.getChild("id")!], json.ids);
  assert.deepEqual(Array.from(table.getChild("view")!), json.view);
  assert.deepEqual(JSON.parse(table.schema.metadata!.get("labels")!), json.labels);
  assert.deepEqual(Array.from(table.getChild("x")!), Array.from(Float32Array.from(json.x)));
  assert.ok(reply.rawPayload.length < (await get("/map")).rawPayload.length);
  const some = (await get("/map?most=10")).json();
  assert.deepEqual(
    some.ids,
    [50, 150, 250, 350, 450, 550, 650, 750, 850, 950].map((i) => `item ${i}`),
  );
  assert.equal(some.x.length, 10);
  for (const most of ["0", "x", "20000"]) assert.equal((await get(`/map?most=${most}`)).statusCode, 400);
});

test("who asks again and again and never reads is cut off", async () => {
  write(20_000);
  await server.listen({ port: 0, host: "127.0.0.1" });
  assert.equal(server.server.timeout, limits.unread);
  server.server.timeout = 500;
  const { port } = server.server.address() as { port: number };
  const cut = Array.from({ length: 20 }, () => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write("GET /map HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50)),
    );
    socket.pause();
    return new Promise<void>((resolve) => {
      socket.on("error", () => resolve()).on("close", () => resolve());
      // Only a write tells a client that does not read that it was cut off.
      const timer = setInterval(() => socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
      socket.on("close", () => clearInterval(timer));
    });
  });
  const late = new Promise((resolve) => setTimeout(resolve, 15_000, "still there").unref());
  assert.notEqual(await Promise.race([Promise.all(cut), late]), "still there");
});
