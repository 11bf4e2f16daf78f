// Which runs the table shows, and in which order.
import type { RunSummary } from "../../src/server/api.js";

export const columns = ["name", "started", "best"] as const;
export type Column = (typeof columns)[number];

export interface Order {
  readonly by: Column;
  readonly isDown: boolean;
}

/** Newest first, and those that train before all others. */
export const usualOrder: Order = { by: "started", isDown: true };

export function newestFirst(runs: readonly RunSummary[]): RunSummary[] {
  return ordered(runs, usualOrder);
}

/** In order of a column; runs that have nothing there come last. */
export function ordered(runs: readonly RunSummary[], { by, isDown }: Order): RunSummary[] {
  const sign = isDown ? -1 : 1;
  const byName = (a: RunSummary, b: RunSummary) => a.name.localeCompare(b.name, "en", { numeric: true });
  return [...runs].sort((a, b) => {
    if (by === "name") return sign * byName(a, b);
    if (by === "started") {
      const running = Number(b.isRunning) - Number(a.isRunning);
      return running || sign * a.started.localeCompare(b.started) || byName(a, b);
    }
    if (a.best === undefined || b.best === undefined) return Number(!a.best) - Number(!b.best) || byName(a, b);
    // Different measures are not compared: each stands with its own kind.
    const kind = a.best.path.join("\n").localeCompare(b.best.path.join("\n"));
    return kind || sign * (a.best.value - b.best.value) || byName(a, b);
  });
}

/** The runs of which all words are somewhere in the name, method, data set, task or state. */
export function matching(runs: readonly RunSummary[], text: string): RunSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    const state = run.isRunning ? "training" : run.isFinished ? "finished" : "stopped";
    const all = [run.name, run.method, run.dataset, run.task, `seed ${run.seed}`, state].join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
