// Rows from an embedding service: batches posted, tried again where the service is busy, replies checked.
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../../errors.js";

/** How a service is asked. */
export interface Service {
  /** Address of the embeddings, without the options of the spec. */
  readonly url: URL;
  readonly model: string;
  /** Length of rows that the service is asked for; undefined: the model's own. */
  readonly dimensions?: number;
  /** Sent as a bearer token; never written or shown. */
  readonly key?: string;
  /** Milliseconds that one request may take. */
  readonly patience: number;
}

const reply = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1) })).min(1),
});

/** Requests for the same texts, and milliseconds before the second; each further wait is twice as long. */
const [attempts, firstWait] = [5, 500];
/** The longest that `Retry-After` is heeded, in milliseconds. */
const longestWait = 60_000;
/** Bytes of a reply. */
const mostBytes = 2 ** 26;
const mostDimensions = 2 ** 16;

/** Why a request failed, and after how many milliseconds it may be tried again. */
class Refusal extends Error {
  constructor(
    message: string,
    readonly isFinal: boolean,
    readonly wait?: number,
  ) {
    super(message);
  }
}

/**
 * The embeddings of texts, in their order, one after the other.
 * @param options `expected`: length of each row; default: the service's `dimensions`, or else that of the first.
 * @throws UserError where the service cannot be reached, refuses, or replies with something else; the signal's reason once it is given.
 */
export async function embed(
  service: Service,
  texts: readonly string[],
  { signal, expected = service.dimensions }: { readonly signal?: AbortSignal; readonly expected?: number } = {},
): Promise<Float32Array[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return rowsOf(await askOnce(service, texts, signal), texts.length, expected);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!(error instanceof Refusal)) throw error;
      if (error.isFinal || attempt === attempts) {
        const often = attempt > 1 ? ` (after ${attempt} requests)` : "";
        throw new UserError(`${shown(service.url)}: ${error.message}${often}`);
      }
      await sleep(Math.min(longestWait, error.wait ?? firstWait * 2 ** (attempt - 1)), undefined, { signal }).catch(
        () => {},
      );
      signal?.throwIfAborted();
    }
  }
}

/** An address without what may be secret in it. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

async function askOnce(
  { url, model, dimensions, key, patience }: Service,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const timeout = AbortSignal.timeout(patience);
  const body = JSON.stringify({
    ...{ model, input: texts, encoding_format: "float" },
    ...(dimensions !== undefined && { dimensions }),
  });
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...(key !== undefined && { authorization: `Bearer ${key}` }) },
      body,
      // A redirect could carry the key and the texts to another host.
      redirect: "error",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    text = await limitedText(response);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (timeout.aborted) throw new Refusal(`no answer within ${patience / 1000} s`, false);
    const cause = ((error as Error).cause as NodeJS.ErrnoException | undefined) ?? (error as Error);
    const isRedirect = cause.message.includes("redirect");
    throw new Refusal(`cannot be reached (${("code" in cause && cause.code) || cause.message})`, isRedirect);
  }
  if (!response.ok) throw refusalOf(response, text, key);
  return text;
}

/** The reply's text. @throws Refusal where it is too long. */
async function limitedText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > mostBytes) throw new Refusal(`its reply has more than ${mostBytes} bytes`, true);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function refusalOf({ status, headers }: Response, text: string, key: string | undefined): Refusal {
  const isBusy = status === 429 || status === 408 || status >= 500;
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const said = text.replaceAll(/\s+/g, " ").slice(0, 200);
  // A service may quote the key that it does not know.
  const safe = key ? said.replaceAll(key, "…") : said;
  const message = `status ${status}${safe ? `: ${safe}` : ""}`;
  return new Refusal(message, !isBusy, Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined);
}

function rowsOf(text: string, count: number, dimensions: number | undefined): Float32Array[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Refusal("its reply is no JSON", true);
  }
  const found = reply.safeParse(content);
  if (!found.success)
    throw new Refusal('its reply has no "data" with an "index" and an "embedding" for each text', true);
  const { data } = found.data;
  const rows = new Array<Float32Array | undefined>(count);
  const length = dimensions ?? data[0]!.embedding.length;
  for (const { index, embedding } of data) {
    if (index >= count || rows[index]) throw new Refusal(`its reply has ${data.length} rows for ${count} texts`, true);
    if (embedding.length !== length || length > mostDimensions) {
      throw new Refusal(
        `its reply has a row of ${embedding.length} values, expected ${Math.min(length, mostDimensions)}`,
        true,
      );
    }
    const row = Float32Array.from(embedding);
    if (!row.every(Number.isFinite)) throw new Refusal("its reply has a value that float32 does not hold", true);
    rows[index] = row;
  }
  if (data.length !== count) throw new Refusal(`its reply has ${data.length} rows for ${count} texts`, true);
  return rows as Float32Array[];
}
