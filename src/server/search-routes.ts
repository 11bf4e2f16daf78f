// Searching, adding, deleting, looking up: what programs and the page ask of an index.
import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { UserError } from "../errors.js";
import { hasIndexMap, readIndexMap } from "../search/index-map.js";
import { takes } from "../search/raw-features.js";
import { MissingError, type SearchIndex } from "../search/search-index.js";
import type { Metadata } from "../search/store.js";
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
  type MapReply,
  mapReply,
  type newItem,
  replies,
  searchReply,
  searchRequest,
} from "./api.js";
import type { ZodTypes } from "./schemas.js";
import { thumbnailUrl } from "./thumbnails.js";

export function addSearchRoutes(scope: FastifyInstance, indexes: ReadonlyMap<string, SearchIndex>): void {
  const server = scope.withTypeProvider<ZodTypes>();
  const found = (name: string | undefined): [string, SearchIndex] => {
    const [first] = indexes;
    if (name === undefined) return first!;
    const index = indexes.get(name);
    if (index === undefined) throw new MissingError(`there is no index "${name}"; see GET /indexes`);
    return [name, index];
  };

  server.route({
    method: "POST",
    url: "/search",
    schema: {
      summary: "The items nearest to a query: features, words, a picture, or a stored item",
      body: searchRequest,
      response: replies(searchReply),
    },
    async handler({ body }) {
      const started = performance.now();
      const { index: asked, image, ...query } = body;
      const [name, index] = found(asked);
      const notes = new Set<string>();
      const onNote = (note: string) => void notes.add(note);
      const picture = image !== undefined && { image: pictureBytes(image) };
      const hits = await index.search({ ...query, ...picture, onNote });
      return {
        index: name,
        bits: index.store.space.bits,
        hits: hits.map((hit) => ({ ...hit, metadata: shown(name, hit.metadata) })),
        ...(notes.size > 0 && { notes: [...notes] }),
        seconds: Number(((performance.now() - started) / 1000).toFixed(6)),
      };
    },
  });

  server.route({
    method: "POST",
    url: "/items",
    schema: {
      summary: "Adds items, or replaces those of the same id and view; the reply comes when they are on disk",
      body: addRequest,
      response: replies(addReply),
    },
    async handler({ body }) {
      const [, index] = found(body.index);
      const notes = new Set<string>();
      const onNote = (note: string) => void notes.add(note);
      const added = await index.add(body.items.map((item) => ({ ...contentOf(item), onNote })));
      return { added, ...(notes.size > 0 && { notes: [...notes] }) };
    },
  });

  server.route({
    method: "DELETE",
    url: "/items",
    schema: {
      summary: "Deletes items by id, in one view or in all",
      body: deleteRequest,
      response: replies(deleteReply),
    },
    async handler({ body }) {
      const [, index] = found(body.index);
      return { deleted: await index.store.remove(body.ids, body.view) };
    },
  });

  server.route({
    method: "GET",
    url: "/items/:id",
    schema: {
      summary: "What is stored of a sample, by view",
      params: itemParams,
      querystring: indexQuery,
      response: replies(itemReply),
    },
    async handler({ params, query }) {
      const [name, index] = found(query.index);
      const items = await index.store.get(params.id);
      if (items.length === 0) throw new MissingError(`there is no item "${params.id}"`);
      return { id: params.id, views: items.map(({ view, metadata }) => ({ view, metadata: shown(name, metadata) })) };
    },
  });

  server.route({
    method: "GET",
    url: "/indexes",
    schema: { summary: "The indexes that are served", response: { 200: indexesReply } },
    async handler() {
      return { indexes: await Promise.all([...indexes].map(([name, index]) => describeIndex(name, index))) };
    },
  });

  server.route({
    method: "GET",
    url: "/map",
    schema: {
      summary: "The items of an index in the plane",
      querystring: indexQuery,
      response: replies(mapReply),
    },
    async handler({ query }) {
      const [name, { index }] = found(query.index);
      if (!hasIndexMap(index.folder)) throw new MissingError(`index "${name}" has no map`);
      return describeMap(index.folder);
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

async function describeIndex(name: string, { index, store, views }: SearchIndex): Promise<IndexInfo> {
  const counts = await store.counts();
  const { method, dataset, bits, dimensions } = index.manifest;
  let items = 0;
  for (const count of counts.values()) items += count;
  return {
    name,
    method,
    dataset,
    bits,
    dimensions,
    items,
    views: views.map((view) => ({
      name: view.name,
      items: counts.get(view.name) ?? 0,
      columns: view.columns,
      takes: takes(view),
    })),
    isReadOnly: store.isReadOnly,
    hasMap: hasIndexMap(index.folder),
  };
}

function describeMap(folder: string): MapReply {
  const { projection, x, y, colourings, ids = [] } = readIndexMap(folder);
  const colouring = (name: string) => colourings.find((each) => each.name === name)!;
  const rounded = (values: Float32Array) => Array.from(values, (value) => Number(value.toPrecision(5)));
  return {
    projection,
    views: [...colouring("view").names],
    labels: [...colouring("label").names],
    ids: [...ids],
    view: [...colouring("view").values],
    label: [...colouring("label").values],
    x: rounded(x),
    y: rounded(y),
  };
}
