// What the readers' tests share: a folder of their own, files in it, damage.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { UserError } from "../../errors.js";
import { type ReadOptions, readVariables } from "./index.js";
import type { FileContent, NumericVariable, Variable } from "./variables.js";

/** A folder that goes when the tests of the file are over. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "vantage-readers-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes bytes or text to a file in the folder and reads it back as variables. */
export async function readContent(
  folder: string,
  name: string,
  content: Uint8Array | string,
  options?: ReadOptions,
): Promise<FileContent> {
  const path = join(folder, name);
  // a file that is written over is flushed to disk by some file systems, which is slow
  rmSync(path, { force: true });
  writeFileSync(path, content);
  return readVariables(path, options);
}

/** Unpacks one of the files that fixtures/make.py wrote. @returns its path in the folder. */
export function fixture(folder: string, name: string): string {
  const packed = readFileSync(new URL(`../../../src/data/formats/fixtures/${name}.gz`, import.meta.url));
  const path = join(folder, name);
  writeFileSync(path, gunzipSync(packed));
  return path;
}

export async function numbers(variable: Variable | undefined): Promise<number[]> {
  assert.equal(variable?.kind, "numeric");
  return Array.from(await (variable as NumericVariable).read());
}

/** Reads every value that a variable holds. */
export async function readAll(variable: Variable): Promise<void> {
  if (variable.kind === "numeric") await variable.written?.();
  if (variable.kind === "numeric" || variable.kind === "sparse") await variable.read();
  else if (variable.kind === "cell") for (const item of variable.items) await readAll(item);
  else if (variable.kind === "struct") {
    for (const element of variable.elements) for (const value of element.values()) await readAll(value);
  }
}

/** Reads the content with bytes changed at random: it must come out or give a UserError of one line within a second. */
export async function surviveFlips(folder: string, files: readonly Uint8Array[], runs: number): Promise<void> {
  const flip = fc.record({ at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(flip, { minLength: 1, maxLength: 6 }),
      async (whole, flips) => {
        const bytes = new Uint8Array(whole);
        for (const { at, bits } of flips) bytes[at % bytes.length]! ^= bits;
        const start = performance.now();
        try {
          const content = await readContent(folder, "flipped", bytes);
          try {
            for (const variable of content.variables.values()) await readAll(variable);
          } finally {
            content.close();
          }
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          assert.ok(!error.message.includes("\n"), error.message);
        }
        assert.ok(performance.now() - start < 1000);
      },
    ),
    { numRuns: runs, seed: 1 },
  );
}

/** Every beginning of the content must give a UserError, when it is opened or when it is read. */
export async function refuseTruncations(folder: string, whole: Uint8Array, step = 1): Promise<void> {
  for (let length = 0; length < whole.length; length += step) {
    const attempt = async () => {
      const content = await readContent(folder, "truncated", whole.subarray(0, length));
      try {
        for (const variable of content.variables.values()) await readAll(variable);
      } finally {
        content.close();
      }
    };
    await assert.rejects(attempt, UserError, `${length} of ${whole.length} bytes`);
  }
}
