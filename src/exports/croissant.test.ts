// Tests of Croissant metadata: files with checksums, columns of tables, and nothing that is not known.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeNpz } from "../data/formats/index.js";
import { openData } from "../train/data-source.js";
import { croissant } from "./croissant.js";

interface Metadata {
  readonly name: string;
  readonly license?: string;
  readonly distribution: readonly { contentUrl: string; sha256: string; encodingFormat: string }[];
  readonly recordSet?: readonly [{ field: readonly { name: string; dataType: string }[] }];
}

async function describe(path: string, out: string, facts = {}) {
  const readAs: string[] = [];
  const data = await openData({ data: path }, { onNote: (note) => void readAs.push(note) });
  const { metadata, notes } = await croissant(data, { files: [path], out, readAs, facts });
  return { metadata: metadata as Metadata, notes };
}

test("a table has its columns; a file of arrays its checksum alone; license and address only as given", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-croissant-"));
  try {
    const table = join(folder, "study.csv");
    const rows = Array.from({ length: 8 }, (_, i) => `p${i},${i}.5,${i * 2},${i % 2 ? "ill" : "well"}`);
    writeFileSync(table, `id,rna_1,rna_2,diagnosis\n${rows.join("\n")}\n`);
    mkdirSync(join(folder, "meta"));
    const license = "https://creativecommons.org/licenses/by/4.0/";
    const { metadata, notes } = await describe(table, join(folder, "meta", "c.json"), { license });
    assert.equal(metadata.license, license);
    assert.equal(notes.length, 1, "the address of the page is not known");
    const [file] = metadata.distribution;
    assert.equal(file!.contentUrl, "../study.csv");
    assert.equal(file!.sha256, createHash("sha256").update(readFileSync(table)).digest("hex"));
    assert.deepEqual(metadata.recordSet![0].field.map(({ name, dataType }) => `${name} ${dataType}`).sort(), [
      "diagnosis sc:Text",
      "id sc:Text",
      "rna_1 sc:Float",
      "rna_2 sc:Float",
    ]);
    const arrays = join(folder, "pairs.npz");
    const matrix = (columns: number) => ({
      data: Float32Array.from({ length: 10 * columns }, (_, i) => i % 7),
      shape: [10, columns],
    });
    writeNpz(arrays, { image: matrix(4), text: matrix(3) });
    const plain = await describe(arrays, join(folder, "c.json"));
    assert.equal(plain.metadata.recordSet, undefined);
    assert.equal(plain.metadata.license, undefined);
    assert.equal(plain.notes.length, 3);
    await assert.rejects(describe(table, "c.json", { license: "mit" }), /expected an address/);
    const made = await openData({ data: "synthetic:samples=20" });
    await assert.rejects(croissant(made, { files: [], out: "c.json", readAs: [], facts: {} }), /has no files/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
