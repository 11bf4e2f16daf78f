// Works off the runs of a table, several at a time.
import type { Outcome } from "./execute.js";
import type { Run } from "./run.js";

/** Where runs come from: a list of this process, or a queue that several machines share. */
export interface RunSource {
  /** The next run, undefined once nothing is left to do anywhere or the signal has been aborted. */
  take(signal: AbortSignal): Promise<Run | undefined>;
  /** Hands back what came of it. */
  settle(run: Run, outcome: Outcome): Promise<void>;
}

/** The runs in their order. */
export function listSource(runs: readonly Run[]): RunSource {
  const left = [...runs];
  return {
    take: async () => left.shift(),
    settle: async () => {},
  };
}

export interface WorkOptions {
  /** Runs at a time. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  execute(run: Run, signal: AbortSignal): Promise<Outcome>;
  onStart(run: Run): void;
  onEnd(run: Run, outcome: Outcome): void;
}

/**
 * Resolves once nothing is left, or the signal has been aborted and every run in progress has stopped.
 * @throws whatever a hook or the source throws, once the other runs in progress have stopped.
 */
export async function work(source: RunSource, options: WorkOptions): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const worker = async () => {
    try {
      while (!signal.aborted) {
        const run = await source.take(signal);
        if (run === undefined) return;
        options.onStart(run);
        const outcome = await options.execute(run, signal);
        await source.settle(run, outcome);
        options.onEnd(run, outcome);
      }
    } catch (error) {
      failure.abort();
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: options.jobs }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
