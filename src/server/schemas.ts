// Zod schemas as Fastify's validators and types, and as the JSON schemas of the OpenAPI description.
import type { FastifySchema, FastifySchemaCompiler, FastifyTypeProvider } from "fastify";
import { z } from "zod";
import { UserError } from "../errors.js";

/** Types of requests and replies from their zod schemas. */
export interface ZodTypes extends FastifyTypeProvider {
  readonly validator: this["schema"] extends z.ZodType ? z.output<this["schema"]> : unknown;
  readonly serializer: this["schema"] extends z.ZodType ? z.input<this["schema"]> : unknown;
}

export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data: unknown) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    const [issue] = result.error.issues;
    const place = [httpPart, ...issue!.path].join(".");
    return { error: new UserError(`${place}: ${issue!.message}`) };
  };
};

export const serializerCompiler = () => (data: unknown) => JSON.stringify(data);

const parts = ["body", "querystring", "params"] as const;

/** The route's zod schemas as JSON schemas. */
export function toJsonSchemas(schema: FastifySchema): FastifySchema {
  const { response, ...rest } = schema as FastifySchema & { response?: Record<string, z.ZodType> };
  const converted: Record<string, unknown> = { ...rest };
  for (const part of parts) {
    if (schema[part] !== undefined) converted[part] = jsonSchema(schema[part] as z.ZodType, "input");
  }
  if (response) {
    const replies = Object.entries(response).map(([status, reply]) => [status, jsonSchema(reply, "output")]);
    converted.response = Object.fromEntries(replies);
  }
  return converted;
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json;
}
