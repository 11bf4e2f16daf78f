// A collection opened: candidates compared on held-out pairs, a run of the best one, and an index of everything made with it.
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Engine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { type Matrix, toDense } from "../data/matrix.js";
import { UserError } from "../errors.js";
import { writeFileAtomic } from "../files.js";
import { findMethod } from "../methods/index.js";
import { isRunFolder } from "../runs/run-folder.js";
import { isIndexFolder, thumbnailsFolder } from "../search/index/index-folder.js";
import { indexRun } from "../search/index/index-run.js";
import { trainRun } from "../train/train-run.js";
import { candidatesFor } from "./candidates.js";
import { type Collection, type OpenHooks, pairsOf } from "./collection.js";
import { bestOf, type CandidateResult, compareCandidates } from "./compare-candidates.js";
import { forgetSummary, summaryFile, takeOutFolder } from "./out-folder.js";

/** What is opened, and where what is made of it is kept. */
export interface OpenRequest {
  readonly collection: Collection;
  /** Gets `candidates/`, `run/`, `index/` and `open.json`; made where it is not there. */
  readonly out: string;
  /** The index folder. Default: `index` in `out`. */
  readonly index?: string;
  readonly seed: number;
  readonly engine: Engine;
  /** Methods that are tried, where they fit. Default: all that there are candidates of. */
  readonly methods?: readonly string[];
}

/** What came of it: the last line of `vantage open --json`. */
export interface OpenSummary {
  /** Pairs that train or are held out: of the same words or picture, one counts where it is held out. */
  readonly pairs: number;
  /** Pairs that no candidate was trained on. */
  readonly heldOut: number;
  readonly candidates: readonly CandidateResult[];
  /** The candidate that the index is made with. */
  readonly chosen: CandidateResult;
  /** Its run folder, with log, measures and report. */
  readonly run: string;
  /** The index folder. */
  readonly index: string;
  readonly items: number;
  readonly seconds: number;
}

/** How it is followed and ended. */
export interface OpeningHooks extends OpenHooks {
  /** After each candidate, one that was finished before too. */
  onResult?(result: CandidateResult): void;
}

/**
 * Compares the candidates that fit the collection by their recall of held-out pairs (see `bestOf`); makes an index of all
 * samples with the best one. What was finished before on the same features is not done again.
 * @throws UserError where no candidate fits, a folder holds something else, or another process has it; the signal's reason or
 *   InterruptedError once it is given.
 */
export async function openCollection(request: OpenRequest, hooks: OpeningHooks = {}): Promise<OpenSummary> {
  const release = takeOutFolder(request.out);
  try {
    return await compareAndIndex(request, hooks);
  } finally {
    release();
  }
}

async function compareAndIndex(request: OpenRequest, hooks: OpeningHooks): Promise<OpenSummary> {
  const started = performance.now();
  const { collection, out, seed, engine, methods, index = join(out, "index") } = request;
  const { data, heldOut } = collection;
  const pairs = pairsOf(collection);
  const results = await compareCandidates(
    {
      pairs,
      candidates: candidatesFor(pairs, seed).filter(({ method }) => methods?.includes(method) ?? true),
      folder: join(out, "candidates"),
      fingerprint: fingerprintOf(pairs, seed),
      engine,
    },
    {
      signal: hooks.signal,
      onStart: (method, i, count) => hooks.onProgress?.(`trying ${method} (${i + 1} of ${count})`, 0, 1),
      onEpoch: (method, done, total) => hooks.onProgress?.(`training ${method}`, done, total),
      onResult: hooks.onResult,
      onNote: hooks.onNote,
    },
  );
  const chosen = bestOf(results);
  if (chosen === undefined) throw new UserError(`${data.name}: no method fits these pairs`);
  // The index holds what is shown of each sample too, and may have been made in another place.
  const shown = [...collection.details, relative(resolve(out), resolve(index))];
  const whole = createHash("sha256").update(fingerprintOf(data, seed)).update(JSON.stringify(shown)).digest("hex");
  const run = join(out, "run");
  const isThere = isRunFolder(run) && isIndexFolder(index);
  const items =
    (isThere ? itemsBefore(out, chosen, whole) : undefined) ??
    (await makeIndex(request, { pairs, chosen, run, index }, hooks));
  const summary: OpenSummary = {
    pairs: heldOut.train.length + heldOut.test.length,
    heldOut: heldOut.test.length,
    candidates: results,
    ...{ chosen, run, index, items },
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
  };
  writeFileAtomic(join(out, summaryFile), `${JSON.stringify({ fingerprint: whole, ...summary }, undefined, 1)}\n`);
  return summary;
}

/** What an index is made with. */
interface Chosen {
  readonly pairs: MultiViewDataset;
  readonly chosen: CandidateResult;
  readonly run: string;
  readonly index: string;
}

/** Trains the candidate once more, to the same bits, now with log, baselines and report; encodes all samples; draws thumbnails. */
async function makeIndex(
  { collection, out, engine }: OpenRequest,
  { pairs, chosen: { method, options }, run, index }: Chosen,
  { signal, onNote, onProgress }: OpenHooks,
): Promise<number> {
  const { data, details } = collection;
  const what = `training ${method} for the index`;
  onProgress?.(what, 0, 1);
  // First: what is there from now on is no longer what the summary says.
  forgetSummary(out);
  rmSync(run, { recursive: true, force: true });
  await trainRun(
    { method: findMethod(method), options: { ...options }, data: pairs, out: run, engine },
    {
      ...(signal && { signal }),
      onNote,
      onEpoch: ({ epoch, epochs }) => onProgress?.(what, epoch, epochs),
      onTrained: () => onProgress?.("measures and report", 0, 1),
    },
  );
  // They are named by row, which may be another sample's now.
  rmSync(thumbnailsFolder(index), { recursive: true, force: true });
  const { items } = await indexRun(run, {
    out: index,
    name: data.name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "-").slice(0, 128) || "index",
    data,
    ...(details.size > 0 && { metadata: details }),
    replaces: true,
    engine,
    ...(signal && { signal }),
    onItems: (done, total) => onProgress?.("items", done, total),
    onNote,
  });
  await collection.writeThumbnails?.(index, signal);
  return items;
}

/** Items of an index that was made with the same candidate of the same data; undefined where it has to be made. */
function itemsBefore(out: string, { method, options }: CandidateResult, fingerprint: string): number | undefined {
  try {
    const before = JSON.parse(readFileSync(join(out, summaryFile), "utf8")) as OpenSummary & { fingerprint: string };
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
