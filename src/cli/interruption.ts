// Ctrl-C: the first one asks the work to stop where that is safe, the second one ends the process at once.
import { say } from "./output/output.js";

export interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

/** @param message what the first Ctrl-C says. */
export function interruption(message = "stopping after this epoch; the checkpoint is kept"): Interruption {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    say("");
    say(`${message} (Ctrl-C again stops at once)`);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    release() {
      // Once asked to stop, the process is about to end: a second signal keeps its documented exit status until it has.
      if (controller.signal.aborted) return;
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
