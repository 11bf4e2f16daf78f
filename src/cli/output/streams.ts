// What happens when stdout or stderr cannot be written: work goes on, and what was lost is said where it can be.
import { fileError } from "../../files.js";

/**
 * Listens to the errors of stdout and stderr, which otherwise end the process with a stack trace.
 * @param onLost receives once why stdout could not be written; not where its reader has left early (`vantage … | head`).
 */
export function guardStreams(onLost: (error: unknown) => void): void {
  let isLost = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || isLost) return;
    isLost = true;
    onLost(fileError(error, "stdout", "written"));
  });
  // There is nowhere left to say it, and a server or a training does not need its reader.
  process.stderr.on("error", () => {});
}
