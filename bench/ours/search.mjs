// Exact and approximate search of packed codes: queries per second, recall@10, time to build, memory.
//   node bench/ours/search.mjs [FOLDER] [--bits 64] [--rows 1000000] [--hnsw] [--index FILE]
// FOLDER is what bench/peers/search_codes.py wrote, without it codes are made here; a graph is kept in FILE.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HammingGraph } from "../../dist/core/kernels/hamming-graph.js";
import { HammingScan } from "../../dist/core/kernels/hamming-scan.js";
import { Kernels } from "../../dist/core/kernels/kernels.js";
import { Random } from "../../dist/core/kernels/random.js";
import { emit, median, repeat, threads } from "./common.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bits: { type: "string", default: "64" },
    rows: { type: "string", default: "1000000" },
    queries: { type: "string", default: "1000" },
    "exact-queries": { type: "string", default: "100" },
    repetitions: { type: "string", default: "5" },
    hnsw: { type: "boolean", default: false },
    m: { type: "string", default: "16" },
    construction: { type: "string", default: "100" },
    search: { type: "string", default: "10,12,16,24,32,48,64,96" },
    index: { type: "string" },
    /** Seconds of the processor instead of the clock's: for one thread on a machine that has other work too. */
    "processor-time": { type: "boolean", default: false },
  },
});
const [folder] = positionals;
const bytes = Number(flags.bits) / 8;
const rows = Number(flags.rows);
const k = 10;
const kernels = await Kernels.open({ threads });

/** A thousand codes at random, each with copies of which every bit is flipped with a chance of 1 in 8. */
function make(name, count) {
  const random = new Random(0, "codes");
  const centers = Uint32Array.from({ length: 1000 * (bytes / 4) }, () => random.integer(2 ** 32));
  const own = random.fork(name);
  const words = new Uint32Array((count * bytes) / 4);
  const draw = () => own.integer(2 ** 32);
  for (let i = 0; i < count; i++) {
    const center = own.integer(1000) * (bytes / 4);
    for (let w = 0; w < bytes / 4; w++) words[i * (bytes / 4) + w] = centers[center + w] ^ (draw() & draw() & draw());
  }
  return new Uint8Array(words.buffer);
}

/** The codes of an .npy file, without its header. */
function load(name, count) {
  if (folder === undefined) return make(name, count);
  const file = readFileSync(join(folder, `${name}-${flags.bits}.npy`));
  const begin = 10 + file.readUInt16LE(8);
  return file.subarray(begin, begin + count * bytes);
}

const codes = kernels.memory.uint8(rows * bytes);
codes.set(load("codes", rows));
const queries = load("queries", Number(flags.queries));
const few = queries.subarray(0, Number(flags["exact-queries"]) * bytes);

function exact(requested) {
  const scan = new HammingScan(kernels, requested, bytes, k);
  scan.scan(codes, 0);
  const found = scan.finish();
  scan.free();
  return found;
}

/** Queries per second one at a time and all in one call. */
async function rates(search, requested, single) {
  const oneByOne = () => {
    for (let i = 0; i < single; i++) search(requested.subarray(i * bytes, (i + 1) * bytes));
  };
  const times = Number(flags.repetitions);
  // The compiler's own threads would count as the search's.
  for (let i = 0; i < 300; i++) search(requested.subarray(0, bytes));
  await new Promise((resolve) => setTimeout(resolve, 300));
  return {
    single: single / median(await seconds(oneByOne, times)),
    batch: requested.length / bytes / median(await seconds(() => search(requested), times)),
  };
}

async function seconds(step, times) {
  if (!flags["processor-time"]) return repeat(step, times, 1);
  step();
  return Array.from({ length: times }, () => {
    const before = process.cpuUsage();
    step();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
}

const result = { exact: await rates(exact, few, Math.min(few.length / bytes, 20)) };
result.seconds = [1 / result.exact.batch];
result.median = result.seconds[0];

if (flags.hnsw) {
  const truth = exact(queries);
  const options = { links: Number(flags.m), construction: Number(flags.construction) };
  const graph = flags.index && existsSync(flags.index) ? restore(flags.index) : build(options);
  result.bytesPerItem = graph.memoryBytes / rows;
  result.approximate = [];
  for (const search of flags.search.split(",").map(Number)) {
    const { distances, counts } = graph.search(queries, search);
    let hits = 0;
    for (let q = 0; q < counts.length; q++) {
      for (let i = 0; i < Math.min(k, counts[q]); i++) {
        if (distances[q * search + i] <= truth.distances[q * k + k - 1]) hits++;
      }
    }
    const speed = await rates((requested) => graph.search(requested, search), queries, counts.length);
    result.approximate.push({ search, recall: hits / (k * counts.length), ...speed });
    process.stderr.write(`${JSON.stringify(result.approximate.at(-1))}\n`);
  }
}

function build(options) {
  const graph = new HammingGraph(kernels, bytes, options);
  const before = process.cpuUsage();
  while (graph.size < rows) {
    const to = Math.min(rows, graph.size + graph.round);
    graph.add(codes.subarray(graph.size * bytes, to * bytes));
  }
  const { user, system } = process.cpuUsage(before);
  result.build = (user + system) / 1e6;
  if (flags.index) {
    writeFileSync(`${flags.index}.json`, JSON.stringify(graph.state));
    writeFileSync(flags.index, Buffer.concat([...graph.chunks()]));
  }
  return graph;
}

function restore(path) {
  const graph = HammingGraph.restore(kernels, JSON.parse(readFileSync(`${path}.json`, "utf8")));
  const file = readFileSync(path);
  let at = 0;
  for (const chunk of graph.chunks()) {
    chunk.set(file.subarray(at, at + chunk.length));
    at += chunk.length;
  }
  return graph;
}

kernels.close();
emit("search", {
  ...result,
  peakMemory: process.resourceUsage().maxRSS * 1024,
  settings: { rows, bits: Number(flags.bits), ...(flags.hnsw && { m: flags.m, construction: flags.construction }) },
});
