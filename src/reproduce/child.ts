// A command of the command line in a process of its own: a crash there ends nothing here.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../bin/vantage.js", import.meta.url));
const followParent = new URL("./follow-parent.js", import.meta.url).href;

/** Characters of what a child said that are kept to find its complaint in. */
const KEPT = 8192;

export interface ChildEnd {
  readonly status: number | null;
  /** The one line that says what went wrong, where something did. */
  readonly complaint: string;
}

export interface ChildHooks {
  /** Aborting asks the child to stop after its epoch. */
  readonly signal: AbortSignal;
  onLine(line: string): void;
}

/** Runs `vantage …words` to its end. */
export function runChild(words: readonly string[], { signal, onLine }: ChildHooks): Promise<ChildEnd> {
  // in a process group of its own: Ctrl-C on the terminal would reach it beside our SIGTERM, and a second signal ends it at once
  const child = spawn(process.execPath, ["--import", followParent, script, ...words], {
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  let line = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-KEPT);
    const lines = (line + text).split("\n");
    line = lines.pop()!;
    for (const each of lines) if (each.trim() !== "") onLine(each);
  });
  const stop = () => void child.kill("SIGTERM");
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  return new Promise((resolve) => {
    const end = (status: number | null, complaint: string) => {
      signal.removeEventListener("abort", stop);
      resolve({ status, complaint });
    };
    child.on("error", (error) => end(null, error.message));
    child.on("close", (status, killed) => end(status, complaintOf(said) ?? `ended by ${killed ?? `status ${status}`}`));
  });
}

function complaintOf(said: string): string | undefined {
  const complaints = said.split("\n").filter((line) => line.startsWith("vantage: "));
  return complaints.at(-1)?.slice("vantage: ".length);
}
