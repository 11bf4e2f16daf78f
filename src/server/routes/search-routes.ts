// Searching, adding, deleting, looking up: what programs and the page ask of an index.
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { z } from "zod";
import { UserError } from "../../errors.js";
import { takes } from "../../search/encoders/query-encoders.js";
import { searchedBits } from "../../search/index/index-folder.js";
import { hasIndexMap } from "../../search/index/index-map.js";
import { type Asker, MissingError, type SearchIndex } from "../../search/index/search-index.js";
import { Turns } from "../../search/scheduling/turns.js";
import type { GraphStatus, Metadata } from "../../search/stores/store.js";
import { addressOf } from "../access/token.js";
import {
  addReply,
  addRequest,
  deleteReply,
  deleteRequest,
  type IndexInfo,
  indexesReply,
  indexQuery,
  itemParams,
  itemReply,
  mapQuery,
  mapReply,
  type newItem,
  replies,
  searchReply,
  searchRequest,
} from "../api.js";
import { oneLine } from "../failures.js";
import { endOf } from "../requests/deadline.js";
import type { ZodTypes } from "../schemas.js";
import { arrowType } from "./map-arrow.js";
import { MapReplies } from "./map-replies.js";
import type { StoreStates } from "./store-state.js";
import { thumbnailUrl } from "./thumbnails.js";

/** Longest body of a search without its features and picture, and what each feature and its name may take. */
const [searchBytes, featureBytes] = [256 * 1024, 256];
/** A picture is at most 8,000,000 characters of base64. */
const pictureBodyBytes = 8_000_000;
/** 1000 ids of 512 characters, each of which may take six bytes. */
const deleteBytes = 3.5 * 1024 * 1024;

export function addSearchRoutes(
  scope: FastifyInstance,
  indexes: ReadonlyMap<string, SearchIndex>,
  states: StoreStates,
  longestBody: number,
): void {
  const server = scope.withTypeProvider<ZodTypes>();
  const found = (name: string | undefined): [string, SearchIndex] => {
    const [first] = indexes;
    if (name === undefined) return first!;
    const index = indexes.get(name);
    if (index === undefined) throw new MissingError(`there is no index "${name}"; see GET /indexes`);
    return [name, index];
  };

  const maps = new MapReplies();

  server.route({
    method: "POST",
    url: "/search",
    bodyLimit: Math.min(longestBody, longestSearch(indexes.values())),
    config: { body: "search" },
    schema: {
      operationId: "search",
      summary: "The items nearest to a query: features, words, a picture, or a stored item",
      body: searchRequest,
      response: replies(searchReply, "body"),
    },
    async handler(request, reply) {
      const { body } = request;
      const started = performance.now();
      const { index: requested, image, ...query } = body;
      const [name, index] = found(requested);
      const notes = new Set<string>();
      const onNote = (note: string) => void notes.add(note);
      const picture = image !== undefined && { image: pictureBytes(image) };
      const hits = await index.search({ ...query, ...picture, onNote, ...askerOf(request) });
      // Metadata of a thousand hits may be many megabytes: they are written a few milliseconds at a time.
      const turns = new Turns();
      const written: string[] = [];
      for (const hit of hits) {
        if (hits.length > 100) await turns.ifDue();
        written.push(JSON.stringify({ ...hit, metadata: shown(name, hit.metadata) }));
      }
      const { hits: _, ...rest } = {
        index: name,
        bits: searchedBits(index.index.manifest),
        hits,
        ...(notes.size > 0 && { notes: [...notes] }),
        seconds: Number(((performance.now() - started) / 1000).toFixed(6)),
      } satisfies z.input<typeof searchReply>;
      reply.serializer(String);
      return `{"hits":[${written.join()}],${JSON.stringify(rest).slice(1)}` as unknown as z.input<typeof searchReply>;
    },
  });

  server.route({
    method: "POST",
    url: "/items",
    config: { body: "add" },
    schema: {
      operationId: "addItems",
      summary: "Adds items, or replaces those of the same id and view; the reply comes when they are on disk",
      body: addRequest,
      response: replies(addReply, "body"),
    },
    async handler(request) {
      const { body } = request;
      const [, index] = found(body.index);
      const notes = new Set<string>();
      const onNote = (note: string) => void notes.add(note);
      const items = body.items.map((item) => ({ ...contentOf(item), onNote }));
      const added = await index.add(items, askerOf(request));
      return { added, ...(notes.size > 0 && { notes: [...notes] }) };
    },
  });

  server.route({
    method: "DELETE",
    url: "/items",
    bodyLimit: Math.min(longestBody, deleteBytes),
    config: { body: "delete" },
    schema: {
      operationId: "deleteItems",
      summary: "Deletes items by id, in one view or in all",
      body: deleteRequest,
      response: replies(deleteReply, "body"),
    },
    async handler({ body }) {
      const [, index] = found(body.index);
      return { deleted: await index.remove(body.ids, body.view) };
    },
  });

  server.route({
    method: "GET",
    url: "/items/:id",
    schema: {
      operationId: "getItem",
      summary: "What is stored of a sample, by view",
      params: itemParams,
      querystring: indexQuery,
      response: replies(itemReply),
    },
    async handler({ params, query }) {
      const [name, index] = found(query.index);
      const items = await index.get(params.id);
      if (items.length === 0) throw new MissingError(`there is no item "${params.id}"`);
      return { id: params.id, views: items.map(({ view, metadata }) => ({ view, metadata: shown(name, metadata) })) };
    },
  });

  server.route({
    method: "GET",
    url: "/indexes",
    schema: {
      operationId: "listIndexes",
      summary: "The indexes that are served",
      response: replies(indexesReply, "plain"),
    },
    async handler() {
      const each = [...indexes].map(([name, index]) => describeIndex(name, index, states));
      return { indexes: await Promise.all(each) };
    },
  });

  server.route({
    method: "GET",
    url: "/map",
    schema: {
      operationId: "getMap",
      summary: "The items of an index in the plane; as an Arrow stream where Accept names its type",
      querystring: mapQuery,
      response: replies(mapReply),
    },
    async handler({ query, headers }, reply) {
      const [name, { index }] = found(query.index);
      if (!hasIndexMap(index.folder)) throw new MissingError(`index "${name}" has no map`);
      const isArrow = query.most === undefined && (headers.accept?.includes(arrowType) ?? false);
      const others = reply.getHeader("vary");
      reply
        .header("vary", others === undefined ? "accept" : `${others}, accept`)
        .type(isArrow ? arrowType : "application/json; charset=utf-8");
      reply.serializer((bytes: unknown) => bytes as string);
      const bytes =
        query.most === undefined
          ? maps.of(index.folder, isArrow ? "arrow" : "json")
          : maps.some(index.folder, query.most);
      return bytes as unknown as z.input<typeof mapReply>;
    },
  });
}

