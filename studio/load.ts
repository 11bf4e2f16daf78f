// Something that is loaded: waiting, there, or refused.
import { useCallback, useEffect, useState } from "preact/hooks";

export interface Loaded<T> {
  /** What was loaded last: also while the next one is on its way. */
  readonly value?: T;
  readonly error?: string;
  readonly isLoading: boolean;
  readonly again: () => void;
}

/** Loads anew whenever the key changes; without a key there is nothing to load. */
export function useLoad<T>(key: string | undefined, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, "again">>({ isLoading: key !== undefined });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (key === undefined) {
      setState({ isLoading: false });
      return;
    }
    const stop = new AbortController();
    setState(({ value }) => ({ value, isLoading: true }));
    load(stop.signal).then(
      (value) => !stop.signal.aborted && setState({ value, isLoading: false }),
      (error: Error) => !stop.signal.aborted && setState({ error: error.message, isLoading: false }),
    );
    return () => stop.abort();
  }, [key, round]);
  return { ...state, again: useCallback(() => setRound((was) => was + 1), []) };
}
