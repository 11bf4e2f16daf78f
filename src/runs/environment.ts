// environment.json: the machine, the versions and the data files that a run was made with.
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { onnxRuntimeVersion } from "../core/runtime/backends/library-path.js";
import { listPictures } from "../data/media/listing.js";
import { UserError } from "../errors.js";
import { fileError, writeFileAtomic } from "../files.js";
import { readRegular } from "../inside.js";
import { parseAs, parseJson } from "../json.js";
import { version } from "../version.js";

const dataFile = z
  .object({
    path: z.string().min(1),
    bytes: z.int().min(0),
    sha256: z.string().describe("SHA-256, hexadecimal"),
  })
  .readonly();
/** A data file, by its path as the user gave it. */
export type DataFile = z.output<typeof dataFile>;

const unknown = z.string().default("unknown");
const environment = z
  .object({
    started: z.string().describe("time the run was begun, ISO 8601"),
    vantage: unknown,
    node: unknown,
    onnxruntime: unknown,
    platform: unknown.describe('operating system and processor architecture, as in "linux x64"'),
    cpu: unknown,
    cores: z.number().default(0).describe("logical processors open to the process"),
    memoryBytes: z.number().default(0),
    backend: z.string().optional().describe('how models were run, as an engine says it: "native cpu"'),
    files: z.array(dataFile).readonly(),
  })
  .readonly();
/** What a run was made with. */
export type Environment = z.output<typeof environment>;

/** A larger environment.json is not read. */
const mostBytes = 2 ** 24;

export function writeEnvironment(path: string, content: Environment): void {
  writeFileAtomic(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** @throws UserError where the file cannot be read or says something else. */
export function readEnvironment(path: string): Environment {
  return parseAs(environment, parseJson(readRegular(path, mostBytes).toString("utf8"), path), path);
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
    vantage: version,
    node: process.versions.node,
    onnxruntime: onnxRuntimeVersion(),
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
    const changed = (was: string, is: string) =>
      new UserError(
        `${then.path} has changed since the run began (${was} then; ${is} now): put the old file back or start a new run`,
      );
    const bytes = isFolder(then.path) ? await folderSize(then.path) : fileSize(then.path);
    if (bytes !== then.bytes) throw changed(`${then.bytes} bytes`, `${bytes} bytes`);
    const { sha256 } = await describeFile(then.path);
    if (sha256 !== then.sha256) {
      const shown = (hash: string) => `${bytes} bytes, SHA-256 ${hash.slice(0, 12)}…`;
      throw changed(shown(then.sha256), shown(sha256));
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

/** Bytes of a plain file: a pipe or device could be read for ever. */
function fileSize(path: string): number {
  try {
    const status = statSync(path);
    if (status.isFile()) return status.size;
    throw new UserError(
      `${path} cannot be read: ${status.isDirectory() ? "it is a folder" : "it is not a plain file"}`,
    );
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

async function describeFile(path: string): Promise<DataFile> {
  if (isFolder(path)) return describePictures(path);
  fileSize(path);
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

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

async function folderSize(path: string): Promise<number> {
  const { pictures } = await listPictures(path);
  return pictures.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A folder stands for its pictures: the hash is of their names and their own hashes. */
async function describePictures(folder: string): Promise<DataFile> {
  const { pictures } = await listPictures(folder);
  const hash = createHash("sha256");
  let bytes = 0;
  for (const picture of pictures) {
    const own = await describeFile(join(folder, picture.path));
    hash.update(`${own.sha256} ${picture.path}\n`);
    bytes += own.bytes;
  }
  return { path: folder, bytes, sha256: hash.digest("hex") };
}
