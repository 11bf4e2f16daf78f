// What a folder store holds in memory, written beside its log so that opening need not read the log: a file of columns.
//
// File: mark, length of a JSON header, the header, then for each view and chunk codes, deleted bits, positions and hashes of
// its rows, then CRC-32 of all before. It says up to where it covers which log; the rest of the log is read after it.

import type { Kernels } from "../../../core/kernels/kernels.js";
import { UserError } from "../../../errors.js";
import { replaceFile } from "../../../files.js";
import { type Chunk, Columns } from "./columns.js";
import { CrcReader, encodeHeader, withCrc } from "./files.js";
import type { Log } from "./log.js";

const magic = "vantage-columns\n";

interface Header {
  readonly log: string;
  readonly length: number;
  readonly bytes: number;
  /** Bytes of the log that live items take; not in files of an older version, which are made anew. */
  readonly live: number;
  readonly views: readonly { readonly name: string; readonly rows: number }[];
}

function columnsOf({ codes, deleted, positions, hashes }: Chunk, rows: number, bytes: number): Uint8Array[] {
  const raw = (view: Float64Array | Uint32Array) =>
    new Uint8Array(view.buffer, view.byteOffset, rows * view.BYTES_PER_ELEMENT);
  return [codes.subarray(0, rows * bytes), deleted.bits.subarray(0, Math.ceil(rows / 8)), raw(positions), raw(hashes)];
}

/** Writes the columns as they are now. Rows may be added meanwhile; deletions must wait. */
export async function writeSnapshot(
  path: string,
  log: Log,
  views: Iterable<Columns>,
  liveBytes: number,
): Promise<void> {
  const all = [...views].map((columns) => ({ columns, rows: columns.rows }));
  const header: Header = {
    log: log.name,
    length: log.length,
    bytes: log.space.bits / 8,
    live: liveBytes,
    views: all.map(({ columns: { view }, rows }) => ({ name: view, rows })),
  };
  await replaceFile(path, withCrc(pieces()));

  function* pieces(): Generator<Uint8Array> {
    yield encodeHeader(magic, header);
    for (const { columns, rows } of all) {
      for (const chunk of columns.chunks) {
        const own = Math.min(chunk.size, rows - chunk.first);
        if (own > 0) yield* columnsOf(chunk, own, columns.bytes);
      }
    }
  }
}

/**
 * Reads the columns of a log; undefined where there are none, or they are damaged or another log's. `length` is how much of
 * the log they cover, `liveBytes` how much of that is live items.
 * @throws UserError where they cover more of the log than is there.
 */
export function readSnapshot(
  path: string,
  log: Log,
  kernels: Kernels,
): { views: Map<string, Columns>; length: number; liveBytes: number } | undefined {
  let file: CrcReader;
  try {
    file = new CrcReader(path);
  } catch {
    return undefined;
  }
  const views = new Map<string, Columns>();
  try {
    const header = file.readHeader(magic, 1 << 26) as Header | undefined;
    if (header?.log !== log.name || header.bytes * 8 !== log.space.bits) return undefined;
    if (!Number.isSafeInteger(header.live)) return undefined;
    for (const { name, rows } of header.views) {
      const columns = new Columns(kernels, name, header.bytes);
      views.set(name, columns);
      while (columns.rows < rows) {
        const chunk = columns.addChunk();
        const own = Math.min(chunk.size, rows - chunk.first);
        for (const part of columnsOf(chunk, own, header.bytes)) file.read(part);
        columns.rows += own;
      }
    }
    file.checkEnd();
    if (header.length > log.fileBytes) {
      throw new UserError(`${log.path} is damaged: it has ${log.fileBytes} bytes, and had ${header.length}`);
    }
    for (const columns of views.values()) columns.index();
    return { views, length: header.length, liveBytes: header.live };
  } catch (error) {
    for (const columns of views.values()) columns.free();
    if (error instanceof UserError) throw error;
    return undefined;
  } finally {
    file.close();
  }
}
