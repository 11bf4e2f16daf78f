// What is in a run's folder: nothing, a run to go on with, or its result.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { readConfig } from "../runs/config.js";
import { type DataFile, describeEnvironment } from "../runs/environment.js";
import type { Metrics } from "../runs/metrics-log.js";
import { openRun } from "../runs/run-folder.js";
import type { Run } from "./run.js";

/** What a finished run found. */
export interface StoredResult {
  readonly metrics: Metrics;
  readonly epochs: number;
  readonly seconds: number;
  /** The data file that it was made with, where its data set is one. */
  readonly sha256?: string;
}

const described = new Map<string, Promise<DataFile>>();

/** A data file's size and SHA-256; each file is read once. */
export function describeData(path: string): Promise<DataFile> {
  const known = described.get(path) ?? describeEnvironment([path]).then(({ files }) => files[0]!);
  described.set(path, known);
  return known;
}

/**
 * The result of a run, undefined where it is not finished.
 * @throws UserError where its folder is damaged, or its data file has changed since.
 */
export async function storedResult(runs: string, run: Run): Promise<StoredResult | undefined> {
  const folder = join(runs, run.folder);
  if (!existsSync(join(folder, "config.yaml"))) return undefined;
  const { result, environment } = openRun(folder);
  if (result === undefined) return undefined;
  const sha256 = environment.files[0]?.sha256;
  if (sha256 !== undefined) await checkData(run, sha256, folder);
  const { metrics, epochs, seconds } = result;
  return { metrics, epochs, seconds, ...(sha256 && { sha256 }) };
}

/** @throws UserError where the data file at hand is not the one that a result was made with. */
export async function checkData({ data: { path } }: Run, sha256: string, made: string): Promise<void> {
  if (path === undefined || (await describeData(path)).sha256 === sha256) return;
  throw new UserError(
    `${path} is not the file that ${made} was made with: put the old one back, or give another --out`,
  );
}

/**
 * Whether a run was begun there that can be gone on with.
 * @throws UserError where its data was somewhere else: going on would look for it there.
 */
export function canResume(folder: string, { data }: Run): boolean {
  const config = join(folder, "config.yaml");
  if (!existsSync(config)) return false;
  const then = readConfig(config).dataset.data;
  if (then === data.argument) return true;
  throw new UserError(
    `${folder} was begun with its data at ${then}, which is now ${data.argument}: give it from there, or delete the folder`,
  );
}

/** Folders of the same cell and seed with other settings. */
export function earlierFolders(runs: string, stem: string, own: string): string[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs).filter((name) => name !== own && name.length === own.length && name.startsWith(`${stem}-`));
}
