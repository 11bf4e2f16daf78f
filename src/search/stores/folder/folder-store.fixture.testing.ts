// Folders and items for the tests of the folder store.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Item, Space } from "../store.js";
import { hashText } from "./id-table.js";

export const space: Space = { bits: 24, dimensions: 3 };

/** An empty folder that is removed after the tests. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "vantage-store-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Item number n, the same each time. */
export function itemOf(n: number, { bits, dimensions }: Space = space, view = "text"): Item {
  return {
    id: `item-${n}`,
    view,
    code: Uint8Array.from({ length: bits / 8 }, (_, i) => hashText(`${n} ${i}`) & 255),
    ...(dimensions > 0 && {
      vector: Float32Array.from({ length: dimensions }, (_, i) => Math.sin(n * dimensions + i)),
    }),
    metadata: { n },
  };
}
