// Every request is answered in time, whatever its work waits for; and the work is canceled when nobody waits for it any more.
import type { FastifyInstance, FastifyRequest } from "fastify";

interface Clock {
  readonly signal: AbortSignal;
  readonly timer: NodeJS.Timeout;
}

const clocks = new WeakMap<FastifyRequest, Clock>();

/** Aborted once the reply is sent, the time is over or the client is gone. */
export function endOf(request: FastifyRequest): AbortSignal {
  return clocks.get(request)!.signal;
}

/** Answers 503 where a reply has not begun after so many milliseconds. */
export function limitAnswers(server: FastifyInstance, milliseconds: number): void {
  server.addHook("onRequest", (request, reply, done) => {
    const end = new AbortController();
    const timer = setTimeout(() => {
      end.abort();
      if (reply.sent || reply.raw.headersSent) return;
      // What the handler still sends is dropped from here on.
      reply.header("retry-after", 5).header("content-type", "application/json; charset=utf-8").hijack();
      const headers = Object.entries(reply.getHeaders()).filter(
        (each): each is [string, string] => each[1] !== undefined,
      );
      reply.raw.writeHead(503, Object.fromEntries(headers));
      reply.raw.end(JSON.stringify({ error: `no answer within ${milliseconds / 1000} s: try again` }));
    }, milliseconds);
    clocks.set(request, { signal: end.signal, timer });
    reply.raw.once("close", () => {
      clearTimeout(timer);
      end.abort();
    });
    done();
  });
  // The reply has begun: what a client takes its time over is cut by the connection's own limit.
  server.addHook("onSend", async (request) => clearTimeout(clocks.get(request)?.timer));
}
