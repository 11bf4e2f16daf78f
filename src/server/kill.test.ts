// The server killed in the middle of inserts: what it has acknowledged is there when it comes back. VANTAGE_KILLS sets how often.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../core/kernels/random.js";
import { featuresOf, writeSmallIndex } from "./fixture.testing.js";
import { type RealServer, send, startServer } from "./real-server.testing.js";

const kills = Number(process.env.VANTAGE_KILLS ?? 3);
const writers = 4;
const folder = mkdtempSync(join(tmpdir(), "vantage-kill-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test(`kill -9 in the middle of inserts, ${kills} times: nothing acknowledged is lost`, async () => {
  writeSmallIndex(folder);
  const random = new Random(1, "kills");
  /** What was acknowledged last of an id: its bits, or undefined where it was deleted. */
  const known = new Map<string, number | undefined>();
  /** Ids whose last request had no answer: either state is right. */
  const unsure = new Set<string>();
  let serial = 0;
  let acknowledged = 0;
  for (let kill = 0; kill < kills; kill++) {
    const server = await startServer(folder);
    await compare(server, known, unsure);
    let isKilled = false;
    const write = async (writer: number) => {
      while (!isKilled) {
        const items = Array.from({ length: 5 }, () => ({ id: `w${writer}-${serial++}`, bits: serial % 65536 }));
        const gone = serial % 3 === 0 ? [...known.keys()].filter((id) => id.startsWith(`w${writer}-`)).slice(-2) : [];
        for (const { id } of items) unsure.add(id);
        for (const id of gone) unsure.add(id);
        try {
          const body = {
            items: items.map(({ id, bits }) => ({ id, view: "a", features: featuresOf(bits), metadata: { bits } })),
          };
          assert.equal((await send(server, "POST", "/items", body)).status, 200);
          for (const { id, bits } of items) settle(id, bits);
          acknowledged += items.length;
          if (gone.length > 0) {
            assert.equal((await send(server, "DELETE", "/items", { ids: gone })).status, 200);
            for (const id of gone) settle(id, undefined);
          }
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          return;
        }
      }
    };
    const settle = (id: string, bits: number | undefined) => {
      known.set(id, bits);
      unsure.delete(id);
    };
    const before = acknowledged;
    const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    while (acknowledged < before + 50) await sleep(5);
    await sleep(300 * random.next());
    isKilled = true;
    await server.end("SIGKILL");
    await writing;
  }
  const server = await startServer(folder);
  await compare(server, known, unsure);
  assert.equal(await server.end("SIGTERM"), 0);
  console.log(`${acknowledged} items acknowledged in ${kills} lives, ${unsure.size} without an answer`);
});

async function compare(
  server: RealServer,
  known: ReadonlyMap<string, number | undefined>,
  unsure: ReadonlySet<string>,
) {
  const lost: string[] = [];
  const ids = [...known.keys()].filter((id) => !unsure.has(id));
  for (let start = 0; start < ids.length; start += 64) {
    await Promise.all(
      ids.slice(start, start + 64).map(async (id) => {
        const { status, body } = await send(server, "GET", `/items/${id}`);
        const bits = (body.views as { metadata: { bits: number } }[] | undefined)?.[0]?.metadata.bits;
        if (known.get(id) === undefined ? status !== 404 : bits !== known.get(id)) lost.push(id);
      }),
    );
  }
  assert.deepEqual(lost, []);
}
