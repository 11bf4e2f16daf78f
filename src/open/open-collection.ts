// A collection opened: candidates compared on held-out pairs, the best one kept, and an index of everything made with it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { type Matrix, toDense } from "../data/matrix.js";
import { UserError } from "../errors.js";
import { makeFolder, writeFileAtomic } from "../files.js";
import { writeViewEncodings } from "../runs/view-encodings.js";
import { isIndexFolder } from "../search/index/index-folder.js";
import { indexRun } from "../search/index/index-run.js";
import { candidatesFor } from "./candidates.js";
import { type Collection, type OpenHooks, pairsOf } from "./collection.js";
import { bestOf, type CandidateResult, compareCandidates } from "./compare-candidates.js";

/** What is opened, and where what is made of it is kept. */
export interface OpenRequest {
  readonly collection: Collection;
  /** Gets `candidates/`, `index/` and `open.json`; made where it is not there. */
  readonly out: string;
  readonly seed: number;
  readonly engine: Engine;
}

/** What came of it: the last line of `vantage open --json`. */
export interface OpenSummary {
  /** Samples with both views. */
  readonly pairs: number;
  /** Pairs that no candidate was trained on. */
  readonly heldOut: number;
  readonly candidates: readonly CandidateResult[];
  /** The candidate that the index is made with. */
  readonly chosen: CandidateResult;
  /** The index folder. */
  readonly index: string;
  readonly items: number;
  readonly seconds: number;
}

const summaryFile = "open.json";

/**
 * Compares the candidates that fit the collection by recall@10 of held-out pairs, mean over both directions; makes an index of all
 * samples with the best one. What was finished before on the same features is not done again.
 * @throws UserError where no candidate fits, or the folder holds something else; the signal's reason or InterruptedError once it is given.
 */
export async function openCollection(
  { collection, out, seed, engine }: OpenRequest,
  hooks: OpenHooks & { onResult?(result: CandidateResult): void } = {},
): Promise<OpenSummary> {
  const started = performance.now();
  const { data, heldOut, details } = collection;
  const pairs = pairsOf(collection);
  const fingerprint = fingerprintOf(pairs, seed);
  makeFolder(out);
  const candidates = candidatesFor(pairs, seed);
  const results = await compareCandidates(
    { pairs, candidates, folder: join(out, "candidates"), fingerprint, engine },
    {
      signal: hooks.signal,
      onStart: (method, i, count) => hooks.onProgress?.(`trying ${method} (${i + 1} of ${count})`, 0, 1),
      onEpoch: (method, done, total) => hooks.onProgress?.(`training ${method}`, done, total),
      onResult: hooks.onResult,
      onNote: hooks.onNote,
    },
  );
  const chosen = bestOf(results);
  if (chosen?.run === undefined) throw new UserError(`${data.name}: no method fits these pairs`);
  writeViewEncodings(chosen.run, data.encoders);
  const index = join(out, "index");
  const whole = fingerprintOf(data, seed);
  const before = finishedBefore(out, index, chosen, whole);
  const items = before ?? (await makeIndex({ collection, chosen, index, engine }, details, hooks));
  const summary: OpenSummary = {
    pairs: heldOut.train.length + heldOut.test.length,
    heldOut: heldOut.test.length,
    candidates: results,
    chosen,
    index,
    items,
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
  };
  writeFileAtomic(join(out, summaryFile), `${JSON.stringify({ fingerprint: whole, ...summary }, undefined, 1)}\n`);
  return summary;
}

async function makeIndex(
  {
    collection,
    chosen,
    index,
    engine,
  }: Pick<OpenRequest, "collection" | "engine"> & { chosen: CandidateResult; index: string },
  details: Collection["details"],
  hooks: OpenHooks,
): Promise<number> {
  const { data } = collection;
  const { items } = await indexRun(chosen.run!, {
    out: index,
    name: data.name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "-"),
    data,
    metadata: details,
    replaces: true,
    engine,
    signal: hooks.signal,
    onItems: (done, total) => hooks.onProgress?.("items", done, total),
    onNote: hooks.onNote,
  });
  await collection.writeThumbnails?.(index, hooks.signal);
  return items;
}

/** Items of an index that was made with the same run of the same data; undefined where it has to be made. */
function finishedBefore(
  out: string,
  index: string,
  { method, options }: CandidateResult,
  fingerprint: string,
): number | undefined {
  const path = join(out, summaryFile);
  if (!existsSync(path) || !isIndexFolder(index)) return undefined;
  try {
    const before = JSON.parse(readFileSync(path, "utf8")) as OpenSummary & { fingerprint: string };
    const isSame =
      before.fingerprint === fingerprint &&
      before.chosen.method === method &&
      JSON.stringify(before.chosen.options) === JSON.stringify(options);
    return isSame ? before.items : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of everything that a training or an index depends on. */
function fingerprintOf({ ids = [], views, splits, labels }: MultiViewDataset, seed: number): string {
  const hash = createHash("sha256").update(JSON.stringify([seed, ids, splits.train?.length, labels?.names]));
  if (labels !== undefined) hash.update(labels.kind === "single" ? labels.values : labels.matrix);
  for (const { name, matrix, present } of views) {
    hash.update(name);
    if (present) hash.update(present);
    for (const part of valuesOf(matrix)) hash.update(part);
  }
  return hash.digest("hex");
}

function valuesOf(matrix: Matrix): (Uint32Array | Float32Array)[] {
  if (matrix.kind === "sparse") return [matrix.offsets, matrix.indices, matrix.values];
  return [toDense(matrix).data];
}
