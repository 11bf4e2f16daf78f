// The log of a folder store: what was added and deleted, in order, in records that are whole or not there.
//
// File: header (40 bytes), then records. Record: mark, length and CRC-32 of its body, CRC-32 of these twelve bytes; the body
// is entries one after the other. Entry: length, CRC-32 of what follows it, kind, lengths of its texts, then code and vector
// (of an added item), id, view and metadata. Numbers are little-endian, as processors that Node.js runs on have them.
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncate,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  write,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";
import { StorageError, UnreadableError, UserError } from "../../../errors.js";
import { fileError, syncFolder, writeFileAtomic } from "../../../files.js";
import { openRegular } from "../../../inside.js";
import { parseJson } from "../../../json.js";
import { checkSpace } from "../check.js";
import type { Item, Metadata, Space } from "../store.js";

const writeAsync = promisify(write);
const syncAsync = promisify(fdatasync);
const truncateAsync = promisify(ftruncate);

const magic = "vantage-log\n";
const version = 1;
const headerBytes = 40;
const recordHeaderBytes = 16;
const recordMark = 0x31434552;
const entryHeaderBytes = 20;
/** A first read of an entry takes this much beyond code and vector: enough for most ids and metadata. */
const guess = 360;
const window = 1 << 20;
/** Where a torn record is kept: the last one. */
const tornFile = "items.torn";
/** More than any record has. */
const mostTornBytes = 64 << 20;

export const addKind = 1;
const removeKind = 2;

/** An entry as it stands in a body. */
export interface Entry {
  readonly kind: number;
  /** Bytes of the whole entry. */
  readonly length: number;
  readonly id: string;
  /** Empty where an id is deleted from all views. */
  readonly view: string;
  /** Packed code of an added item, within the body. */
  readonly code: Uint8Array;
}

/** An item as an entry. */
export function encodeItem(item: Item, { bits, dimensions }: Space): Buffer {
  return encode(addKind, item.id, item.view, metadataText(item), bits / 8 + 4 * dimensions, (entry) => {
    entry.set(item.code, entryHeaderBytes);
    const vector = item.vector ?? new Float32Array(0);
    entry.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), entryHeaderBytes + bits / 8);
  });
}

/** The deletion of an id, in one view or in all, as an entry. */
export function encodeRemoval(id: string, view = ""): Buffer {
  return encode(removeKind, id, view, "", 0, () => {});
}

function metadataText({ id, metadata }: Item): string {
  if (metadata === undefined) return "";
  try {
    return JSON.stringify(metadata);
  } catch {
    throw new UserError(`item "${id}": its metadata cannot be written as JSON`);
  }
}

function encode(
  kind: number,
  id: string,
  view: string,
  metadata: string,
  fixed: number,
  fill: (entry: Buffer) => void,
): Buffer {
  const lengths = [id, view, metadata].map((text) => Buffer.byteLength(text)) as [number, number, number];
  const [idBytes, viewBytes, metadataBytes] = lengths;
  if (viewBytes > 65535)
    throw new UserError(`view "${view.slice(0, 20)}…": a name of ${viewBytes} bytes, 65535 at most`);
  const entry = Buffer.allocUnsafe(entryHeaderBytes + fixed + idBytes + viewBytes + metadataBytes);
  entry.writeUInt32LE(entry.length, 0);
  entry.writeUInt16LE(kind, 8);
  entry.writeUInt16LE(viewBytes, 10);
  entry.writeUInt32LE(idBytes, 12);
  entry.writeUInt32LE(metadataBytes, 16);
  fill(entry);
  let at = entryHeaderBytes + fixed;
  at += entry.write(id, at);
  at += entry.write(view, at);
  entry.write(metadata, at);
  entry.writeUInt32LE(crc32(entry.subarray(8)), 4);
  return entry;
}

/** Several entries as the bytes of one record. */
export function encodeRecord(entries: readonly Buffer[]): Buffer {
  const body = entries.reduce((sum, entry) => sum + entry.length, 0);
  const record = Buffer.allocUnsafe(recordHeaderBytes + body);
  let at = recordHeaderBytes;
  for (const entry of entries) at += entry.copy(record, at);
  record.writeUInt32LE(recordMark, 0);
  record.writeUInt32LE(body, 4);
  record.writeUInt32LE(crc32(record.subarray(recordHeaderBytes)), 8);
  record.writeUInt32LE(crc32(record.subarray(0, 12)), 12);
  return record;
}

