// Running the real command line in tests, in a folder of its own.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "../core/kernels/random.js";
import { writeNpz } from "../data/formats/index.js";

const script = fileURLToPath(new URL("../../bin/vantage.js", import.meta.url));

export interface CommandResult {
  readonly status: number | null;
  /** What ended it where it has no status. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly done: Promise<CommandResult>;
  kill(signal: NodeJS.Signals): void;
  /** What it has said on stderr so far. */
  said(): string;
  /** Resolves once stderr holds the text. */
  saw(text: string): Promise<void>;
}

export function startCommand(
  args: readonly string[],
  folder: string,
  env: Record<string, string> = {},
): RunningCommand {
  const child = spawn(process.execPath, [script, ...args], { cwd: folder, env: { ...process.env, ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  const done = new Promise<CommandResult>((finish) =>
    child.on("close", (status, signal) => finish({ status, signal, stdout, stderr })),
  );
  return {
    done,
    kill: (signal) => void child.kill(signal),
    said: () => stderr,
    saw: (text) =>
      new Promise((finish, fail) => {
        const look = () => stderr.includes(text) && finish();
        child.stderr.on("data", look);
        void done.then(() => (stderr.includes(text) ? finish() : fail(new Error(`never said ${text}: ${stderr}`))));
        look();
      }),
  };
}

export function runCommand(
  args: readonly string[],
  folder: string,
  env?: Record<string, string>,
): Promise<CommandResult> {
  return startCommand(args, folder, env).done;
}

export interface Workplace {
  readonly folder: string;
  path(name: string): string;
  /** Runs a command, which must succeed, and gives what it printed. */
  succeed(args: readonly string[]): Promise<string>;
  /** Runs a command, which must be refused: status 2, nothing on stdout, one line of complaint that matches, no stack trace. */
  refuse(args: readonly string[], expected: RegExp): Promise<void>;
  remove(): void;
}

export function workplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "vantage-"));
  return {
    folder,
    path: (name) => resolve(folder, name),
    async succeed(args) {
      const { status, stdout, stderr } = await runCommand(args, folder);
      assert.equal(status, 0, stderr);
      return stdout;
    },
    async refuse(args, expected) {
      const { status, stdout, stderr } = await runCommand(args, folder);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, "");
      const said = stderr.split("\n").filter((line) => line.startsWith("vantage: "));
      assert.equal(said.length, 1, stderr);
      assert.match(said[0]!, expected);
      assert.doesNotMatch(stderr, /\n\s+at /);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Two views of three well separated classes, as X1, X2 and Y of an .npz file. */
export function writeBlobs(path: string, samples = 120, change?: (x1: Float32Array, y: Int32Array) => void): void {
  const random = new Random(5, "blobs");
  const y = Int32Array.from({ length: samples }, (_, i) => i % 3);
  const view = (columns: number) =>
    Float32Array.from({ length: samples * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      return (column % 3 === y[row] ? 3 : 0) + 0.5 * random.normal();
    });
  const [x1, x2] = [view(9), view(6)];
  change?.(x1, y);
  writeNpz(path, {
    X1: { data: x1, shape: [samples, 9] },
    X2: { data: x2, shape: [samples, 6] },
    Y: { data: y, shape: [samples] },
  });
}
