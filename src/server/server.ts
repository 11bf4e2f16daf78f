// The HTTP server: routes, limits, and who may ask.
import { existsSync } from "node:fs";
import { totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import Fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyReply } from "fastify";
import { z } from "zod";

import type { SearchIndex } from "../search/index/search-index.js";
import { UnavailableError } from "../search/stores/unavailable.js";
import { version } from "../version.js";
import { allowOrigins } from "./access/origins.js";
import { dataPolicy, isOwnHost, pagePolicy } from "./access/security.js";
import { wantToken } from "./access/token.js";
import { healthReply, readyReply, replies } from "./api.js";
import { describeRoute } from "./description.js";
import { failureHandler, oneLine } from "./failures.js";
import { connectionRoom, limitConnections } from "./load/connections.js";
import { refuseWhenBehind } from "./load/overload.js";
import { countRequests } from "./metrics.js";
import { readBodies } from "./requests/body-reader.js";
import { limitAnswers } from "./requests/deadline.js";
import { limitIntake } from "./requests/intake.js";
import { readBeforeRefusal } from "./requests/unread.js";
import { addRunRoutes } from "./routes/run-routes.js";
import { addSearchRoutes } from "./routes/search-routes.js";
import { type StoreStates, storeStates } from "./routes/store-state.js";
import { addThumbnailRoute } from "./routes/thumbnails.js";
import { serializerCompiler, validatorCompiler, type ZodTypes } from "./schemas.js";

/** What a server serves, and to whom. */
export interface ServerOptions {
  /** By the names that requests use; the first one is asked where none is named. */
  readonly indexes: ReadonlyMap<string, SearchIndex>;
  /** A folder of run folders. */
  readonly runs?: string;
  /** What requests must bring as `Authorization: Bearer`; /health, /ready and the page's own files are open. */
  readonly token?: string;
  /** Answers requests to this machine's own names only, and to the allowed hosts. */
  readonly localOnly: boolean;
  /** Further names that requests may give as Host, in lower case. */
  readonly allowedHosts?: readonly string[];
  /** Other sites whose pages may ask from a browser, as https://example.org. */
  readonly allowedOrigins?: readonly string[];
  /** The page's files; default: those of this package, where they are built. */
  readonly page?: string;
  /** Receives word of the server's own failures. */
  readonly say: (line: string) => void;
}

/** Bytes that this process may have at most. */
const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/** Limits that hold for every request. */
export const limits = {
  bodyBytes: 12 * 1024 * 1024,
  /** Bodies of all requests together: less in a small container. */
  intakeBytes: Math.min(256 * 1024 * 1024, Math.max(24 * 1024 * 1024, memory / 8)),
  /** Milliseconds until headers and until the whole request must have arrived. */
  headers: 10_000,
  request: 30_000,
  /** Milliseconds that an answer may take. */
  answer: 30_000,
  /** Milliseconds for which a client may take nothing of a reply. */
  unread: 40_000,
  /** Milliseconds that work may hold up everything else before requests are turned away. */
  delay: 15_000,
  /** Characters of one part of an address: an id of 512 characters, percent-encoded. */
  addressPart: 8192,
} as const;

const studio = fileURLToPath(new URL("../studio/", import.meta.url));

