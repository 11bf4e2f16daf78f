// What goes wrong, as the server says it: one line, a status, never a stack.
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { OutOfMemoryError, StorageError, UnreadableError, UserError } from "../errors.js";
import { MissingError } from "../search/index/search-index.js";
import { UnavailableError } from "../search/stores/unavailable.js";
import { BusyRunError } from "./routes/run-removal.js";

/** Longest message in a reply. */
const mostCharacters = 500;

export function oneLine(message: string): string {
  const line = message.replaceAll(/[\p{Cc}\p{Cs}]+/gu, " ").trim();
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters)} …` : line;
}

function statusOf(error: Error): number {
  if (error instanceof MissingError) return 404;
  if (error instanceof UnavailableError) return 503;
  if (error instanceof StorageError || error instanceof OutOfMemoryError) return 507;
  if (error instanceof UnreadableError) return 500;
  if (error instanceof BusyRunError) return 409;
  if (error instanceof UserError) return 400;
  const { statusCode = 500 } = error as FastifyError;
  return statusCode >= 400 && statusCode < 600 ? statusCode : 500;
}

/** @param say receives what was the server's own failure. */
export function failureHandler(say: (line: string) => void) {
  return (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    const status = statusOf(error);
    if (status === 500) {
      say(oneLine(`${request.method} ${request.routeOptions.url}: ${error.message}`));
      if (process.env.VANTAGE_DEBUG) for (const line of error.stack?.split("\n") ?? []) say(line);
    }
    if (status === 503) reply.header("retry-after", 5);
    void reply
      .status(status)
      .type("application/json")
      .send({ error: status === 500 ? "internal error" : oneLine(error.message) });
  };
}
