// The server under load: items stored in an index, then wrk on loopback; requests per second, latencies, errors and memory.
// node bench/serve-load.mjs --items 1000000 --seconds 300 --connections 32 --threads 2 [--bits 64] [--mode exact] [--folder DIR]
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../dist/core/kernels/random.js";
import { encodeModel } from "../dist/core/onnx/model.js";
import { Engine } from "../dist/core/runtime/index.js";
import { greater, input, mul } from "../dist/core/tensor/index.js";
import { createIndexFolder, isIndexFolder, readIndexFolder } from "../dist/search/index/index-folder.js";
import { openStore } from "../dist/search/stores/open-store.js";

const { values } = parseArgs({
  options: {
    items: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "10" },
    connections: { type: "string", default: "32" },
    threads: { type: "string", default: String(availableParallelism()) },
    bits: { type: "string", default: "64" },
    mode: { type: "string", default: "exact" },
    store: { type: "string", default: "folder" },
    folder: { type: "string" },
    k: { type: "string", default: "10" },
  },
});
const [items, seconds, bits, k] = [values.items, values.seconds, values.bits, values.k].map(Number);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "vantage-load-"));
const started = performance.now();
const since = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;

/** Codes of random bits: what a query costs does not depend on them. */
async function fill() {
  const x = input("a", ["n", bits]);
  const code = mul(x, 1);
  const models = new Map([["a.onnx", encodeModel({ name: "a", outputs: { code, bits: greater(code, 0) } })]]);
  const about = { name: "load", created: new Date().toISOString(), method: "dchn", dataset: "random", run: "none" };
  const view = { name: "a", columns: bits, model: "a.onnx", inputs: [{ name: "a", columns: bits }], output: "code" };
  const index = createIndexFolder(
    folder,
    { ...about, bits, dimensions: bits, codes: "sign", views: [view], store: values.store },
    models,
  );
  const engine = await Engine.open();
  const store = await openStore(index, engine, { isMaking: true });
  const random = new Random(1, "load");
  const together = 4096;
  for (let from = 0; from < items; from += together) {
    const batch = Array.from({ length: Math.min(together, items - from) }, (_, i) => {
      const vector = Float32Array.from({ length: bits }, () => (random.next() < 0.5 ? -1 : 1));
      const code = new Uint8Array(bits / 8);
      vector.forEach((value, j) => {
        if (value > 0) code[j >> 3] |= 0x80 >> (j & 7);
      });
      return { id: `item-${from + i}`, view: "a", code, vector, metadata: { title: `Item ${from + i}` } };
    });
    await store.add(batch);
  }
  await store.close();
  engine.close();
}

function startServer() {
  const child = spawn(
    process.execPath,
    ["bin/vantage.js", "serve", folder, "--port", "0", "--threads", values.threads, "--runs", folder],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
      const port = /127\.0\.0\.1:(\d+)\//.exec(said)?.[1];
      if (port) resolve({ child, port });
    });
    child.on("close", (status) => reject(new Error(`the server ended with ${status}: ${said}`)));
  });
}

/** 256 queries in turn, so that nothing is answered from a cache. */
function writeScript(path) {
  const random = new Random(2, "queries");
  const queries = Array.from({ length: 256 }, () => {
    const features = Array.from({ length: bits }, () => (random.next() < 0.5 ? -1 : 1));
    return JSON.stringify({ view: "a", features, k, mode: values.mode });
  });
  const lines = queries.map((query) => `  '${query}',`).join("\n");
  writeFileSync(
    path,
    `local bodies = {\n${lines}\n}
local i = 0
function request()
  i = i % #bodies + 1
  return wrk.format("POST", "/search", { ["Content-Type"] = "application/json" }, bodies[i])
end
function done(summary, latency)
  io.write(string.format("RESULT {\\"requests\\":%d,\\"microseconds\\":%d,\\"p50\\":%d,\\"p90\\":%d,\\"p99\\":%d,\\"max\\":%d,\\"connect\\":%d,\\"read\\":%d,\\"write\\":%d,\\"status\\":%d,\\"timeout\\":%d}\\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max,
    summary.errors.connect, summary.errors.read, summary.errors.write, summary.errors.status, summary.errors.timeout))
end
`,
  );
}

function wrk(port, script, duration) {
  const args = [
    "-t1",
    `-c${values.connections}`,
    `-d${duration}s`,
    "--timeout",
    "30s",
    "-s",
    script,
    `http://127.0.0.1:${port}`,
  ];
  const child = spawn("wrk", args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (data) => (text += data));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      const result = /^RESULT (.*)$/m.exec(text)?.[1];
      if (result) resolve(JSON.parse(result));
      else reject(new Error(text));
    });
  });
}

const residentMiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))[1]) / 1024;

if (!existsSync(folder) || !isIndexFolder(folder)) await fill();
else readIndexFolder(folder);
process.stderr.write(`${items} items are stored (${since()})\n`);
const { child, port } = await startServer();
const script = join(folder, "queries.lua");
writeScript(script);
await wrk(port, script, 2);
const memory = [residentMiB(child.pid)];
const watch = setInterval(() => memory.push(residentMiB(child.pid)), Math.max(1000, (seconds * 1000) / 20));
const { requests, microseconds, p50, p90, p99, max, ...errors } = await wrk(port, script, seconds);
clearInterval(watch);
memory.push(residentMiB(child.pid));
const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const result = {
  processor: cpus()[0].model,
  items,
  bits,
  k,
  mode: values.mode,
  connections: Number(values.connections),
  threads: Number(values.threads),
  seconds: microseconds / 1e6,
  requestsPerSecond: Math.round(requests / (microseconds / 1e6)),
  milliseconds: { p50: p50 / 1000, p90: p90 / 1000, p99: p99 / 1000, max: max / 1000 },
  errors,
  memoryMiB: memory.map(Math.round),
  answered: /vantage_http_requests_total\{route="\/search",method="POST",status="200"\} (\d+)/.exec(metrics)?.[1],
};
child.removeAllListeners("close");
child.kill("SIGTERM");
await new Promise((resolve) => child.on("close", resolve));
if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(result));