/** What was behind the last whole record: a record that a crash left half written, or one that was damaged later. */
export interface Torn {
  readonly bytes: number;
  /** Items and deletions that can be made out in it. */
  readonly entries: number;
  /** The file that it was moved to; absent where it is still in the log, which may only be read, or there was no room. */
  readonly kept?: string;
}

/** A log file, open for reading and appending. */
export class Log {
  /** Bytes up to which everything is on the disk. */
  length: number;
  #broken: unknown;

  private constructor(
    public path: string,
    readonly space: Space,
    /** Tells this log from every other, also from the same folder's before and after it was written anew. */
    readonly name: string,
    readonly file: number,
    length: number,
    /** Why it may only be read. */
    private readonly protection?: StorageError,
  ) {
    this.length = length;
  }

  /** Bytes of the file now: where this process only reads it, another may have appended since it was opened. */
  get fileBytes(): number {
    return fstatSync(this.file).size;
  }

  get isReadOnly(): boolean {
    return this.protection !== undefined;
  }

  /** Makes an empty log, which the caller renames into its place: before that it may be half a header. */
  static create(path: string, space: Space): Log {
    const name = randomBytes(8).toString("hex");
    const header = Buffer.alloc(headerBytes);
    header.write(magic, 0);
    header.writeUInt32LE(version, 12);
    header.writeUInt32LE(space.bits, 16);
    header.writeUInt32LE(space.dimensions, 20);
    header.write(name, 24, "hex");
    header.writeUInt32LE(crc32(header.subarray(0, 32)), 32);
    let file: number | undefined;
    try {
      file = openSync(path, "wx+");
      writeSync(file, header);
      fsyncSync(file);
      return new Log(path, space, name, file, headerBytes);
    } catch (error) {
      if (file !== undefined) closeSync(file);
      throw fileError(error, path, "written");
    }
  }

  /**
   * Opens a log. `length` is then still the file's: `replay` finds out where its whole records end.
   * @param protection why the file may only be read: it is left as it is, and appending is refused with this.
   * @throws UserError where it is no log or its header is damaged.
   */
  static open(path: string, protection?: StorageError): Log {
    let file: number;
    try {
      file = openRegular(path, protection !== undefined ? constants.O_RDONLY : constants.O_RDWR);
    } catch (error) {
      throw fileError(error, path, "read");
    }
    try {
      const header = Buffer.alloc(headerBytes);
      const got = readSync(file, header, 0, headerBytes, 0);
      if (got < headerBytes || header.toString("latin1", 0, 12) !== magic) {
        throw new UserError(`${path} is no log of a search index`);
      }
      if (header.readUInt32LE(32) !== crc32(header.subarray(0, 32)))
        throw new UserError(`${path}: its header is damaged`);
      const found = header.readUInt32LE(12);
      if (found !== version) throw new UserError(`${path}: format ${found}, this program reads ${version}`);
      const space = { bits: header.readUInt32LE(16), dimensions: header.readUInt32LE(20) };
      checkSpace(space);
      return new Log(path, space, header.toString("hex", 24, 32), file, fstatSync(file).size, protection);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** Bytes of the file before the first record. */
  static get start(): number {
    return headerBytes;
  }

  /**
   * Reads the records from a position on, gives each entry with its position, and moves a torn last record into a file of its own
   * (of a log that is only read, passes over it), and tells of it.
   * @throws UserError where a record is damaged and whole ones follow it.
   */
  replay(from: number, use: (entry: Entry, position: number) => void): Torn | undefined {
    // Columns that another process has written since it was opened may cover more.
    const size = Math.max(this.length, from);
    let at = from;
    while (at < size) {
      const body = this.#recordBody(at, size);
      if (body === undefined) break;
      const end = at + recordHeaderBytes + body.length;
      for (let inside = 0; inside < body.length; ) {
        if (!isEntry(body, inside, this.space)) {
          throw new UserError(`${this.path} is damaged: the item at byte ${at + recordHeaderBytes + inside} is none`);
        }
        const entry = decodeEntry(body, inside, this.space);
        use(entry, at + recordHeaderBytes + inside);
        inside += entry.length;
      }
      at = end;
    }
    if (at < size) {
      const next = this.#nextRecord(at + 1, size);
      if (next !== undefined) {
        throw new UserError(
          `${this.path} is damaged: the record at byte ${at} cannot be read, and whole ones follow it from byte ${next} on`,
        );
      }
    }
    this.length = at;
    if (at === size) return undefined;
    const torn = { bytes: size - at, entries: this.#entriesIn(at, size) };
    if (this.isReadOnly) return torn;
    const kept = this.#keep(at, size);
    this.#cutOff(at);
    return { ...torn, kept };
  }

  /** How many entries are whole in a record that is not. */
  #entriesIn(at: number, size: number): number {
    const piece = Buffer.allocUnsafe(Math.min(Math.max(0, size - at - recordHeaderBytes), mostTornBytes));
    this.#read(piece, at + recordHeaderBytes);
    let entries = 0;
    for (let inside = 0; isEntry(piece, inside, this.space); entries++) inside += piece.readUInt32LE(inside);
    return entries;
  }

  #keep(at: number, size: number): string | undefined {
    const path = join(dirname(this.path), tornFile);
    const read = (from: number) => {
      const piece = Buffer.allocUnsafe(Math.min(window, size - from));
      this.#read(piece, from);
      return piece;
    };
    function* pieces(): Generator<Buffer> {
      for (let from = at; from < size; from += window) yield read(from);
    }
    try {
      writeFileAtomic(path, pieces());
      return path;
    } catch (error) {
      // a full disk must not keep the rest from being opened
      if (error instanceof StorageError) return undefined;
      throw error;
    }
  }

  #cutOff(at: number): void {
    try {
      ftruncateSync(this.file, at);
      fsyncSync(this.file);
    } catch (error) {
      throw fileError(error, this.path, "written");
    }
  }

