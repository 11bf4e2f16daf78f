// Runs of the folder and their lines, followed while one trains: asked again every two seconds, only while the page is seen.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { MetricLine } from "../../src/runs/metrics-log.js";
import type { RunSummary } from "../../src/server/api.js";
import { mayPass, resume, stall } from "../away.js";
import { getRun, getRuns } from "../client.js";

const interval = 2000;

export interface Followed {
  readonly runs?: readonly RunSummary[];
  /** Lines by run, of those that were requested. */
  readonly lines: ReadonlyMap<string, readonly MetricLine[]>;
  readonly error?: string;
  readonly again: () => void;
}

/** @param choose names of the runs whose lines are wanted */
export function useRuns(choose: (runs: readonly RunSummary[]) => readonly string[]): Followed {
  const [state, setState] = useState<Omit<Followed, "again">>({ lines: new Map() });
  const lines = useRef(new Map<string, readonly MetricLine[]>());
  const wanted = useRef(choose);
  wanted.current = choose;
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((was) => was + 1), []);
  useEffect(() => () => resume(again), []);

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;
    const ask = async () => {
      clearTimeout(timer);
      if (isAsking || document.visibilityState === "hidden") return;
      isAsking = true;
      let isAnyRunning = true;
      try {
        const runs = await getRuns(stop.signal);
        isAnyRunning = runs.some(({ isRunning }) => isRunning);
        const names = wanted.current(runs);
        await Promise.all(runs.filter(({ name }) => names.includes(name)).map(bring));
        if (!stop.signal.aborted) {
          resume(again);
          setState({ runs, lines: new Map(lines.current) });
        }
      } catch (error) {
        isAnyRunning = mayPass(error);
        if (stop.signal.aborted) return;
        if (mayPass(error)) stall(again, error, again);
        else setState((was) => ({ ...was, error: (error as Error).message }));
      }
      isAsking = false;
      if (isAnyRunning && !stop.signal.aborted) timer = setTimeout(ask, interval);
    };
    /** The lines that are new; all of them where a resume has cut the log back. */
    const bring = async ({ name, lines: there }: RunSummary) => {
      const known = lines.current.get(name) ?? [];
      if (known.length === there) return;
      const kept = known.length < there ? known : [];
      const { metrics } = await getRun(name, kept.length, stop.signal);
      lines.current.set(name, [...kept, ...(metrics as unknown as MetricLine[])]);
    };
    const seen = () => {
      if (document.visibilityState === "visible") void ask();
    };
    document.addEventListener("visibilitychange", seen);
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [round]);
  return { ...state, again };
}
