// Parquet files: a variable per column (numbers, text, or lists of one length as a matrix), decoded in a process of its own.
import { fork } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../errors.js";
import { type ElementClass, type FileContent, numeric, type Variable } from "./variables.js";

/** What the decoding process says. */
export type ParquetMessage =
  | { readonly name: string; readonly kind: "text"; readonly lines: readonly string[] }
  | {
      readonly name: string;
      readonly kind: "numeric";
      readonly element: ElementClass;
      readonly shape: readonly number[];
      readonly values: Float64Array;
    }
  | { readonly name: string; readonly kind: "skipped"; readonly reason: string }
  | { readonly done: true }
  | { readonly problem: string; readonly mine: boolean };

/** Milliseconds that a column may take: some for a damaged file to show itself, more where there is much to decode. */
const patience = (size: number): number => 15_000 + size / 5000;
/** Heap of the decoding process in MiB: decoded values take many times the space that they take in the file. */
const heap = (size: number): number => Math.min(8192, 192 + Math.ceil((size * 50) / 2 ** 20));

/**
 * Reads the columns of numbers, truth values, text, and lists of numbers that all have one length. Nulls become NaN.
 * @throws UserError where the file is truncated or corrupt, or compressed in a way this Node.js cannot undo.
 */
export function readParquet(path: string, size: number): Promise<FileContent> {
  const variables = new Map<string, Variable>();
  const notes: string[] = [];
  return new Promise((done, failed) => {
    const child = fork(fileURLToPath(new URL("./parquet-process.js", import.meta.url)), [resolve(path)], {
      execArgv: [`--max-old-space-size=${heap(size)}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    let timer: NodeJS.Timeout | undefined;
    const end = (error?: UserError) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      if (error) failed(error);
      else done({ format: "parquet", path, variables, table: { index: [], hasHeader: true }, notes, close: () => {} });
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => end(new UserError(`${path} is corrupt: decoding it does not come to an end`)),
        patience(size),
      );
    };
    wait();
    child.on("message", (message: ParquetMessage) => {
      wait();
      if ("done" in message) end();
      else if ("problem" in message) end(explain(message.problem, message.mine, path));
      else if (message.kind === "skipped") {
        notes.push(`${message.name} is skipped: ${message.reason}`);
        variables.set(message.name, { kind: "skipped", reason: message.reason });
      } else if (message.kind === "text") variables.set(message.name, { kind: "text", lines: message.lines });
      else variables.set(message.name, numeric(message.element, message.shape, "row", message.values));
    });
    child.on("error", (error) =>
      end(new UserError(`${path}: the process that decodes it cannot run: ${error.message}`)),
    );
    child.on("exit", () => end(new UserError(`${path} is corrupt, or too large to decode in memory`)));
  });
}

function explain(problem: string, mine: boolean, path: string): UserError {
  if (mine) return new UserError(problem);
  if (problem.includes("unsupported compression codec")) {
    return new UserError(`${path}: ${problem}; write it with snappy, gzip or no compression`);
  }
  // other words are those of the interpreter, about the library's own variables
  const what = /^(parquet|thrift|snappy|geoparquet)/i.test(problem) ? problem : "its bytes contradict each other";
  return new UserError(`${path} is corrupt or truncated: ${what}`);
}
