// One run of a table: a cell with a seed; its key, its folder and the words of its command.
import { createHash } from "node:crypto";
import type { FoundData } from "./find-data.js";
import type { Cell, RunSettings } from "./grid.js";

export interface Run {
  readonly cell: Cell;
  readonly seed: number;
  /** SHA-256 of everything that decides what the run finds: method, data, options with their defaults. */
  readonly key: string;
  /** Name of its folder: cell, seed and the start of its key, so that other settings never meet an older run. */
  readonly folder: string;
  /** Where its data is; `missing` says what is needed to run it here. */
  readonly data: FoundData;
  /** The command from `train` on, without data and where it writes. */
  readonly words: readonly string[];
}

/** @param options every option of the method, defaults included. */
export function makeRun(cell: Cell, seed: number, found: FoundData, options: Readonly<Record<string, unknown>>): Run {
  const settings = cell.settings!;
  const { method, data, views, labels } = settings;
  const key = createHash("sha256").update(canonical({ method, data, views, labels, options })).digest("hex");
  return {
    cell,
    seed,
    key,
    folder: `${folderStem(cell, seed)}-${key.slice(0, 8)}`,
    data: found,
    words: ["train", method, ...settingWords(settings), "--seed", `${seed}`],
  };
}

/** The name of a run's folder, but for the start of its key. */
export function folderStem({ name }: Cell, seed: number): string {
  const slug = name
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9.]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return `${slug.slice(0, 80) || "run"}-seed${seed}`;
}

/** Settings as flags of `vantage train`, data and seed apart. */
export function settingWords(settings: RunSettings): string[] {
  const { method: _, data: __, set = {}, ...flags } = settings;
  return [
    ...Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, `${value}`])),
    ...Object.entries(set).flatMap(([name, value]) => ["--set", `${name}=${JSON.stringify(value)}`]),
  ];
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
