// Golden results: what every method gives on every task for fixed seeds, as hashes, to compare two versions on one machine.
//   node scripts/golden.mjs --out golden.json                      this version's results
//   node scripts/golden.mjs --against golden.json                  compares with them; exit status 1 where a bit differs
//   node scripts/golden.mjs --interface device --against …         through another interface: the same bits (docs/devices.md)
//   node scripts/golden.mjs --package ../other --out golden.json   another built checkout's results
// Hashes depend on the processor (its vector instructions); the figures beside them tell rounding from a mistake.
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: {
    package: { type: "string", default: "." },
    out: { type: "string" },
    against: { type: "string" },
    threads: { type: "string", default: "2" },
    interface: { type: "string" },
  },
});
const entry = (file) => import(pathToFileURL(resolve(flags.package, "dist", file)).href);
const { Engine, loadDataset, methods } = await entry("index.js");
const { synthetic, toDense } = await entry("entries/data.js");

/** Options by method: small, but every stage, loss and kind of layer takes part. */
const common = {
  itq: { bits: 32 },
  cca: { dimensions: 4 },
  gmae: { hidden: [60, 40], latent: 16, starts: 3, epochs: 4, batch: 50, evaluateEvery: 2 },
  djsrh: { hidden: 96, bits: 32, epochs: 4 },
  dchn: { hidden: 96, bits: 32, epochs: 4 },
  mvlnet: { arch: [60, 20], autoencoder: [32], siameseEpochs: 2, pairs: 320, epochs: 3, steps: 3, batch: 40 },
  dm2c: { hidden: [80, 60, 40], mappingHidden: [50], pretrainEpochs: 2, epochs: 3 },
};
const variants = {
  gmae: { corrupt: { corrupt: "missing=0.3", maskMissing: true }, whole: { batch: 0 } },
};
const data = {
  synthetic: synthetic({ samples: 240, views: 2, classes: 3, dimensions: [70, 41], seed: 3 }),
  equal: synthetic({ samples: 240, views: 2, classes: 3, dimensions: [48, 48], seed: 3 }),
  emoji: await loadDataset("emoji:views=noto/en"),
};
/** Compare vectors of one space: their views are of one width. */
const oneSpace = new Set(["identity", "signs", "itq", "lsh"]);
const emojiMethods = new Set(["cca", "djsrh", "dchn"]);

const results = {};
const engine = await Engine.open({ threads: Number(flags.threads), interface: flags.interface });
for (const { name, tasks, options, create } of methods) {
  for (const task of tasks) {
    const settings = { plain: {}, ...variants[name] };
    for (const [variant, more] of Object.entries(settings)) {
      const parsed = parse(options, { ...common[name], ...(tasks.length > 1 && { task }), ...more, seed: 5 });
      if (parsed === undefined) continue;
      await record(
        `${name} ${task} ${variant}`,
        () => create(parsed, engine),
        oneSpace.has(name) ? data.equal : data.synthetic,
      );
    }
  }
  if (emojiMethods.has(name)) {
    const parsed = parse(options, { ...common[name], epochs: name === "cca" ? undefined : 2, seed: 1 });
    await record(`${name} emoji`, () => create(parsed, engine), data.emoji);
  }
}
for (const [name, set] of Object.entries(data)) {
  for (const view of set.views) results[`data ${name} ${view.name}`] = { values: digest(toDense(view.matrix).data) };
}
await engine.close();

const text = `${JSON.stringify(results, undefined, 2)}\n`;
if (flags.out !== undefined) writeFileSync(flags.out, text);
if (flags.against !== undefined) compare(JSON.parse(readFileSync(flags.against, "utf8")));
if (flags.out === undefined && flags.against === undefined) process.stdout.write(text);

function parse(schema, values) {
  const known = Object.fromEntries(
    Object.entries(values).filter(([key, value]) => key in schema.shape && value !== undefined),
  );
  const parsed = schema.safeParse(known);
  return parsed.success ? parsed.data : undefined;
}

/** Fits, uses, saves and loads a model, and keeps a digest of all that it gives. */
async function record(name, create, set) {
  process.stderr.write(`${name}\n`);
  const method = create();
  const losses = [];
  await method.fit(set, { onEpoch: (report) => void losses.push(withoutTimes(report)) });
  const entry = { epochs: text64(losses), measures: withoutTimes(await method.evaluate()) };
  entry.representation = digest((await method.transform(set)).data);
  if (method.predicts !== undefined) entry.predicted = digest(await method.predict(set));
  for (const view of method.views) {
    if (method.encode === undefined) continue;
    entry[`codes ${view.name}`] = digest((await method.encode(view.name, set)).codes);
  }
  for (const { name: file, bytes } of await method.exportModels()) entry[`onnx ${file}`] = digest(bytes);
  const state = method.state();
  const tensors = Array.from(state.tensors, ([key, { data }]) => [key, digest(data)]).sort();
  entry.state = text64([tensors, state.json]);
  const folder = mkdtempSync(join(tmpdir(), "vantage-golden-"));
  try {
    await method.save(join(folder, "run"));
    entry.checkpoint = digest(readCheckpoint(join(folder, "run")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await method.dispose?.();
  results[name] = entry;
}

/** The tensors of a saved run; its header says the version. */
function readCheckpoint(run) {
  const folder = join(run, "checkpoint");
  const bytes = readFileSync(join(folder, readdirSync(folder)[0]));
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
}

function withoutTimes(value) {
  return JSON.parse(JSON.stringify(value, (key, each) => (/seconds|milliseconds|time/i.test(key) ? undefined : each)));
}

function text64(value) {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 22);
}

/** A hash of all bytes, and two figures that move little when only the last digits do. */
function digest(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return { hash, length: values.length, sum, norm: Math.sqrt(squares) };
}

function compare(before) {
  let [same, other] = [0, 0];
  for (const name of new Set([...Object.keys(before), ...Object.keys(results)])) {
    for (const key of new Set([...Object.keys(before[name] ?? {}), ...Object.keys(results[name] ?? {})])) {
      const [old, now] = [before[name]?.[key], results[name]?.[key]];
      if (JSON.stringify(old) === JSON.stringify(now)) same++;
      else {
        other++;
        process.stdout.write(`${name}, ${key}:\n  ${JSON.stringify(old)}\n  ${JSON.stringify(now)}\n`);
      }
    }
  }
  process.stdout.write(`${same} results are the same, ${other} differ\n`);
  process.exitCode = other > 0 ? 1 : 0;
}
