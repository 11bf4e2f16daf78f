// A file of a folder that may be untrusted, as a reply: it is opened once, looked at, and sent from what was opened.
import { closeSync, createReadStream, existsSync, fstatSync, lstatSync, type Stats } from "node:fs";
import type { FastifyReply, FastifyRequest } from "fastify";
import { inside, openRegular } from "../../inside.js";
import { MissingError } from "../../search/index/search-index.js";

/**
 * Sends the file, or 304 where the client has it already.
 * @param headers of the reply where there is the file.
 * @param missing what is said where there is no such file.
 * @throws UserError where the file, or a folder on the way to it, is a link; MissingError where there is none.
 */
export function sendInside(
  request: FastifyRequest,
  reply: FastifyReply,
  { folder, path, missing }: { readonly folder: string; readonly path: string; readonly missing: string },
  headers: Readonly<Record<string, string>>,
): FastifyReply {
  const { file, status } = openInside(folder, path, missing);
  const tag = `W/"${status.size.toString(16)}-${Math.floor(status.mtimeMs).toString(16)}"`;
  reply.headers({ ...headers, etag: tag, "last-modified": status.mtime.toUTCString() });
  if (request.headers["if-none-match"]?.split(",").some((each) => each.trim() === tag)) {
    closeSync(file);
    return reply.status(304).send();
  }
  reply.header("content-length", status.size);
  // what is written to it meanwhile is not part of the reply
  return reply.send(createReadStream("", { fd: file, start: 0, end: Math.max(0, status.size - 1) }));
}

function openInside(folder: string, path: string, missing: string): { readonly file: number; readonly status: Stats } {
  const place = inside(folder, path);
  if (!existsSync(place)) throw new MissingError(missing);
  const file = openRegular(place);
  try {
    const status = fstatSync(file);
    // A folder on the way may have become a link between the look and the opening: then the path leads to another file again.
    const found = lstatSync(inside(folder, path), { throwIfNoEntry: false });
    if (found?.ino !== status.ino || found.dev !== status.dev) throw new MissingError(missing);
    return { file, status };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}
