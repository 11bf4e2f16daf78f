// The state of the page is its address: what a link shares and what the back button goes back to.
import { useEffect, useState } from "preact/hooks";

export const pages = ["search", "map", "runs"] as const;
export const queryKinds = ["words", "id", "picture"] as const;
export type QueryKind = (typeof queryKinds)[number];

export interface Address {
  readonly page: (typeof pages)[number];
  /** How the query is given; a picture itself is too large for a link and stays in the browser's history. */
  readonly by: QueryKind;
  readonly words: string;
  readonly id: string;
  readonly picture: string;
  /** View of the query; empty: the first that fits. */
  readonly view: string;
  /** Views that are searched; none: all. */
  readonly targets: readonly string[];
  /** Indexes side by side; none: the first. */
  readonly indexes: readonly string[];
  readonly k: number;
  readonly mode: "exact" | "approximate";
  /** Candidates that are ordered anew, 0 for none; undefined: as the index does it. */
  readonly rerank: number | undefined;
  /** What colors the map. */
  readonly color: "label" | "view";
  /** Runs whose curves are shown; undefined: the newest. */
  readonly runs: readonly string[] | undefined;
}

export const defaultAddress: Address = {
  page: "search",
  by: "words",
  words: "",
  id: "",
  picture: "",
  view: "",
  targets: [],
  indexes: [],
  k: 24,
  mode: "exact",
  rerank: undefined,
  color: "label",
  runs: undefined,
};

function oneOf<T extends string>(value: string | null, allowed: readonly T[], otherwise: T): T {
  return allowed.find((each) => each === value) ?? otherwise;
}

function whole<T>(value: string | null, least: number, most: number, otherwise: T): number | T {
  const number = Number(value ?? Number.NaN);
  return Number.isInteger(number) && number >= least && number <= most ? number : otherwise;
}

/** What a link says; anything that is not understood is as if it were not there. */
export function parseAddress(search: string, picture = ""): Address {
  const given = new URLSearchParams(search);
  const runs = given.getAll("run");
  return {
    page: oneOf(given.get("page"), pages, defaultAddress.page),
    by: oneOf(given.get("by"), queryKinds, given.has("id") ? "id" : "words"),
    words: given.get("words") ?? "",
    id: given.get("id") ?? "",
    picture,
    view: given.get("view") ?? "",
    targets: given.getAll("target"),
    indexes: given.getAll("index"),
    k: whole(given.get("k"), 1, 1000, defaultAddress.k),
    mode: oneOf(given.get("mode"), ["exact", "approximate"], defaultAddress.mode),
    rerank: whole(given.get("rerank"), 0, 10_000, defaultAddress.rerank),
    color: oneOf(given.get("color"), ["label", "view"], defaultAddress.color),
    runs: runs.length === 0 ? undefined : runs.filter((run) => run !== ""),
  };
}

/** The link of an address, without what is as by default. */
export function writeAddress(address: Address): string {
  const parts = new URLSearchParams();
  const say = (name: string, value: string | number, otherwise: string | number) => {
    if (value !== otherwise) parts.append(name, String(value));
  };
  say("page", address.page, defaultAddress.page);
  say("by", address.by, address.id === "" ? "words" : "id");
  say("words", address.words, "");
  say("id", address.id, "");
  say("view", address.view, "");
  for (const target of address.targets) parts.append("target", target);
  for (const index of address.indexes) parts.append("index", index);
  say("k", address.k, defaultAddress.k);
  say("mode", address.mode, defaultAddress.mode);
  if (address.rerank !== undefined) parts.append("rerank", String(address.rerank));
  say("color", address.color, defaultAddress.color);
  if (address.runs?.length === 0) parts.append("run", "");
  for (const run of address.runs ?? []) parts.append("run", run);
  const text = parts.toString();
  return text === "" ? "./" : `./?${text}`;
}

function current(): Address {
  const state = history.state as { picture?: string } | null;
  return parseAddress(location.search, state?.picture);
}

const changed = "vantage-address";

/** Goes to a changed address; `replace` leaves no step in the history. */
export function go(change: Partial<Address>, { replace = false } = {}): void {
  const next = { ...current(), ...change };
  const state = next.picture === "" ? null : { picture: next.picture };
  history[replace ? "replaceState" : "pushState"](state, "", writeAddress(next));
  window.dispatchEvent(new Event(changed));
}

/** The address, followed. */
export function useAddress(): Address {
  const [address, setAddress] = useState(current);
  useEffect(() => {
    const follow = () => setAddress(current());
    window.addEventListener("popstate", follow);
    window.addEventListener(changed, follow);
    return () => {
      window.removeEventListener("popstate", follow);
      window.removeEventListener(changed, follow);
    };
  }, []);
  return address;
}

/** Follows a link inside the page, unless it is to open elsewhere. */
export function follow(event: MouseEvent, change: Partial<Address>): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(change);
}
