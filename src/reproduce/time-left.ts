// How long the runs that are left will take, from those that are finished.
import type { Run } from "./run.js";

export class TimeLeft {
  readonly #seconds = new Map<string, number[]>();

  /** A run took so long. */
  add(run: Run, seconds: number): void {
    for (const kind of kinds(run)) this.#seconds.set(kind, [...(this.#seconds.get(kind) ?? []), seconds]);
  }

  /** Seconds for the runs, so many at a time: each as others of its cell took, else of its method and data, else any. */
  estimate(runs: readonly Run[], jobs: number): number | undefined {
    let total = 0;
    for (const run of runs) {
      const known = kinds(run).flatMap((kind) => [this.#seconds.get(kind) ?? []].filter(({ length }) => length > 0));
      const [nearest] = known;
      if (nearest === undefined) return undefined;
      total += nearest.reduce((sum, each) => sum + each, 0) / nearest.length;
    }
    return total / Math.max(1, Math.min(jobs, runs.length));
  }
}

/** From the narrowest on. */
function kinds({ cell }: Run): string[] {
  const { method, data } = cell.settings!;
  return [`cell ${cell.name}`, `method ${method} ${data}`, "any"];
}