/**
 * A server over indexes and runs that is ready to `listen`; docs/http.md has its interface. Closing it leaves the indexes open.
 * @throws UserError where the page's files cannot be read.
 * @example
 * ```ts
 * import { SearchIndex } from "vantage-ml/search";
 * import { createServer } from "vantage-ml/server";
 *
 * await using index = await SearchIndex.create({ views: { image: 2 } });
 * const server = await createServer({ indexes: new Map([["mine", index]]), localOnly: true, say: console.error });
 * const { statusCode } = await server.inject({ url: "/health", headers: { host: "localhost" } });
 * console.log(statusCode); // 200
 * await server.close();
 * ```
 */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { indexes, token, localOnly, allowedHosts = [], allowedOrigins = [], say } = options;
  const server = Fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.request,
    connectionTimeout: limits.unread,
    http: { headersTimeout: limits.headers, connectionsCheckingInterval: 1000 },
    routerOptions: { maxParamLength: limits.addressPart },
    // While it closes, requests that have come in are still answered.
    return503OnClosing: false,
    frameworkErrors: (error, _, reply) => {
      const { statusCode = 400, message } = error as { statusCode?: number; message: string };
      void (reply as FastifyReply).status(statusCode).send({ error: oneLine(message) });
    },
    clientErrorHandler(error, socket) {
      if (error.code === "ECONNRESET" || !socket.writable) return;
      const [status, reason] = clientFailures[error.code] ?? clientFailures.other!;
      const body = JSON.stringify({ error: reason });
      socket.end(
        `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
      // Who does not read the reply does not keep the connection.
      setTimeout(() => socket.destroy(), 1000).unref();
    },
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(failureHandler(say));
  server.setNotFoundHandler((request, reply) => {
    // A route may have said before that it would give a picture.
    void reply
      .status(404)
      .type("application/json")
      .send({ error: oneLine(`there is no ${request.method} ${request.url}; see GET /openapi.json`) });
  });
  limitConnections(server.server, connectionRoom());
  limitAnswers(server, limits.answer);
  readBeforeRefusal(server);
  server.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "content-security-policy": dataPolicy,
    });
    if (localOnly && !isOwnHost(request.headers.host, allowedHosts)) {
      const names = ["localhost", ...allowedHosts].join(", ");
      const found = oneLine(request.headers.host ?? "");
      return reply
        .status(403)
        .send({ error: `this server answers to ${names} only, not to "${found}"; --allow-host NAME allows a name` });
    }
  });
  allowOrigins(server, allowedOrigins);
  readBodies(server);
  limitIntake(server, limits.intakeBytes);
  const states = storeStates(indexes);
  const registry = countRequests(server, indexes, states);
  await server.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Vantage",
        version,
        description: "Search across views by hash codes and representations.",
        license: { name: "MIT", identifier: "MIT" },
      },
      ...(token !== undefined && {
        components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
        security: [{ token: [] }],
      }),
    },
    transform: describeRoute,
  });
  await servePage(server, options.page ?? studio);
  addHealth(server, states);
  const routes: FastifyPluginAsync = async (scope) => {
    if (token !== undefined) wantToken(scope, token);
    refuseWhenBehind(scope, limits.delay);
    addSearchRoutes(scope, indexes, states, limits.bodyBytes);
    addThumbnailRoute(scope, indexes);
    addRunRoutes(scope, options.runs);
    scope.get(
      "/metrics",
      {
        schema: {
          operationId: "getMetrics",
          summary: "Counters for Prometheus",
          response: replies(z.string(), "plain"),
        },
      },
      async (_, reply) =>
        reply
          .type(registry.contentType)
          .serializer(String)
          .send(await registry.metrics()),
    );
    scope.get("/openapi.json", { schema: { hide: true } }, async () => ({
      ...server.swagger(),
      // Relative to this description: it holds behind a prefix too.
      servers: [{ url: "." }],
    }));
  };
  await server.register(routes);
  return server;
}

const clientFailures: Readonly<Record<string, readonly [string, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "the request took too long to arrive"],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "the request's headers are too large"],
  other: ["400 Bad Request", "this is not an HTTP request"],
};

function addHealth(server: FastifyInstance, states: StoreStates): void {
  const typed = server.withTypeProvider<ZodTypes>();
  typed.route({
    method: "GET",
    url: "/health",
    schema: {
      operationId: "getHealth",
      summary: "Whether the server is up",
      security: [],
      response: replies(healthReply, "open"),
    },
    handler: async () => ({ status: "ok" as const, version, seconds: Math.round(process.uptime()) }),
  });
  typed.route({
    method: "GET",
    url: "/ready",
    schema: {
      operationId: "getReady",
      summary: "Whether the stores of all indexes answer",
      security: [],
      response: replies(readyReply, "open"),
    },
    async handler() {
      const answers = await Promise.all([...states.values()].map((state) => state.isAvailable()));
      const silent = answers.filter((isAvailable) => !isAvailable).length;
      if (silent > 0) throw new UnavailableError(`${silent} of ${answers.length} indexes do not answer`);
      return { status: "ok" as const };
    },
  });
}

/** The page's files, where they are built. */
async function servePage(server: FastifyInstance, root: string): Promise<void> {
  if (!existsSync(root)) return;
  const page: FastifyPluginAsync = async (scope) => {
    scope.addHook("onRequest", async (_, reply) => {
      reply.header("content-security-policy", pagePolicy);
    });
    await scope.register(fastifyStatic, { root, wildcard: false, dotfiles: "ignore" });
  };
  await server.register(page);
}
