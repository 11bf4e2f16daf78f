// A body that is refused before it was read: read to its end and thrown away, so that the client gets to see the reply.
import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";

/** Bytes, and milliseconds, after which the connection is closed all the same. */
const [mostBytes, mostTime] = [64 * 1024 * 1024, 10_000];
/** Milliseconds without a byte after which the rest is not waited for. */
const patience = 500;

/**
 * Holds a reply back until the rest of the request has arrived: a client that is still sending when the connection is closed never
 * reads why.
 */
export function readBeforeRefusal(server: FastifyInstance): void {
  server.addHook("onSend", async ({ raw, headers }) => {
    if (!raw.complete && !(Number(headers["content-length"]) > mostBytes)) await throwAway(raw);
  });
}

function throwAway(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const end = performance.now() + mostTime;
    let last = performance.now();
    let bytes = 0;
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      last = performance.now();
    };
    const finish = () => {
      clearInterval(watch);
      request.off("data", count).off("end", finish).off("close", finish);
      resolve();
    };
    const watch = setInterval(() => {
      const now = performance.now();
      if (now > last + patience || now > end || bytes > mostBytes) finish();
    }, 100);
    request.on("data", count).once("end", finish).once("close", finish).resume();
  });
}
