// Which searches an address requests: one for each index and each view that is searched.
import type { IndexInfo } from "../../src/server/api.js";
import type { Address, QueryKind } from "../address.js";
import type { SearchBody } from "../client.js";

/** The indexes side by side: those of the address, else the first. */
export function chosenIndexes({ indexes }: Address, served: readonly IndexInfo[]): IndexInfo[] {
  const chosen = served.filter(({ name }) => indexes.includes(name));
  return chosen.length > 0 ? chosen : served.slice(0, 1);
}

/** As many hits as one search may have. */
export const mostHits = 1000;

/** Names of all views, in the order in which they are first met. */
export function viewsOf(indexes: readonly IndexInfo[]): string[] {
  return [...new Set(indexes.flatMap(({ views }) => views.map(({ name }) => name)))];
}

/** Views whose codes can be made from such a query; for an id: those that it is stored in, where that is known. */
export function queryViews(by: QueryKind, indexes: readonly IndexInfo[], stored?: readonly string[]): string[] {
  if (by === "id") return viewsOf(indexes).filter((view) => stored?.includes(view) ?? true);
  const takes = by === "words" ? "words" : "image";
  const able = indexes.flatMap(({ views }) => views.filter((view) => view.takes.includes(takes)));
  return [...new Set(able.map(({ name }) => name))];
}

/** The view that the query is seen as in an index; undefined where there is none that fits. */
export function viewOf(address: Address, index: IndexInfo, stored?: readonly string[]): string | undefined {
  const able = queryViews(address.by, [index], stored);
  return able.includes(address.view) ? address.view : able[0];
}

/** Stands for all views together, each item once. */
export const allViews = "all views";

/** What is searched, a list of results for each: the views of the address that exist, else all views together. */
export function targetViews({ targets }: Address, indexes: readonly IndexInfo[]): string[] {
  const all = viewsOf(indexes);
  // Pictures are seen at a glance: their views come first.
  const isPicture = (view: string) =>
    indexes.some(({ views }) => views.some(({ name, takes }) => name === view && takes.includes("image")));
  const chosen = all
    .filter((view) => targets.includes(view))
    .sort((a, b) => Number(isPicture(b)) - Number(isPicture(a)));
  if (chosen.length > 0) return chosen;
  return all.length > 1 ? [allViews] : all;
}

export function hasQuery(address: Address): boolean {
  return address[address.by] !== "";
}

/**
 * The request for one index and one target view, or why there is none.
 * @param stored views that the query's item is stored in
 */
export function requestFor(
  address: Address,
  index: IndexInfo,
  target: string,
  stored?: readonly string[],
): SearchBody | string {
  const view = viewOf(address, index, stored);
  const isAll = target === allViews;
  if (!isAll && !index.views.some(({ name }) => name === target)) return `This index has no view ${target}.`;
  if (view === undefined) return cannot[address.by];
  const { by, k, mode } = address;
  const hasOwn = by === "id" && (isAll || target === view);
  return {
    index: index.name,
    view,
    ...(by === "words" && { words: address.words }),
    ...(by === "id" && { id: address.id }),
    ...(by === "picture" && { image: address.picture }),
    ...(isAll ? { distinct: true } : { target }),
    k: Math.min(mostHits, hasOwn ? k + 1 : k),
    mode,
    ...(address.rerank !== undefined && { rerank: address.rerank === 0 ? 0 : Math.max(address.rerank, k) }),
  };
}

/** Whether a hit is the query's own item, which is asked for besides and not shown: it says nothing. */
export function isOwn({ id, view, distinct }: SearchBody, hit: { id: string; view: string }): boolean {
  return id === hit.id && (distinct === true || hit.view === view);
}

const cannot = {
  words: "This index makes no codes from words. Search by an item instead.",
  picture: "This index makes no codes from pictures. Search by an item instead.",
  id: "This index does not hold the item.",
} as const;
