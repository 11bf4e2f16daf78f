// Speed of the PostgreSQL store: node bench/search-postgres.mjs URL-OR-FOLDER ITEMS [BITS [PID OF THE SERVER]]
// Beside seconds it prints processor time (of PGlite with this process, of a server without), which a busy machine changes less.
// Codes come in clusters as hash codes do: 1000 random centers, each bit of an item flipped with probability 0.1.
import { readdirSync, readFileSync } from "node:fs";
import { openPgliteStore } from "../dist/search/stores/postgres/pglite.js";
import { openPostgresStore } from "../dist/search/stores/postgres/server.js";

const [place, count, length = "64", pid] = process.argv.slice(2);
const items = Number(count);
const bits = Number(length);
const space = { bits, dimensions: 64 };
const name = `bench-${items}-${bits}`;

let state = 1;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const centers = Array.from({ length: 1000 }, () => Uint8Array.from({ length: bits / 8 }, () => random() * 256));
const code = () =>
  centers[Math.floor(random() * 1000)].map((byte) => {
    let flips = 0;
    for (let bit = 1; bit < 256; bit *= 2) if (random() < 0.1) flips |= bit;
    return byte ^ flips;
  });

const print = (what, value) => process.stdout.write(`${what.padEnd(44)} ${value}\n`);
function processor() {
  if (pid === undefined) return process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  let ticks = 0;
  for (const each of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${each}/stat`, "latin1");
      const fields = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .map(Number);
      if (each === pid) ticks += fields[11] + fields[12] + fields[13] + fields[14];
      else if (fields[1] === Number(pid)) ticks += fields[11] + fields[12];
    } catch {
      // it has ended
    }
  }
  return ticks / 100;
}
async function seconds(work) {
  const start = [performance.now(), processor()];
  await work();
  return [(performance.now() - start[0]) / 1000, processor() - start[1]];
}

const rates = (number, [wall, cpu]) =>
  `${(number / wall).toFixed(1)} a second, ${((1000 * cpu) / number).toFixed(3)} ms of processor each`;

const store = await (place.includes("://")
  ? openPostgresStore({ url: place, name, space, graphFrom: Infinity })
  : openPgliteStore({ folder: place, name, space, graphFrom: Infinity }));
const [{ there }] = await store.database.query(`SELECT count(*)::int AS there FROM ${store.schema.tables.codes}`);
const adding = await seconds(async () => {
  for (let at = there; at < items; at += 5000) {
    await store.add(
      Array.from({ length: Math.min(5000, items - at) }, (_, i) => ({
        id: `item-${(at + i) >> 1}`,
        view: i % 2 === 0 ? "image" : "text",
        code: code(),
        vector: Float32Array.from({ length: 64 }, () => random() - 0.5),
        metadata: { title: `title of item ${at + i}` },
      })),
    );
  }
});
print("items added (5000 in one add)", there < items ? rates(items - there, adding) : "they were there");
await store.database.query("ANALYZE");

const queries = (number, more) =>
  Array.from({ length: number }, () => ({ code: code(), k: 10, mode: "exact", rerank: 0, ...more }));
async function rate(what, wanted, atOnce) {
  await store.search(wanted.slice(0, 2));
  const pending = [...wanted];
  const worker = async () => {
    for (let query = pending.pop(); query !== undefined; query = pending.pop()) await store.search([query]);
  };
  const time = await seconds(() => Promise.all(Array.from({ length: atOnce }, worker)));
  print(`${what}, ${atOnce} at once: queries`, rates(wanted.length, time));
}

const vector = Float32Array.from({ length: 64 }, () => random() - 0.5);
const few = items > 200_000 ? 20 : 100;
await rate("exact", queries(few), 1);
await rate("exact", queries(few), 4);
await rate("exact, one view", queries(few, { view: "text" }), 1);
await rate("exact, 100 re-ranked", queries(few, { vector, rerank: 100 }), 1);

print("graph built: seconds, processor seconds", await seconds(() => store.buildGraphs()));
await rate("exact beside the graph", queries(few), 1);
await rate("approximate", queries(1000, { mode: "approximate" }), 1);
await rate("approximate", queries(1000, { mode: "approximate" }), 4);
await rate("approximate, one view", queries(1000, { mode: "approximate", view: "text" }), 1);
await rate("approximate, 100 re-ranked", queries(1000, { mode: "approximate", vector, rerank: 100 }), 1);
for (const more of [{}, { view: "text" }, { k: 100 }]) {
  const requested = queries(50, more);
  const exact = await store.search(requested);
  const found = await store.search(requested.map((query) => ({ ...query, mode: "approximate" })));
  let good = 0;
  let all = 0;
  for (const [i, hits] of found.entries()) {
    all += exact[i].length;
    good += hits.filter(({ distance }) => distance <= exact[i].at(-1).distance).length;
  }
  print(`recall of approximate ${JSON.stringify(more)}`, (good / all).toFixed(3));
}
const late = await seconds(() =>
  store.add(Array.from({ length: 1000 }, (_, i) => ({ id: `late-${i}`, view: "image", code: code(), vector }))),
);
print("items added with a graph (1000 in one add)", rates(1000, late));
for (const [what, table] of Object.entries({ codes: store.schema.tables.codes, items: store.schema.tables.items })) {
  const [{ bytes }] = await store.database.query(`SELECT pg_table_size('${table}')::float8 AS bytes`);
  print(`bytes an item, ${what}`, Math.round(bytes / items));
}
const [{ bytes }] = await store.database.query(
  `SELECT coalesce(pg_relation_size(to_regclass('vantage."${name}.graph"')), 0)::float8 AS bytes`,
);
print("bytes an item, graph", Math.round(bytes / items));
await store.close();
