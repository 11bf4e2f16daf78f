// Something that is loaded: waiting, there, or refused.
import { useCallback, useEffect, useState } from "preact/hooks";
import { mayPass, resume, stall } from "./away.js";

export interface Loaded<T> {
  /** What was loaded last: also while the next one is on its way. */
  readonly value?: T;
  /** What the server refused; that it is away or busy is said once, above the page. */
  readonly error?: string;
  readonly isLoading: boolean;
  readonly again: () => void;
}

/** Loads anew whenever the key changes; without a key there is nothing to load. */
export function useLoad<T>(key: string | undefined, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, "again">>({ isLoading: key !== undefined });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((was) => was + 1), []);
  useEffect(() => {
    if (key === undefined) {
      setState({ isLoading: false });
      return;
    }
    const stop = new AbortController();
    setState(({ value }) => ({ value, isLoading: true }));
    load(stop.signal).then(
      (value) => {
        if (stop.signal.aborted) return;
        resume(again);
        setState({ value, isLoading: false });
      },
      (error: Error) => {
        if (stop.signal.aborted) return;
        if (mayPass(error)) {
          stall(again, error, again);
          // What was there before answers another question.
          setState({ isLoading: false });
          return;
        }
        resume(again);
        setState({ error: error.message, isLoading: false });
      },
    );
    return () => stop.abort();
  }, [key, round]);
  useEffect(() => () => resume(again), []);
  useEffect(() => resume(again), [key]);
  return { ...state, again };
}
