// Calls that failed for the moment, because the server is away or busy: one message for all of them, and one "Try again".
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "./client.js";

interface Stalled {
  readonly error: ApiError;
  readonly again: () => void;
}

/** By who waits: what a part of the page could not load. */
const stalled = new Map<object, Stalled>();
const changed = "vantage-stalled";
/** Milliseconds after which a server that does not answer is asked again. */
const rest = 4000;

/** Whether the same request may succeed later: the server is away, busy, or restarts behind its proxy. */
export function mayPass(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 502);
}

/** Notes that a part of the page waits for the server. */
export function stall(who: object, error: ApiError, again: () => void): void {
  stalled.set(who, { error, again });
  window.dispatchEvent(new Event(changed));
}

/** Notes that it no longer does: it has what it wanted, or wants it no more. */
export function resume(who: object): void {
  if (stalled.delete(who)) window.dispatchEvent(new Event(changed));
}

export function retryAll(): void {
  for (const { again } of [...stalled.values()]) again();
}

/** What the server said, each message once; a server that is away is asked again by itself. */
export function useStalled(): readonly string[] {
  const [messages, setMessages] = useState<readonly string[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = () => {
      const errors = [...stalled.values()].map(({ error }) => error);
      setMessages([...new Set(errors.map(({ message }) => message))]);
      clearTimeout(timer);
      if (errors.some(({ status }) => status === 0)) timer = setTimeout(ask, rest);
    };
    const ask = () => {
      if (document.visibilityState === "visible") retryAll();
      else timer = setTimeout(ask, rest);
    };
    window.addEventListener(changed, follow);
    return () => {
      clearTimeout(timer);
      window.removeEventListener(changed, follow);
    };
  }, []);
  return messages;
}
