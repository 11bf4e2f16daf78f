// Turns requests away while the event loop is so far behind that their answers would come too late.
import type { FastifyInstance } from "fastify";

/** Milliseconds between two looks at the clock. */
const interval = 500;

/** Answers 503 to every request of this scope while a timer of half a second was late by more than `most` milliseconds. */
export function refuseWhenBehind(server: FastifyInstance, most: number): void {
  let due = performance.now() + interval;
  let late = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    late = now - due;
    due = now + interval;
  }, interval).unref();
  server.addHook("onClose", async () => clearInterval(timer));
  server.addHook("onRequest", async (_, reply) => {
    if (late > most) return reply.status(503).header("retry-after", 5).send({ error: "too much to do: try again" });
  });
}
