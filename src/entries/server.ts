/**
 * The HTTP server over search indexes and runs, as a Fastify instance.
 * @module vantage-ml/server
 */
export { createServer, type ServerOptions } from "../server/server.js";
