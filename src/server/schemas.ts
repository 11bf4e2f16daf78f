// Zod schemas as Fastify's validators and types.
import type { FastifySchemaCompiler, FastifyTypeProvider } from "fastify";
import type { z } from "zod";
import { UserError } from "../errors.js";
import { firstIssue } from "./requests/body.js";
import { isChecked } from "./requests/body-reader.js";

/** Types of requests and replies from their zod schemas. */
export interface ZodTypes extends FastifyTypeProvider {
  readonly validator: this["schema"] extends z.ZodType ? z.output<this["schema"]> : unknown;
  readonly serializer: this["schema"] extends z.ZodType ? z.input<this["schema"]> : unknown;
}

export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data: unknown) => {
    if (isChecked(data)) return { value: data };
    const result = schema.safeParse(data);
    return result.success ? { value: result.data } : { error: new UserError(firstIssue(httpPart!, result.error)) };
  };
};

export const serializerCompiler = () => (data: unknown) => JSON.stringify(data);
