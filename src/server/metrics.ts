// What Prometheus sees: requests, how long they took, items, and the process itself.
import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { SearchIndex } from "../search/index/search-index.js";
import { graphStates } from "../search/stores/store.js";
import type { StoreStates } from "./routes/store-state.js";

/** Counts every request of the server; the registry says what it has counted. */
export function countRequests(
  server: FastifyInstance,
  indexes: ReadonlyMap<string, SearchIndex>,
  states: StoreStates,
): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "vantage_" });
  const labelNames = ["route", "method", "status"] as const;
  const requests = new Counter({
    name: "vantage_http_requests_total",
    help: "Requests answered",
    labelNames,
    registers,
  });
  const seconds = new Histogram({
    name: "vantage_http_request_seconds",
    help: "Time from request to reply",
    labelNames: ["route"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  new Gauge({
    name: "vantage_index_available",
    help: "1 where the store of an index answers",
    labelNames: ["index"],
    registers,
    async collect() {
      const each = [...states].map(async ([index, state]) => [index, await state.isAvailable()] as const);
      for (const [index, isAvailable] of await Promise.all(each)) this.set({ index }, Number(isAvailable));
    },
  });
  new Gauge({
    name: "vantage_items",
    help: "Items stored; of a store that does not answer, as many as it had before",
    labelNames: ["index", "view"],
    registers,
    async collect() {
      this.reset();
      const each = [...states].map(async ([index, state]) => [index, await state.counts()] as const);
      for (const [index, { counts }] of await Promise.all(each)) {
        for (const [view, count] of counts) this.set({ index, view }, count);
      }
    },
  });
  new Gauge({
    name: "vantage_index_graph",
    help: "1 for the state of what approximate searches of an index go through: failed is to be looked into",
    labelNames: ["index", "state"],
    registers,
    collect() {
      for (const [index, { store }] of indexes) {
        const now = store.graphStatus?.state;
        if (now === undefined) continue;
        for (const state of graphStates) this.set({ index, state }, Number(state === now));
      }
    },
  });
  server.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    requests.inc({ route, method: request.method, status: reply.statusCode });
    seconds.observe({ route }, reply.elapsedTime / 1000);
  });
  return registry;
}
