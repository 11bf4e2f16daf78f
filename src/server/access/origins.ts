// CORS: which other sites' pages may use the API from a browser.
import type { FastifyInstance } from "fastify";
import { UserError } from "../../errors.js";

/** @throws UserError for what is no origin, as browsers write them. */
export function checkOrigin(origin: string): void {
  if (URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && new URL(origin).origin === origin) return;
  throw new UserError(`--allow-origin ${origin}: expected a scheme, a host and a port at most, as https://example.org`);
}

/** Answers a browser's question whether a page of one of these sites may ask, and lets it read the replies. */
export function allowOrigins(server: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  server.addHook("onRequest", async (request, reply) => {
    reply.header("vary", "origin");
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return;
    reply.headers({
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "retry-after",
      "cross-origin-resource-policy": "cross-origin",
    });
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return;
    return reply
      .status(204)
      .headers({
        "access-control-allow-methods": "GET, POST, DELETE",
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "600",
      })
      .send();
  });
}
