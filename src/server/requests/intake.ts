// Bodies of all requests together: who would fill the memory with many large ones is turned away.
import type { FastifyInstance } from "fastify";

/**
 * Answers 503 while bodies that are being worked on, and the one that begins, have more bytes than the limit. A body of unknown length
 * counts as the longest that its route allows.
 */
export function limitIntake(server: FastifyInstance, limit: number): void {
  let held = 0;
  server.addHook("onRequest", async (request, reply) => {
    const longest = request.routeOptions.bodyLimit;
    const { "content-length": length, "transfer-encoding": encoding } = request.headers;
    const size = encoding === undefined ? Number(length ?? 0) : longest;
    // What is too long by itself is refused unread.
    if (size > longest) return;
    if (held + size > limit) {
      return reply.status(503).header("retry-after", 1).send({ error: "too many large requests at once: try again" });
    }
    held += size;
    reply.raw.once("close", () => {
      held -= size;
    });
  });
}
