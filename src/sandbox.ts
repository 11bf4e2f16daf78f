// Child processes for what may end or hang its process: files and pictures of others are decoded there.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Variables that such a process gets: no token and no password of a database, only what finds the cache and temporary files. */
const passed = new Set([
  ...["PATH", "HOME", "VANTAGE_CACHE", "XDG_CACHE_HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "LANG"],
  "NODE_V8_COVERAGE",
]);

/** What a process is started with, and what it may take. */
export interface Sandbox {
  /** The module that it runs, beside the one that starts it: `new URL("./x-process.js", import.meta.url)`. */
  readonly script: URL;
  readonly args?: readonly string[];
  /** Megabytes of JavaScript heap. */
  readonly heap: number;
}

/**
 * Starts a process that has no terminal and no output, and messages by structured clone. Whoever starts it watches its time and ends it
 * with SIGKILL; `watchMemory` (sandbox-child.ts) ends it from inside.
 */
export function startSandbox({ script, args = [], heap }: Sandbox): ChildProcess {
  return fork(fileURLToPath(script), [...args], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.has(name))),
    execArgv: [`--max-old-space-size=${Math.ceil(heap)}`],
  });
}
