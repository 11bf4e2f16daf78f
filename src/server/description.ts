// A route as the OpenAPI description has it: its zod schemas as JSON schemas.
import type { FastifySchema } from "fastify";
import { z } from "zod";
import { arrowType } from "./routes/map-arrow.js";

const parts = ["body", "querystring", "params"] as const;
/** What is no JSON, by the word that its schema is described with first. */
const contentTypes: Readonly<Record<string, readonly string[]>> = {
  getMetrics: ["text/plain"],
  getRunReport: ["text/html"],
  getThumbnail: ["image/svg+xml", "image/png", "image/jpeg", "image/webp", "image/gif"],
};

/** Other forms of replies that are JSON unless the request's Accept names the other one. */
const otherTypes: Readonly<Record<string, string>> = { getMap: arrowType };

/** A path of several parts, which the server takes as the rest of an address, is one parameter of the description. */
const rest = "path";

export function describeRoute({ schema, url }: { schema: FastifySchema; url: string }): {
  schema: FastifySchema;
  url: string;
} {
  const { response, operationId, ...others } = schema as FastifySchema & {
    response?: Record<string, z.ZodType>;
    operationId?: string;
  };
  const described: Record<string, unknown> = { ...others, ...(operationId && { operationId }) };
  for (const part of parts) {
    if (schema[part] !== undefined) described[part] = jsonSchema(schema[part] as z.ZodType, "input");
  }
  const params = described.params as { properties: Record<string, unknown>; required?: string[] } | undefined;
  if (params?.properties["*"] !== undefined) {
    const { "*": path, ...named } = params.properties;
    described.params = { ...params, properties: { ...named, [rest]: path }, required: [...Object.keys(named), rest] };
  }
  if (response !== undefined) {
    const types = contentTypes[operationId ?? ""];
    const replies = Object.entries(response).map(([status, reply]) => {
      const json = jsonSchema(reply, "output");
      const other = otherTypes[operationId ?? ""];
      if (status === "200" && other !== undefined) {
        const bytes = { schema: { description: "the same in columns id, x, y, view and label" } };
        const content = { "application/json": { schema: json }, [other]: bytes };
        return [status, { description: json.description ?? "JSON, or columns", content }];
      }
      if (status !== "200" || types === undefined) return [status, json];
      const content = Object.fromEntries(types.map((type) => [type, { schema: json }]));
      return [status, { description: json.description ?? "Its bytes", content }];
    });
    described.response = Object.fromEntries(replies);
  }
  return { schema: described, url: url.replace("*", `:${rest}`) };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json;
}
