// environment.json: the machine, the versions and the data files that a run was made with.
import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, totalmem } from "node:os";
import { UserError } from "../errors.js";
import { fileError } from "../files.js";

/** A data file, by its path as the user gave it. */
export interface DataFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

export interface Environment {
  /** Time the run was begun, ISO 8601. */
  readonly started: string;
  readonly vantage: string;
  readonly node: string;
  readonly onnxruntime: string;
  /** Operating system and processor architecture, as in "linux x64". */
  readonly platform: string;
  readonly cpu: string;
  /** Logical processors open to the process. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** How models were run, as an engine says it: "native cpu". */
  readonly backend?: string;
  readonly files: readonly DataFile[];
}

/**
 * Looks at the machine and reads the data files through once for their SHA-256.
 * @param paths as the user gave them; none for a data set that is made up.
 * @throws UserError for a file that cannot be read.
 */
export async function describeEnvironment(paths: readonly string[] = []): Promise<Environment> {
  const files: DataFile[] = [];
  for (const path of paths) files.push(await describeFile(path));
  return {
    started: new Date().toISOString(),
    vantage: packageVersion("../../package.json"),
    node: process.versions.node,
    onnxruntime: packageVersion("onnxruntime-node/package.json"),
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    files,
  };
}

/**
 * To be called before a run goes on: its data must be what it was when it began.
 * @throws UserError for a file that changed since or cannot be read.
 */
export async function checkDataFiles(environment: Environment): Promise<void> {
  for (const then of environment.files) {
    const now = await describeFile(then.path);
    if (now.sha256 !== then.sha256) {
      throw new UserError(
        `${then.path} has changed since the run began (${then.bytes} bytes, SHA-256 ${then.sha256.slice(0, 12)}… then; ` +
          `${now.bytes} bytes, ${now.sha256.slice(0, 12)}… now): put the old file back or start a new run`,
      );
    }
  }
}

/**
 * Looks at files before they are read. The function that comes back is to be called once they have been:
 * @throws UserError where one has changed in the meantime.
 */
export function watchFiles(paths: readonly string[]): () => void {
  const look = (path: string) => {
    const { size, mtimeMs, ino } = statSync(path, { throwIfNoEntry: false }) ?? {};
    return `${size} ${mtimeMs} ${ino}`;
  };
  const before = paths.map(look);
  return () => {
    const changed = paths.find((path, i) => look(path) !== before[i]);
    if (changed !== undefined) throw new UserError(`${changed} changed while it was read: run again once it is whole`);
  };
}

async function describeFile(path: string): Promise<DataFile> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
    }
  } catch (error) {
    throw fileError(error, path, "read");
  }
  return { path, bytes, sha256: hash.digest("hex") };
}

function packageVersion(specifier: string): string {
  const path = createRequire(import.meta.url).resolve(specifier);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
