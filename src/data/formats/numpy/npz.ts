// NumPy's .npz files: a ZIP archive of .npy files, stored or deflated.
import { type Zippable, zipSync } from "fflate";
import { UserError } from "../../../errors.js";
import { writeFileAtomic } from "../../../files.js";
import { skippedNotes } from "../notes.js";
import type { Source } from "../source.js";
import type { FileContent, NumericArray, Variable } from "../variables.js";
import { openEntry, zipEntries } from "../zip.js";
import { npyPieces, npyVariable } from "./npy.js";

/** Reads the arrays of a .npz file; those that are stored uncompressed stay on disk until they are requested. */
export function readNpz(source: Source): FileContent {
  const { path } = source;
  const entries = zipEntries(source);
  const variables = new Map<string, Variable>();
  const notes: string[] = [];
  for (const entry of entries) {
    if (!entry.name.endsWith(".npy")) {
      if (!entry.name.endsWith("/")) notes.push(`${entry.name} is left out: it is not a NumPy array`);
      continue;
    }
    const name = entry.name.slice(0, -".npy".length);
    if (variables.has(name)) notes.push(`${name} is there twice; the last one is used`);
    variables.set(name, npyVariable(openEntry(source, entry), name, notes));
  }
  if (variables.size === 0) {
    const names = entries.slice(0, 4).map((entry) => entry.name);
    throw new UserError(
      `${path} is a ZIP archive without .npy files (${names.join(", ") || "empty"}); expected what numpy.savez writes`,
    );
  }
  return { format: "npz", path, variables, notes: [...notes, ...skippedNotes(variables)], close: () => source.close() };
}

/** Arrays of numbers or text by name, each with its shape. */
export type NamedArrays = Readonly<
  Record<string, { readonly data: NumericArray | readonly string[]; readonly shape: readonly number[] }>
>;

/**
 * Writes arrays as a .npz file, atomically.
 * @param level 0 stores, 1 … 9 deflates.
 * @throws UserError where it cannot be written.
 */
export function writeNpz(path: string, arrays: NamedArrays, level: 0 | 1 | 6 | 9 = 0): void {
  const files: Zippable = {};
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    files[`${name}.npy`] = [Buffer.concat(npyPieces(data, shape)), { level, mtime: "1980-01-01T12:00:00" }];
  }
  writeFileAtomic(path, zipSync(files));
}
