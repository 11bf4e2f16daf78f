// The HTTP server: routes, limits, and who may ask.
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import bearerAuth from "@fastify/bearer-auth";
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import underPressure from "@fastify/under-pressure";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { UserError } from "../errors.js";
import type { SearchIndex } from "../search/search-index.js";
import { version } from "../version.js";
import {
  healthReply,
  type RunReply,
  type RunsReply,
  replies,
  runParams,
  runQuery,
  runReply,
  runsReply,
} from "./api.js";
import { failureHandler, oneLine } from "./failures.js";
import { limitIntake } from "./intake.js";
import { countRequests } from "./metrics.js";
import { describeRun, listRuns, reportOf } from "./runs.js";
import { serializerCompiler, toJsonSchemas, validatorCompiler, type ZodTypes } from "./schemas.js";
import { addSearchRoutes } from "./search-routes.js";
import { dataPolicy, isLocalHost, pagePolicy, reportPolicy } from "./security.js";
import { addThumbnailRoute } from "./thumbnails.js";

export interface ServerOptions {
  /** By the names that requests use; the first one is asked where none is named. */
  readonly indexes: ReadonlyMap<string, SearchIndex>;
  /** A folder of run folders. */
  readonly runs?: string;
  /** What requests must bring as `Authorization: Bearer`; /health and the page's own files are open. */
  readonly token?: string;
  /** Answers requests to this machine's own names only. */
  readonly localOnly: boolean;
  /** The page's files; default: those of this package, where they are built. */
  readonly page?: string;
  /** Hears of the server's own failures. */
  readonly say: (line: string) => void;
}

/** Limits that hold for every request. */
export const limits = {
  bodyBytes: 12 * 1024 * 1024,
  /** Bodies of all requests together. */
  intakeBytes: 256 * 1024 * 1024,
  /** Milliseconds until headers and until the whole request must have arrived. */
  headers: 10_000,
  request: 30_000,
  /** Milliseconds that an answer may take. */
  answer: 30_000,
  /** Milliseconds that work may hold up everything else before requests are turned away. */
  delay: 15_000,
  /** Characters of one part of an address: an id of 512 characters, percent-encoded. */
  addressPart: 8192,
} as const;

const studio = fileURLToPath(new URL("../studio/", import.meta.url));

export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { indexes, token, localOnly, say } = options;
  const server = Fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.request,
    handlerTimeout: limits.answer,
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
  acceptJsonOnly(server);
  server.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "content-security-policy": dataPolicy,
    });
    if (localOnly && !isLocalHost(request.headers.host)) {
      await reply
        .status(403)
        .send({ error: `this server answers to localhost only, not to "${oneLine(request.headers.host ?? "")}"` });
    }
  });
  limitIntake(server, limits.intakeBytes, limits.bodyBytes);
  const registry = countRequests(server, indexes);
  await server.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Vantage", version, description: "Search across views by hash codes and representations." },
      ...(token !== undefined && {
        components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
        security: [{ token: [] }],
      }),
    },
    transform: ({ schema, url }) => ({ schema: toJsonSchemas(schema), url }),
  });
  await servePage(server, options.page ?? studio);
  addHealth(server);
  await server.register(async (scope) => {
    if (token !== undefined) {
      await scope.register(bearerAuth, {
        keys: new Set([token]),
        errorResponse: ({ message }) => ({ error: message }),
      });
    }
    await scope.register(underPressure, {
      maxEventLoopDelay: limits.delay,
      retryAfter: 5,
      message: "too much to do: try again",
    });
    addSearchRoutes(scope, indexes);
    addThumbnailRoute(scope, indexes);
    addRunRoutes(scope, options.runs);
    scope.get("/metrics", { schema: { summary: "Counters for Prometheus" } }, async (_, reply) =>
      reply.type(registry.contentType).send(await registry.metrics()),
    );
    scope.get("/openapi.json", { schema: { hide: true } }, async () => server.swagger());
  });
  return server;
}

const clientFailures: Readonly<Record<string, readonly [string, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "the request took too long to arrive"],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "the request's headers are too large"],
  other: ["400 Bad Request", "this is not an HTTP request"],
};

/** Bodies are JSON in UTF-8; keys that would reach into prototypes are refused. */
function acceptJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser("error", "error");
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    let text: string;
    try {
      text = utf8.decode(body as Buffer);
    } catch {
      done(new UserError("the body is not UTF-8"));
      return;
    }
    void parse(request, text, done);
  });
}

function addHealth(server: FastifyInstance): void {
  server.withTypeProvider<ZodTypes>().route({
    method: "GET",
    url: "/health",
    schema: { summary: "Whether the server is up", security: [], response: { 200: healthReply } },
    handler: async () => ({ status: "ok" as const, version, seconds: Math.round(process.uptime()) }),
  });
}

/** Of replies that come as bytes. */
const json = "application/json; charset=utf-8";

function addRunRoutes(scope: FastifyInstance, runs: string | undefined): void {
  const server = scope.withTypeProvider<ZodTypes>();
  const folder = () => {
    if (runs === undefined) throw new UserError("no folder of runs is served: give --runs");
    return runs;
  };
  server.route({
    method: "GET",
    url: "/runs",
    schema: { summary: "Training runs, newest first", response: { 200: runsReply } },
    handler: async (_, reply) =>
      runs === undefined ? { runs: [] } : reply.type(json).send((await listRuns(runs)) as unknown as RunsReply),
  });
  server.route({
    method: "GET",
    url: "/runs/:name",
    schema: {
      summary: "One run and its log, from a line on",
      params: runParams,
      querystring: runQuery,
      response: replies(runReply),
    },
    handler: async ({ params, query }, reply) =>
      reply.type(json).send((await describeRun(folder(), params.name, query.after)) as unknown as RunReply),
  });
  server.route({
    method: "GET",
    url: "/runs/:name/report",
    schema: { summary: "A run's report page", params: runParams },
    async handler({ params }, reply) {
      const report = reportOf(folder(), params.name);
      return reply
        .type("text/html; charset=utf-8")
        .header("content-security-policy", reportPolicy)
        .sendFile(basename(report), dirname(report), { cacheControl: false });
    },
  });
}

/** The page's files, where they are built; and `sendFile` for the other routes. */
async function servePage(server: FastifyInstance, root: string): Promise<void> {
  await server.register(fastifyStatic, { root: dirname(root), serve: false });
  if (!existsSync(root)) return;
  await server.register(async (scope) => {
    scope.addHook("onRequest", async (_, reply) => {
      reply.header("content-security-policy", pagePolicy);
    });
    await scope.register(fastifyStatic, { root, wildcard: false, dotfiles: "ignore", decorateReply: false });
  });
}