  /** The body of a whole record at a position; undefined where there is none. */
  #recordBody(at: number, size: number): Buffer | undefined {
    const header = Buffer.allocUnsafe(recordHeaderBytes);
    if (at + recordHeaderBytes > size) return undefined;
    this.#read(header, at);
    if (header.readUInt32LE(0) !== recordMark || header.readUInt32LE(12) !== crc32(header.subarray(0, 12)))
      return undefined;
    const length = header.readUInt32LE(4);
    if (at + recordHeaderBytes + length > size) return undefined;
    const body = Buffer.allocUnsafe(length);
    this.#read(body, at + recordHeaderBytes);
    return crc32(body) === header.readUInt32LE(8) ? body : undefined;
  }

  #nextRecord(from: number, size: number): number | undefined {
    const mark = Buffer.alloc(4);
    mark.writeUInt32LE(recordMark);
    for (let begin = from; begin < size; begin += window) {
      const piece = Buffer.allocUnsafe(Math.min(window + 3, size - begin));
      this.#read(piece, begin);
      for (let found = piece.indexOf(mark); found >= 0; found = piece.indexOf(mark, found + 1)) {
        if (this.#recordBody(begin + found, size) !== undefined) return begin + found;
      }
    }
    return undefined;
  }

  #read(target: Uint8Array, at: number): void {
    try {
      for (let done = 0; done < target.length; ) {
        const got = readSync(this.file, target, done, target.length - done, at + done);
        if (got === 0) throw new UnreadableError(`${this.path} is damaged: it ends at byte ${at + done}`);
        done += got;
      }
    } catch (error) {
      const failure = fileError(error, this.path, "read");
      throw failure instanceof UserError ? new UnreadableError(failure.message) : failure;
    }
  }

  /**
   * Appends a record and returns where its body begins, once it is on the disk. One call at a time.
   * @throws UserError where the disk is full or cannot be written; nothing of the record is then left.
   */
  async append(record: Buffer): Promise<number> {
    const refusal = this.protection ?? this.#broken;
    if (refusal !== undefined) throw refusal;
    const begin = this.length;
    try {
      for (let done = 0; done < record.length; ) {
        done += (await writeAsync(this.file, record, done, record.length - done, begin + done)).bytesWritten;
      }
    } catch (error) {
      const reason = fileError(error, this.path, "written");
      try {
        await truncateAsync(this.file, begin);
      } catch {
        this.#broken = reason;
      }
      throw reason;
    }
    try {
      await syncAsync(this.file);
    } catch (error) {
      // What a failed sync left on the disk is unknown, and a second one may succeed without having written it.
      this.#broken = fileError(error, this.path, "written");
      throw this.#broken;
    }
    this.length = begin + record.length;
    return begin + recordHeaderBytes;
  }

  /**
   * The bytes of an entry, checked.
   * @throws UnreadableError where it is damaged.
   */
  readEntry(position: number): Buffer {
    const { bits, dimensions } = this.space;
    const damaged = () => new UnreadableError(`${this.path} is damaged: the item at byte ${position} cannot be read`);
    const first = Buffer.allocUnsafe(Math.min(bits / 8 + 4 * dimensions + guess, this.length - position));
    if (first.length < entryHeaderBytes) throw damaged();
    this.#read(first, position);
    const length = first.readUInt32LE(0);
    if (length < entryHeaderBytes || position + length > this.length) throw damaged();
    let entry = first.subarray(0, length);
    if (length > first.length) {
      entry = Buffer.allocUnsafe(length);
      first.copy(entry);
      this.#read(entry.subarray(first.length), position + first.length);
    }
    if (crc32(entry.subarray(8)) !== entry.readUInt32LE(4) || !isEntry(entry, 0, this.space)) throw damaged();
    return entry;
  }

  /** Reads the vector of the item at a position into `target`. Unlike `readEntry` it does not check the item's CRC-32. */
  readVector(position: number, target: Float32Array): void {
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    this.#read(bytes, position + entryHeaderBytes + this.space.bits / 8);
  }

  /** Gives the file, which is whole, its name. */
  moveTo(path: string): void {
    try {
      renameSync(this.path, path);
      this.path = path;
      syncFolder(dirname(path));
    } catch (error) {
      throw fileError(error, path, "written");
    }
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Whether the lengths of the entry that begins at a place of a body agree with each other and with the body. */
function isEntry(body: Buffer, at: number, { bits, dimensions }: Space): boolean {
  if (at + entryHeaderBytes > body.length) return false;
  const length = body.readUInt32LE(at);
  const kind = body.readUInt16LE(at + 8);
  const fixed = kind === addKind ? bits / 8 + 4 * dimensions : 0;
  const texts = body.readUInt16LE(at + 10) + body.readUInt32LE(at + 12) + body.readUInt32LE(at + 16);
  return (
    (kind === addKind || kind === removeKind) &&
    length === entryHeaderBytes + fixed + texts &&
    at + length <= body.length
  );
}

/** The entry that begins at a place of a body. */
export function decodeEntry(body: Buffer, at: number, { bits, dimensions }: Space): Entry {
  const length = body.readUInt32LE(at);
  const kind = body.readUInt16LE(at + 8);
  const fixed = kind === addKind ? bits / 8 + 4 * dimensions : 0;
  const texts = at + entryHeaderBytes + fixed;
  const idEnd = texts + body.readUInt32LE(at + 12);
  const code = body.subarray(at + entryHeaderBytes, at + entryHeaderBytes + (kind === addKind ? bits / 8 : 0));
  const viewEnd = idEnd + body.readUInt16LE(at + 10);
  return { kind, length, id: body.toString("utf8", texts, idEnd), view: body.toString("utf8", idEnd, viewEnd), code };
}

/** The item in an entry that `readEntry` gave. */
export function decodeItem(entry: Buffer, space: Space): Item {
  const { id, view, code } = decodeEntry(entry, 0, space);
  const from = entryHeaderBytes + space.bits / 8;
  const vector = new Float32Array(space.dimensions);
  new Uint8Array(vector.buffer).set(entry.subarray(from, from + 4 * space.dimensions));
  const metadata = decodeMetadata(entry);
  return {
    id,
    view,
    code: Uint8Array.from(code),
    ...(space.dimensions > 0 && { vector }),
    ...(metadata !== undefined && { metadata }),
  };
}

export function decodeMetadata(entry: Buffer): Metadata | undefined {
  const length = entry.readUInt32LE(16);
  if (length === 0) return undefined;
  return parseJson(entry.toString("utf8", entry.length - length), "the metadata of an item") as Metadata;
}
