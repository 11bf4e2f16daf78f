// The runs of a folder over HTTP: their list, logs, settings and reports, and moving one away.
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { UserError } from "../../errors.js";
import { reportPolicy } from "../access/security.js";
import {
  type RunReply,
  type RunsReply,
  removedReply,
  replies,
  runParams,
  runQuery,
  runReply,
  runsReply,
  type SettingsReply,
  settingsReply,
} from "../api.js";
import type { ZodTypes } from "../schemas.js";
import { removeRun } from "./run-removal.js";
import { describeRun, listRuns, reportOf, settingsOf } from "./runs.js";
import { sendInside } from "./sent-file.js";

/** Of replies that come as bytes. */
const json = "application/json; charset=utf-8";

export function addRunRoutes(scope: FastifyInstance, runs: string | undefined): void {
  const server = scope.withTypeProvider<ZodTypes>();
  const folder = () => {
    if (runs === undefined) throw new UserError("no run folder is served: give --runs");
    return runs;
  };
  server.route({
    method: "GET",
    url: "/runs",
    schema: {
      operationId: "listRuns",
      summary: "Training runs, newest first",
      response: replies(runsReply, "plain"),
    },
    handler: async (_, reply) =>
      runs === undefined ? { runs: [] } : reply.type(json).send((await listRuns(runs)) as unknown as RunsReply),
  });
  server.route({
    method: "GET",
    url: "/runs/:name",
    schema: {
      operationId: "getRun",
      summary: "One run and its log, from a line on",
      params: runParams,
      querystring: runQuery,
      response: replies(runReply),
    },
    handler: async ({ params, query }, reply) =>
      reply.type(json).send((await describeRun(folder(), params.name, query.after)) as unknown as RunReply),
  });
  server.route({
    method: "DELETE",
    url: "/runs/:name",
    schema: {
      operationId: "removeRun",
      summary: "Moves a run's folder into .trash of the folder of runs; refused while a process writes to it",
      params: runParams,
      response: replies(removedReply, "removal"),
    },
    handler: async ({ params }) => ({ movedTo: removeRun(folder(), params.name) }),
  });
  server.route({
    method: "GET",
    url: "/runs/:name/settings",
    schema: {
      operationId: "getRunSettings",
      summary: "What a run was trained with",
      params: runParams,
      response: replies(settingsReply),
    },
    handler: async ({ params }, reply) =>
      reply.type(json).send((await settingsOf(folder(), params.name)) as unknown as SettingsReply),
  });
  server.route({
    method: "GET",
    url: "/runs/:name/report",
    schema: {
      operationId: "getRunReport",
      summary: "A run's report page",
      params: runParams,
      response: replies(z.string().describe("HTML")),
    },
    async handler(request, reply) {
      const report = reportOf(folder(), request.params.name);
      const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": reportPolicy };
      return sendInside(request, reply, report, headers) as unknown as string;
    },
  });
}
