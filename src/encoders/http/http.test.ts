// The embedding service: requests and replies, waiting where it is busy, what it must not do, and the key that nobody sees.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import type { WordEncoder } from "../encoder.js";
import { openEncoder } from "../registry.js";

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly input: string[]; readonly dimensions?: number };
}
type Answer = (asked: Asked, reply: ServerResponse, before: number) => void;

const servers: ReturnType<typeof createServer>[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: Answer): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(async (request: IncomingMessage, reply) => {
    let text = "";
    for await (const piece of request) text += piece;
    const { authorization } = request.headers;
    asked.push({ path: request.url!, authorization, body: JSON.parse(text) });
    answer(asked.at(-1)!, reply, asked.length - 1);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A text's length and first letter, in another order than the texts. */
const rows: Answer = ({ body }, reply) => {
  const data = body.input.map((text, index) => ({ index, embedding: [text.length, text.charCodeAt(0), 1] }));
  reply.end(JSON.stringify({ object: "list", data: data.reverse() }));
};
const open = async (url: string) => (await openEncoder(`http:${url}`, { material: "words" })) as WordEncoder;

test("texts in batches, rows in their order, the key from the environment", async () => {
  const { url, asked } = await serve(rows);
  process.env.TEST_EMBEDDING_KEY = "s3cret";
  const encoder = await open(`${url}?model=m&batch=2&key=TEST_EMBEDDING_KEY`);
  assert.equal(encoder.dimensions, 3);
  assert.deepEqual([...(await encoder.encode(["ab", "c", "def"]))], [2, 97, 1, 1, 99, 1, 3, 100, 1]);
  assert.deepEqual(
    asked.map(({ path, authorization, body }) => [path, authorization, body.model, body.input.length]),
    [1, 2, 1].map((count) => ["/v1/embeddings", "Bearer s3cret", "m", count]),
  );
  assert.ok(!JSON.stringify({ ...encoder }).includes("s3cret"));
});

test("a busy service is asked again, for as long as it says", async () => {
  const { url, asked } = await serve((each, reply, before) => {
    if (before >= 3) return rows(each, reply, before);
    reply.writeHead(before === 1 ? 503 : 429, before === 0 ? { "retry-after": "0" } : {}).end("busy");
  });
  const encoder = await open(`${url}/v1?model=m`);
  assert.equal(asked.length, 4);
  assert.equal(encoder.dimensions, 3);
});

test("the dimensions that are wanted are asked for, and their number makes another encoder", async () => {
  const { url, asked } = await serve(({ body }, reply) => {
    const embedding = new Array(body.dimensions ?? 8).fill(0.5);
    reply.end(JSON.stringify({ data: body.input.map((_, index) => ({ index, embedding })) }));
  });
  const [five, all] = [await open(`${url}?model=m&dimensions=5`), await open(`${url}?model=m`)];
  assert.deepEqual([five.dimensions, all.dimensions], [5, 8]);
  assert.deepEqual(
    asked.map(({ body }) => body.dimensions),
    [5, undefined],
  );
  assert.notEqual(five.identity, all.identity);
});

const faults: Record<string, readonly [Answer, RegExp]> = {
  "a refusal": [(_, reply) => reply.writeHead(401).end("wrong key k3y"), /status 401: wrong key …$/],
  "no JSON": [(_, reply) => reply.end("<html>"), /its reply is no JSON/],
  "another reply": [(_, reply) => reply.end('{"embeddings":[[1]]}'), /has no "data"/],
  "too many rows": [
    (_, reply) => reply.end('{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1]}]}'),
    /2 rows for 1 texts/,
  ],
  "a row twice": [
    (_, reply) => reply.end('{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}'),
    /2 rows for 1 texts/,
  ],
  "a value that is too large": [(_, reply) => reply.end('{"data":[{"index":0,"embedding":[1e300]}]}'), /float32/],
  "a redirect": [
    (_, reply) => reply.writeHead(307, { location: "http://example.invalid/" }).end(),
    /cannot be reached/,
  ],
};
for (const [what, [answer, message]] of Object.entries(faults)) {
  test(`refused: ${what}`, { timeout: 30_000 }, async () => {
    const { url } = await serve(answer);
    process.env.TEST_FAULT_KEY = "k3y";
    await assert.rejects(open(`${url}?model=m&key=TEST_FAULT_KEY&timeout=5`), (error: Error) => {
      assert.equal(error.name, "UserError");
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(`${url}/v1/embeddings: `), error.message);
      assert.ok(!error.message.includes("k3y"), error.message);
      return true;
    });
  });
}

test("rows of another length than the first", async () => {
  const { url } = await serve(({ body }, reply, before) => {
    const embedding = before === 0 ? [1, 2] : [1, 2, 3];
    reply.end(JSON.stringify({ data: body.input.map((_, index) => ({ index, embedding })) }));
  });
  await assert.rejects((await open(`${url}?model=m`)).encode(["a"]), /a row of 3 values, expected 2/);
});

test("an answer that does not come is waited for no longer than its time, and not after an abort", async () => {
  const { url } = await serve((each, reply, before) => {
    if (before === 0) rows(each, reply, before);
  });
  const encoder = await open(`${url}?model=m&timeout=60`);
  const stop = new AbortController();
  const waiting = encoder.encode(["a"], stop.signal);
  setTimeout(() => stop.abort(new Error("enough")), 100);
  await assert.rejects(waiting, { message: "enough" });
});

const wrong: Record<string, readonly [string, RegExp]> = {
  "no address": ["http:nowhere", /expected an address such as/],
  "no model": ["http:https://127.0.0.1:9/v1/embeddings", /which model\? Add \?model=NAME/],
  "another protocol": ["http:ftp://127.0.0.1/?model=m", /expected an address of http or https/],
  "a password": ["http:https://a:b@127.0.0.1/?model=m", /name an environment variable/],
  "the key itself": [
    "http:https://127.0.0.1/?model=m&key=sk-123",
    /the environment variable that key= names is not set/,
  ],
  "a batch of nothing": ["http:https://127.0.0.1/?model=m&batch=0", /batch=0: expected a whole number from 1 to 2048/],
};
for (const [what, [spec, message]] of Object.entries(wrong)) {
  test(`refused: ${what}`, () =>
    assert.rejects(openEncoder(spec), (error: Error) => {
      assert.equal(error.name, "UserError");
      assert.match(error.message, message);
      assert.ok(!/sk-123|a:b/.test(error.message));
      return true;
    }));
}
