// Pictures of items: small files of an index's thumbnails folder.
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { thumbnailsFolder } from "../../search/index/index-folder.js";
import { MissingError, type SearchIndex } from "../../search/index/search-index.js";
import { picturePolicy } from "../access/security.js";
import { replies, thumbnailParams } from "../api.js";
import { sendInside } from "./sent-file.js";

const types: Readonly<Record<string, string>> = {
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
};

/** A path below the folder, each part beginning with a letter, digit or "_", and the ending of a picture. */
const picture = /^(?:[\p{L}\p{N}_][\p{L}\p{N}_.-]*\/)*[\p{L}\p{N}_][\p{L}\p{N}_.-]*\.(svg|png|jpe?g|webp|gif)$/u;

/**
 * The address of a thumbnail that metadata names by its path in the folder, relative to the server's own, which may stand behind a
 * prefix; addresses stay what they are.
 */
export function thumbnailUrl(index: string, thumbnail: string): string {
  if (!picture.test(thumbnail)) return thumbnail;
  return `thumbnails/${[index, ...thumbnail.split("/")].map(encodeURIComponent).join("/")}`;
}

export function addThumbnailRoute(server: FastifyInstance, indexes: ReadonlyMap<string, SearchIndex>): void {
  server.get<{ Params: { index: string; "*": string } }>(
    "/thumbnails/:index/*",
    {
      schema: {
        operationId: "getThumbnail",
        summary: "Picture of an item, as metadata names it",
        params: thumbnailParams,
        response: replies(z.string().describe("SVG, PNG, JPEG, WebP or GIF")),
      },
    },
    async (request, reply) => {
      const { params } = request;
      const index = indexes.get(params.index);
      const [, type] = picture.exec(params["*"]) ?? [];
      const missing = "there is no such picture";
      if (index === undefined || type === undefined) throw new MissingError(missing);
      // A link in an index folder, which may be untrusted, would show other files.
      const file = { folder: thumbnailsFolder(index.index.folder), path: params["*"], missing };
      return sendInside(request, reply, file, {
        "content-type": types[type]!,
        "content-security-policy": picturePolicy,
        // Private: a proxy must not give to others what is behind a token.
        "cache-control": "private, max-age=3600",
      });
    },
  );
}
