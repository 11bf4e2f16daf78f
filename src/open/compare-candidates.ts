// Candidates trained on pairs and compared by how well they find held-out pairs; each is kept as a run folder.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { StorageError, UserError } from "../errors.js";
import { writeFileAtomic } from "../files.js";
import { InterruptedError } from "../methods/training.js";
import { pairsByDirection } from "../metrics/pair-recall.js";
import type { Candidate } from "./candidates.js";
import { nearestPairsRecall } from "./nearest-pairs.js";

/** Shares of queries whose pair is the first of the held-out items, among the first 5, among the first 10. */
export interface Recall {
  readonly at1: number;
  readonly at5: number;
  readonly at10: number;
}

/** How one way to search did on the held-out pairs. */
export interface CandidateResult {
  /** A method, or "features": the nearest training pairs, without training. */
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** By direction, such as "text->image". */
  readonly recall: Readonly<Record<string, Recall>>;
  /** Seconds of training and measuring. */
  readonly seconds: number;
  /** The run folder; none where nothing was trained. */
  readonly run?: string;
}

/** How the comparison is followed and ended. */
export interface CompareHooks {
  /** Ends it between two epochs; what is finished is kept for the next time. */
  readonly signal?: AbortSignal;
  onStart?(method: string, index: number, count: number): void;
  onEpoch?(method: string, done: number, total: number): void;
  onResult?(result: CandidateResult): void;
  onNote?(note: string): void;
}

/** What is compared, on what. */
export interface Comparison {
  /** Complete samples, two views, with splits `train` and `test`. */
  readonly pairs: MultiViewDataset;
  readonly candidates: readonly Candidate[];
  /** Gets a run folder for each candidate. */
  readonly folder: string;
  /** Changes whenever the pairs do: a candidate that was finished on the same ones is not trained again. */
  readonly fingerprint: string;
  readonly engine: Engine;
}

const FEATURES = "features";

/**
 * Trains each candidate on the training pairs and measures recall on the held-out ones. One that does not fit the data is left
 * out with a note.
 * @returns the results in the order of the candidates, after that of the features alone.
 * @throws InterruptedError where the signal ended it.
 */
export async function compareCandidates(
  { pairs, candidates, folder, fingerprint, engine }: Comparison,
  hooks: CompareHooks = {},
): Promise<CandidateResult[]> {
  const results: CandidateResult[] = [];
  const keep = (result: CandidateResult) => {
    results.push(result);
    hooks.onResult?.(result);
  };
  hooks.onStart?.(FEATURES, 0, candidates.length + 1);
  const started = performance.now();
  const recall = recallOf(pairsByDirection(await nearestPairsRecall(pairs, engine, hooks.signal)));
  keep({ method: FEATURES, options: {}, recall, seconds: secondsSince(started) });
  for (const [i, candidate] of candidates.entries()) {
    const { method, options } = candidate;
    const run = join(folder, method);
    const known = finishedResult(run, fingerprint, options);
    hooks.onStart?.(method, i + 1, candidates.length + 1);
    if (known !== undefined) keep(known);
    else {
      try {
        keep(await trainCandidate(candidate, run, { pairs, fingerprint, engine }, hooks));
      } catch (error) {
        const isItsOwn = error instanceof UserError && !(error instanceof StorageError);
        if (!isItsOwn || error instanceof InterruptedError) throw error;
        hooks.onNote?.(`${method} is left out: ${error.message}`);
      }
    }
  }
  return results;
}

/**
 * The candidate with the highest sum of recall@1, @5 and @10 over both directions, by which VSE++ (Faghri et al., 2018) chooses a
 * model too: among ten held-out pairs recall@10 alone is 1 for all. The earlier one where two are equal.
 */
export function bestOf(results: readonly CandidateResult[]): CandidateResult | undefined {
  const trained = results.filter(({ run }) => run !== undefined);
  return trained.reduce<CandidateResult | undefined>(
    (best, each) => (best === undefined || recallSum(each) > recallSum(best) ? each : best),
    undefined,
  );
}

function recallSum({ recall }: CandidateResult): number {
  return Object.values(recall).reduce((sum, { at1, at5, at10 }) => sum + at1 + at5 + at10, 0);
}

async function trainCandidate(
  { method, definition, options }: Candidate,
  run: string,
  { pairs, fingerprint, engine }: Pick<Comparison, "pairs" | "fingerprint" | "engine">,
  { signal, onEpoch, onNote }: CompareHooks,
): Promise<CandidateResult> {
  rmSync(run, { recursive: true, force: true });
  const started = performance.now();
  await using model = definition.create({ ...options }, engine);
  await model.fit(pairs, {
    signal,
    onEpoch: ({ epoch, epochs }) => onEpoch?.(method, epoch, epochs),
    onNote: (note) => onNote?.(`${method}: ${note}`),
  });
  const recall = recallOf((await model.evaluate(signal)) as ReturnType<typeof pairsByDirection>);
  await model.save(run);
  const result: CandidateResult = { method, options, recall, seconds: secondsSince(started), run };
  // Last: a run with a result is whole.
  writeFileAtomic(join(run, resultFile), `${JSON.stringify({ fingerprint, ...result }, undefined, 1)}\n`);
  return result;
}

const resultFile = "candidate.json";

/** The result of a run that was finished on the same pairs with the same options. */
function finishedResult(run: string, fingerprint: string, options: Candidate["options"]): CandidateResult | undefined {
  const path = join(run, resultFile);
  if (!existsSync(path)) return undefined;
  try {
    const { fingerprint: before, ...result } = JSON.parse(readFileSync(path, "utf8")) as CandidateResult & {
      fingerprint: string;
    };
    const isSame = before === fingerprint && JSON.stringify(result.options) === JSON.stringify(options);
    return isSame ? { ...result, run } : undefined;
  } catch {
    return undefined;
  }
}

/** Measures of pairs, each keyed by direction, as recall by direction. */
function recallOf({ recallAt1 = {}, recallAt5 = {}, recallAt10 = {} }: ReturnType<typeof pairsByDirection>) {
  return Object.fromEntries(
    Object.entries(recallAt1).map(([direction, at1]): [string, Recall] => [
      direction,
      { at1, at5: recallAt5[direction]!, at10: recallAt10[direction]! },
    ]),
  );
}

function secondsSince(started: number): number {
  return Number(((performance.now() - started) / 1000).toFixed(2));
}
