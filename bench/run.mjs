// Side-by-side benchmarks: our side and the peer's do the same work in one run; then how time and memory grow.
//   npm run bench -- [--data FOLDER] [--rounds N] [--busy N] [--python FILE] [--out FILE.md] [case or curve …]
// All of them go to docs/benchmarks.md and its pictures, between the marks; some of them to the screen alone unless --out says
// where. The file grows case by case, so that a stop loses nothing.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { cases } from "./cases.mjs";
import { peerPython } from "./peer-python.mjs";
import { plotRatios, plotScaling } from "./plots.mjs";
import { peerEnvironment, root, runJson, startBusy } from "./processes.mjs";
import { scaling } from "./scaling.mjs";
import { curveTable, ratioTable, upperFirst } from "./tables.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: "../shared/data" },
    rounds: { type: "string", default: "1" },
    busy: { type: "string", default: "1" },
    python: { type: "string" },
    out: { type: "string" },
  },
});
const wanted = (name) => positionals.length === 0 || positionals.includes(name);
const unknown = positionals.filter((name) => ![...cases, ...scaling].some((each) => (each.name ?? each.id) === name));
if (unknown.length > 0) {
  const known = [...cases.map(({ name }) => name), ...scaling.map(({ id }) => id)];
  process.stderr.write(`no benchmark "${unknown[0]}"; there are ${known.join(", ")}\n`);
  process.exit(2);
}
const out = flags.out ?? (positionals.length === 0 ? "docs/benchmarks.md" : undefined);

const { python, missing, versions } = peerPython(flags.python);
if (missing.length > 0) process.stderr.write(`peers are left out, ${python} has no ${missing.join(", ")}\n`);
const havePeers = missing.length === 0;

const begun = performance.now();
const scratch = join(tmpdir(), `vantage-bench-${process.pid}`);
mkdirSync(scratch, { recursive: true });
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const context = { data: flags.data, scratch, python };
const limits = measureLimits();
const rows = [];
const curves = [];

for (const { name, title, prepare, ours, peers, note } of cases.filter((each) => wanted(each.name))) {
  process.stderr.write(`${elapsed()} ${name}\n`);
  const lacking = prepare?.(context);
  if (lacking) {
    process.stderr.write(`  skipped: ${lacking}\n`);
    continue;
  }
  const run = (rounds) => measure(rounds, ours(context), havePeers ? peers(context) : []);
  const { mine, theirs } = run(Number(flags.rounds));
  const stop = startBusy(Number(flags.busy));
  const busy = Number(flags.busy) > 0 ? run(1) : undefined;
  stop();
  const best = (list) => (list?.length > 0 ? Math.min(...list.map((each) => each.median)) : Number.NaN);
  const own = best(mine);
  const common = { name, title, own, share: shareOfLimit(mine[0]?.work, own), extra: note?.(mine, theirs) ?? "" };
  for (const [label, list] of theirs) {
    rows.push({ ...common, label, peer: best(list), busy: best(busy?.theirs.get(label)) / best(busy?.mine) });
  }
  if (theirs.size === 0) rows.push({ ...common, label: "–", peer: Number.NaN, busy: Number.NaN });
  await write();
}
for (const curve of scaling.filter(({ id }) => wanted(id))) {
  const measured = { ...curve, lines: curve.lines.map(({ name }) => ({ name, points: [] })) };
  curves.push(measured);
  for (const [i, { name, points }] of curve.lines.entries()) {
    for (const { x, args } of points) {
      process.stderr.write(`${elapsed()} ${curve.title}: ${name}, ${x}\n`);
      measured.lines[i].points.push({ x, result: runJson(process.execPath, args) });
    }
  }
  await write();
}
process.stdout.write(`${text()}\n`);

/** Results of both sides, turn about, so that a slow minute of the machine hits both. */
function measure(rounds, ours, peers) {
  const mine = [];
  const theirs = new Map();
  for (let round = 0; round < rounds; round++) {
    const own = runJson(process.execPath, ours);
    if (own) mine.push(own);
    for (const { label, args, tuned } of peers) {
      const peer = runJson(python, ["-B", ...args], peerEnvironment(tuned));
      if (peer) theirs.set(label, [...(theirs.get(label) ?? []), peer]);
    }
  }
  return { mine, theirs };
}

function elapsed() {
  const seconds = Math.round((performance.now() - begun) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Operations per second in a large product, the better of the two sides; bytes per second in a copy, where PyTorch is there. */
function measureLimits() {
  const own = runJson(process.execPath, ["bench/ours/limits.mjs"]);
  const peer = havePeers
    ? runJson(python, ["-B", "bench/peers/limits.py", "--keep-memory"], peerEnvironment(true))
    : undefined;
  return { flops: Math.max(own?.flops ?? 0, peer?.flops ?? 0), own: own?.flops, peer: peer?.flops, copy: peer?.copy };
}

/** What the work would take at the machine's measured limits, products and optimizer one after the other, over what it took. */
function shareOfLimit(work, taken) {
  if (work === undefined || limits.copy === undefined) return undefined;
  return (work.flop / limits.flops + work.bytes / limits.copy) / taken;
}

function limitsText() {
  const giga = (value) => (value === undefined ? "not measured" : `${Math.round(value / 1e9)}`);
  return `Measured limits: product 2048³ ${giga(limits.own)} GFLOP/s here, ${giga(limits.peer)} in PyTorch; copy ${giga(limits.copy)} GB/s.`;
}

function text(pictures) {
  const parts = [limitsText()];
  if (rows.length > 0) parts.push(ratioTable(rows), pictures && `![Times as fast as each peer](${pictures.ratios})`);
  for (const curve of curves) parts.push(`${upperFirst(curve.what)}:`, curveTable(curve));
  if (curves.length > 0 && pictures) parts.push(`![Growth of time and memory](${pictures.scaling})`);
  return parts.filter(Boolean).join("\n\n");
}

async function write() {
  if (out === undefined) return;
  const path = join(root, out);
  const folder = join(dirname(path), "pictures");
  mkdirSync(folder, { recursive: true });
  const pictures = { ratios: join(folder, "bench-ratios.png"), scaling: join(folder, "bench-scaling.png") };
  if (rows.length > 0) await plotRatios(rows, pictures.ratios);
  if (curves.length > 0) await plotScaling(curves, pictures.scaling);
  const links = Object.fromEntries(
    Object.entries(pictures).map(([name, file]) => [name, relative(dirname(path), file)]),
  );
  const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}${versions && `; ${versions}`}`;
  const made = `Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)} in ${elapsed()} minutes: ${machine}.`;
  const [begin, end] = ["<!-- measured -->", "<!-- /measured -->"];
  const before = existsSync(path) ? readFileSync(path, "utf8") : `# Benchmarks\n\n${begin}\n${end}\n`;
  const [head, rest = `${end}\n`] = before.split(begin);
  const tail = rest.slice(rest.indexOf(end));
  writeFileSync(path, `${head}${begin}\n\n${made} ${text(links)}\n\n${tail}`);
}
