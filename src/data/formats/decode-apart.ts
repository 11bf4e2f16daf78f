// Parquet and Arrow files: a variable per column (numbers, text, or lists of one length as a matrix), decoded in a process of its own.
import { UserError } from "../../errors.js";
import { startSandbox } from "../../sandbox.js";
import { type ColumnMessage, type ColumnValues, columnVariable, type NumericColumn } from "./columns.js";
import type { FileContent, Variable } from "./variables.js";

/** Milliseconds that a part may take: some for a damaged file to show itself, more where there is much to decode. */
const patience = (size: number): number => 15_000 + size / 5000;
/** Heap of the decoding process in MiB, for text and metadata. */
const heap = (size: number): number => Math.min(8192, 192 + Math.ceil((size * 50) / 2 ** 20));
/** Bytes that it may hold in all: the heap, and numbers beside it, of which a compressed file may have very many. */
const memory = (size: number): number => heap(size) * 2 ** 20 + 4 * 2 ** 30 + 256 * size;

/** Reads a Parquet file. @throws UserError where it is truncated or corrupt, or compressed in a way that is not supported. */
export const readParquet = (path: string, size: number): Promise<FileContent> => decodeApart("parquet", path, size);

/** Reads an Arrow file or stream, or a Feather file. @throws UserError where it is truncated or corrupt. */
export const readArrow = (path: string, size: number): Promise<FileContent> => decodeApart("arrow", path, size);

function decodeApart(format: "parquet" | "arrow", path: string, size: number): Promise<FileContent> {
  const variables = new Map<string, Variable>();
  const notes: string[] = [];
  return new Promise((done, failed) => {
    const script = new URL("./table-process.js", import.meta.url);
    const child = startSandbox({ script, args: [format, path, String(memory(size))], heap: heap(size) });
    let timer: NodeJS.Timeout | undefined;
    /** A column whose values come in parts. */
    let large: { column: NumericColumn; values: ColumnValues; filled: number } | undefined;
    const end = (error?: UserError, index: readonly string[] = []) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      if (error) failed(error);
      else done({ format, path, variables, table: { index, hasHeader: true }, notes, close: () => {} });
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => end(new UserError(`${path} is corrupt: decoding it does not come to an end`)),
        patience(size),
      );
    };
    wait();
    child.on("message", (message: ColumnMessage) => {
      wait();
      if ("columns" in message) {
        for (const column of message.columns) {
          if (column.kind === "skipped") notes.push(`${column.name} is skipped: ${column.reason}`);
          variables.set(column.name, columnVariable(column, path));
        }
      } else if ("large" in message) {
        const { large: column, length } = message;
        large = { column, values: new (column.values.constructor as Float64ArrayConstructor)(length), filled: 0 };
      } else if ("part" in message) {
        (large!.values as Float64Array).set(message.part as Float64Array, large!.filled);
        large!.filled += message.part.length;
        if (large!.filled < large!.values.length) return;
        variables.set(large!.column.name, columnVariable({ ...large!.column, values: large!.values }, path));
      } else if ("problem" in message) end(explain(message.problem, message.mine, path));
      else {
        notes.push(...message.notes);
        end(undefined, message.index);
      }
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
    return new UserError(`${path}: ${problem}; write it with zstd, snappy, gzip or no compression`);
  }
  if (problem.includes("unsupported encoding")) return new UserError(`${path}: ${problem}`);
  // other words are those of the interpreter, about the libraries' own variables
  const what = /^(parquet|thrift|snappy|arrow|compressed|LZ4) /i.test(problem)
    ? problem
    : "its bytes contradict each other";
  return new UserError(`${path} is corrupt or truncated: ${what}`);
}
