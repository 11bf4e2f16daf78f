// Calls of the HTTP API, with the token where the server wants one.
import type { IndexInfo, ItemReply, MapReply, RunReply, RunSummary, SearchReply } from "../src/server/api.js";

const key = "vantage-token";

/** What the server refused, in its own words. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

let askForToken: (wasRefused: boolean) => Promise<string> = () =>
  Promise.reject(new ApiError("a token is needed", 401));
let requested: Promise<void> | undefined;

/** Says how the page asks for the token: called once for all calls that wait for it. */
export function onTokenWanted(ask: typeof askForToken): void {
  askForToken = ask;
}

export function hasToken(): boolean {
  return sessionStorage.getItem(key) !== null;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  for (;;) {
    const token = sessionStorage.getItem(key);
    const headers = new Headers(init.headers);
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    let response: Response;
    try {
      response = await fetch(path, { ...init, headers });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ApiError("the server does not answer: is `vantage serve` still running?", 0);
    }
    if (response.status !== 401) return response;
    if (sessionStorage.getItem(key) !== token) continue;
    requested ??= askForToken(token !== null)
      .then((given) => sessionStorage.setItem(key, given))
      .finally(() => {
        requested = undefined;
      });
    await requested;
  }
}

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  return answerOf(await send(path, init));
}

async function answerOf<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => undefined)) as (T & { error?: string }) | undefined;
  if (response.ok && body !== undefined) return body;
  throw new ApiError(body?.error ?? `the server answered ${response.status}`, response.status);
}

function query(parts: Record<string, string | number | undefined>): string {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

export interface SearchBody {
  readonly index: string;
  readonly view?: string;
  readonly id?: string;
  readonly words?: string;
  readonly image?: string;
  readonly target?: string;
  readonly distinct?: boolean;
  readonly k: number;
  readonly mode: "exact" | "approximate";
  readonly rerank?: number;
}

export function search(body: SearchBody, signal?: AbortSignal): Promise<SearchReply> {
  const headers = { "content-type": "application/json" };
  return call("search", { method: "POST", headers, body: JSON.stringify(body), signal });
}

export function getItem(id: string, index?: string, signal?: AbortSignal): Promise<ItemReply> {
  return call(`items/${encodeURIComponent(id)}${query({ index })}`, { signal });
}

export async function getIndexes(signal?: AbortSignal): Promise<IndexInfo[]> {
  return (await call<{ indexes: IndexInfo[] }>("indexes", { signal })).indexes;
}

/** Some points of a map, spread evenly. */
export function getSomeOfMap(index: string, most: number, signal?: AbortSignal): Promise<MapReply> {
  return call(`map${query({ index, most })}`, { signal });
}

/** The whole map as an Arrow stream. */
export async function getMapColumns(index: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const headers = { accept: "application/vnd.apache.arrow.stream" };
  const response = await send(`map${query({ index })}`, { signal, headers });
  if (response.ok) return response.arrayBuffer();
  return answerOf<never>(response);
}

export async function getRuns(signal?: AbortSignal): Promise<RunSummary[]> {
  return (await call<{ runs: RunSummary[] }>("runs", { signal })).runs;
}

export function getRun(name: string, after: number, signal?: AbortSignal): Promise<RunReply> {
  return call(`runs/${encodeURIComponent(name)}${query({ after })}`, { signal });
}

export async function getRunSettings(name: string, signal?: AbortSignal): Promise<Record<string, unknown>> {
  const path = `runs/${encodeURIComponent(name)}/settings`;
  return (await call<{ settings: Record<string, unknown> }>(path, { signal })).settings;
}

/** Moves a run into the trash; gives the place where it is then. */
export async function removeRun(name: string): Promise<string> {
  return (await call<{ movedTo: string }>(`runs/${encodeURIComponent(name)}`, { method: "DELETE" })).movedTo;
}

export function reportPath(run: string): string {
  return `runs/${encodeURIComponent(run)}/report`;
}

/** Saves what the server has at a path. */
export async function download(path: string, name: string): Promise<void> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await getBlob(path));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function getBlob(path: string): Promise<Blob> {
  const response = await send(path, {});
  if (!response.ok) throw new ApiError(`the server answered ${response.status}`, response.status);
  return response.blob();
}

/** A picture of the server as a data address: an <img> sends no token. */
export async function getPicture(path: string): Promise<string> {
  const blob = await getBlob(path);
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
