// Ctrl-C: the first one asks the run to stop after the epoch in progress, the second one ends the process at once.
import { say } from "./output.js";

export interface Interruption {
  readonly signal: AbortSignal;
  release(): void;
}

export function interruption(): Interruption {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    say("\nstopping after this epoch; the checkpoint is kept (Ctrl-C again stops at once)");
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    release() {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
