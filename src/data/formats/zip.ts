// The directory of a ZIP archive and its entries, ZIP64 included; nothing is unpacked before it is requested.
import { crc32 } from "node:zlib";
import { UserError } from "../../errors.js";
import { inflateExactly } from "./inflate.js";
import { bytesSource, type Source } from "./source.js";

export interface ZipEntry {
  readonly name: string;
  readonly packed: number;
  readonly unpacked: number;
  readonly method: number;
  readonly crc: number;
  readonly offset: number;
}

const endSize = 22;
const entrySize = 46;
const stored = 0;
const deflated = 8;

/**
 * Lists the entries of an archive.
 * @see PKWARE, APPNOTE.TXT: end of central directory (4.3.16), ZIP64 (4.3.14), central directory header (4.3.12).
 * @throws UserError where the directory is missing (a truncated file) or contradicts itself.
 */
export function zipEntries(source: Source): ZipEntry[] {
  const { path, size } = source;
  const tailStart = Math.max(0, size - endSize - 0xffff);
  const tail = Buffer.from(source.read(tailStart, size - tailStart));
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (at < 0 || at + endSize > tail.length)
    throw new UserError(`${path} is truncated: the directory at the end of the archive is missing`);
  let entries = tail.readUInt16LE(at + 10);
  let length = tail.readUInt32LE(at + 12);
  let offset = tail.readUInt32LE(at + 16);
  if (at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50) {
    const large = Buffer.from(source.read(Number(tail.readBigUInt64LE(at - 12)), 56));
    if (large.length < 56 || large.readUInt32LE(0) !== 0x06064b50)
      throw damaged(path, "its ZIP64 directory is missing");
    entries = Number(large.readBigUInt64LE(32));
    length = Number(large.readBigUInt64LE(40));
    offset = Number(large.readBigUInt64LE(48));
  }
  if (offset + length > size || entries * entrySize > length) throw damaged(path, "its directory reaches past the end");
  const directory = Buffer.from(source.read(offset, length));
  const list: ZipEntry[] = [];
  let position = 0;
  for (let i = 0; i < entries; i++) {
    if (position + entrySize > directory.length || directory.readUInt32LE(position) !== 0x02014b50) {
      throw damaged(path, `entry ${i} of its directory is missing`);
    }
    const nameLength = directory.readUInt16LE(position + 28);
    const extraLength = directory.readUInt16LE(position + 30);
    const next = position + entrySize + nameLength + extraLength + directory.readUInt16LE(position + 32);
    if (next > directory.length) throw damaged(path, `entry ${i} of its directory reaches past the end`);
    list.push(entryAt(directory, position, nameLength, extraLength));
    position = next;
  }
  return list;
}

function entryAt(directory: Buffer, position: number, nameLength: number, extraLength: number): ZipEntry {
  const nameStart = position + entrySize;
  let packed = directory.readUInt32LE(position + 20);
  let unpacked = directory.readUInt32LE(position + 24);
  let offset = directory.readUInt32LE(position + 42);
  const extra = directory.subarray(nameStart + nameLength, nameStart + nameLength + extraLength);
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    let read = 0;
    const next = (value: number): number => {
      if (value !== 0xffffffff || read + 8 > field.length) return value;
      read += 8;
      return Number(field.readBigUInt64LE(read - 8));
    };
    unpacked = next(unpacked);
    packed = next(packed);
    offset = next(offset);
  }
  return {
    name: directory.toString("utf8", nameStart, nameStart + nameLength),
    packed,
    unpacked,
    method: directory.readUInt16LE(position + 10),
    crc: directory.readUInt32LE(position + 16),
    offset,
  };
}

/**
 * The content of an entry: a window on the file where it is stored as it is, otherwise unpacked in memory and compared with
 * its checksum.
 * @throws UserError where the entry is damaged, encrypted, compressed in another way, or claims more than it can hold.
 */
export function openEntry(source: Source, entry: ZipEntry): Source {
  const path = `${source.path} (${entry.name})`;
  const head = Buffer.from(source.read(entry.offset, 30));
  if (head.length < 30 || head.readUInt32LE(0) !== 0x04034b50) throw damaged(path, "its header is missing");
  if (head.readUInt16LE(6) & 1) throw new UserError(`${path} is encrypted, which is not supported`);
  const start = entry.offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (start + entry.packed > source.size) throw damaged(path, `it claims ${entry.packed} bytes past the end`);
  if (entry.method === stored) {
    return {
      path,
      size: entry.packed,
      onDisk: false,
      read: (offset, length) => source.read(start + offset, Math.max(0, Math.min(length, entry.packed - offset))),
      close: () => {},
    };
  }
  if (entry.method !== deflated)
    throw new UserError(`${path} is compressed by method ${entry.method}; only deflate is supported`);
  const bytes = inflateExactly(source.read(start, entry.packed), entry.unpacked, "raw", (what) => damaged(path, what));
  if (crc32(bytes) !== entry.crc) throw damaged(path, "its checksum does not match");
  return bytesSource(path, bytes);
}

function damaged(path: string, what: string): UserError {
  return new UserError(`${path} is corrupt or truncated: ${what}`);
}