function contentOf({ image, ...item }: z.output<typeof newItem>) {
  return { ...item, ...(image !== undefined && { image: pictureBytes(image) }) };
}

function pictureBytes(base64: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new UserError("image: expected the bytes of a file in base64");
  return Buffer.from(base64, "base64");
}

/** Metadata with its thumbnail as an address of this server. */
function shown(index: string, metadata: Metadata | undefined): Metadata | undefined {
  if (typeof metadata?.thumbnail !== "string") return metadata;
  return { ...metadata, thumbnail: thumbnailUrl(index, metadata.thumbnail) };
}

function longestSearch(indexes: Iterable<SearchIndex>): number {
  const views = [...indexes].flatMap((index) => index.views);
  const features = Math.max(...views.map(({ columns }) => columns)) * featureBytes;
  const picture = views.some((view) => takes(view).includes("image")) ? pictureBodyBytes : 0;
  return searchBytes + Math.max(features, picture);
}

function askerOf(request: FastifyRequest): Asker {
  return { asker: addressOf(request.ip), signal: endOf(request) };
}

async function describeIndex(
  name: string,
  { index, store, views }: SearchIndex,
  states: StoreStates,
): Promise<IndexInfo> {
  const { counts, isAvailable } = await states.get(name)!.counts();
  const { method, dataset, dimensions } = index.manifest;
  let items = 0;
  for (const count of counts.values()) items += count;
  return {
    name,
    method,
    dataset,
    bits: searchedBits(index.manifest),
    dimensions,
    items,
    isAvailable,
    views: views.map((view) => ({
      name: view.name,
      items: counts.get(view.name) ?? 0,
      columns: view.columns,
      takes: takes(view),
    })),
    isReadOnly: store.isReadOnly,
    ...(store.graphStatus !== undefined && { graph: graphInfo(store.graphStatus) }),
    hasMap: hasIndexMap(index.folder),
  };
}

function graphInfo({ state, error, retry }: GraphStatus): IndexInfo["graph"] {
  return { state, ...(error !== undefined && { error: oneLine(error) }), ...(retry && { retry: retry.toISOString() }) };
}
