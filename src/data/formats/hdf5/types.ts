// HDF5's object headers: what a dataset's values are to the bit, and whether they lie in other files, which h5wasm does not tell.
import { decodeText } from "../decode.js";

/** Classes of HDF5's data types (H5T_class_t). */
export const hdf5Classes = {
  integer: 0,
  float: 1,
  string: 3,
  bitfield: 4,
  compound: 6,
  reference: 7,
  enumeration: 8,
  variableLength: 9,
  array: 10,
} as const;

/** A data type as the file describes it. */
export interface Hdf5Type {
  /** One of `hdf5Classes`, or another. */
  readonly class: number;
  /** Bytes of one value in the file. */
  readonly size: number;
  readonly little: boolean;
  readonly signed: boolean;
  /** Of integers, bit fields and floats: the first bit that counts, and how many do. */
  readonly offset: number;
  readonly precision: number;
  /** Of floats: first bit and number of bits of exponent and fraction, bias of the exponent. */
  readonly float?: readonly [
    exponentAt: number,
    exponentBits: number,
    fractionAt: number,
    fractionBits: number,
    bias: number,
  ];
  /** Of strings: 0 ends with a zero byte, 1 is filled up with zeros, 2 with blanks. */
  readonly padding: number;
  /** Variable length: text, not a list. */
  readonly isText: boolean;
  readonly members: readonly { readonly name: string; readonly type: Hdf5Type }[];
  /** Values of an enumeration's members, ascending. */
  readonly values: readonly bigint[];
  readonly shape: readonly number[];
  /** What an enumeration, array or variable length consists of. */
  readonly base?: Hdf5Type;
}

export interface Hdf5Header {
  readonly type: Hdf5Type;
  /** Its values lie in files of their own, outside this one. */
  readonly isExternal: boolean;
}

/** The header cannot be understood. */
export class HeaderError extends Error {
  override readonly name = "HeaderError";
}

const messages = { datatype: 0x03, externalFiles: 0x07, continuation: 0x10 } as const;
const shared = 2;
const deepest = 40;
const mostMessages = 10_000;
const largestHeader = 2 ** 24;

/** Reads object headers of a file, of which it gets bytes by offset and length. */
export class HeaderReader {
  private readonly base: number;
  private readonly offsetSize: number;
  private readonly lengthSize: number;
  /** Bytes that the header being read may still take: a loop of continuations ends there. */
  private left = largestHeader;

  /** @throws HeaderError where the file has no superblock of a known version. */
  constructor(
    private readonly file: (offset: number, length: number) => Uint8Array,
    private readonly size: number,
  ) {
    const start = this.superblock();
    const block = this.bytes(start, 64);
    const version = block[8]!;
    if (version > 3) throw new HeaderError(`superblock version ${version}`);
    const isOld = version < 2;
    this.offsetSize = block[isOld ? 13 : 9]!;
    this.lengthSize = block[isOld ? 14 : 10]!;
    if (![4, 8].includes(this.offsetSize) || ![4, 8].includes(this.lengthSize)) throw new HeaderError("sizes");
    const base = number(block, version === 0 ? 24 : version === 1 ? 28 : 12, this.offsetSize);
    // files with a block of the user's before them may say 0 nevertheless
    this.base = base === 0 ? start : base;
  }

  private superblock(): number {
    for (let at = 0; at + 8 <= this.size; at = at === 0 ? 512 : at * 2) {
      if (Buffer.from(this.bytes(at, 8)).toString("latin1") === "\x89HDF\r\n\x1a\n") return at;
    }
    throw new HeaderError("no superblock");
  }

  private bytes(offset: number, length: number): Uint8Array {
    this.left -= length;
    if (length < 0 || this.left < 0 || offset < 0) throw new HeaderError("a length");
    return this.file(offset, Math.max(0, Math.min(length, this.size - offset)));
  }

  /** The header of the dataset at this address. @throws HeaderError where it is damaged or of an unknown kind. */
  read(address: number): Hdf5Header {
    this.left = largestHeader;
    let type: Hdf5Type | undefined;
    let isExternal = false;
    for (const message of this.messagesAt(address)) {
      if (message.type === messages.externalFiles) isExternal = true;
      if (message.type === messages.datatype) type = this.typeOf(message, 0);
    }
    if (!type) throw new HeaderError("no data type");
    return { type, isExternal };
  }

  /** A type in the message itself, or in the header of a named type. */
  private typeOf(message: Message, depth: number): Hdf5Type {
    const { bytes, flags } = message;
    if ((flags & shared) === 0) return new TypeParser(bytes).parse(0);
    if (depth > 1) throw new HeaderError("a shared type");
    const version = bytes[0]!;
    if (version === 3 && bytes[1] !== 2) throw new HeaderError("a type in the heap of shared messages");
    const address = number(bytes, version === 1 ? 8 : 2, this.offsetSize);
    for (const other of this.messagesAt(address)) {
      if (other.type === messages.datatype) return this.typeOf(other, depth + 1);
    }
    throw new HeaderError("a shared type");
  }

  private messagesAt(address: number): Message[] {
    const at = this.base + address;
    const start = this.bytes(at, 40);
    if (start.length < 16) throw new HeaderError("an address");
    if (Buffer.from(start.subarray(0, 4)).toString("latin1") === "OHDR") return this.newMessages(at, start);
    if (start[0] !== 1) throw new HeaderError(`object header version ${start[0]}`);
    const found: Message[] = [];
    const blocks = [{ at: at + 16, length: number(start, 8, 4) }];
    for (let block = blocks.pop(); block; block = blocks.pop()) {
      const bytes = this.bytes(block.at, block.length);
      for (let i = 0; i + 8 <= bytes.length; ) {
        const length = number(bytes, i + 2, 2);
        const message = {
          type: number(bytes, i, 2),
          flags: bytes[i + 4]!,
          bytes: bytes.subarray(i + 8, i + 8 + length),
        };
        if (message.type === messages.continuation) blocks.push(this.continuation(message.bytes));
        if (found.push(message) > mostMessages) throw new HeaderError("too many messages");
        i += 8 + length;
      }
    }
    return found;
  }

  private newMessages(at: number, start: Uint8Array): Message[] {
    const flags = start[5]!;
    const sizeAt = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const sizeBytes = 1 << (flags & 3);
    const first = sizeAt + sizeBytes;
    const found: Message[] = [];
    const blocks = [{ at: at + first, length: number(start, sizeAt, sizeBytes) }];
    const head = flags & 4 ? 6 : 4;
    for (let block = blocks.pop(); block; block = blocks.pop()) {
      const bytes = this.bytes(block.at, block.length);
      for (let i = 0; i + head <= bytes.length; ) {
        const length = number(bytes, i + 1, 2);
        const message = { type: bytes[i]!, flags: bytes[i + 3]!, bytes: bytes.subarray(i + head, i + head + length) };
        if (message.type === messages.continuation) {
          const next = this.continuation(message.bytes);
          // a signature before, a checksum behind
          blocks.push({ at: next.at + 4, length: next.length - 8 });
        }
        if (found.push(message) > mostMessages) throw new HeaderError("too many messages");
        i += head + length;
      }
    }
    return found;
  }

  private continuation(bytes: Uint8Array): { at: number; length: number } {
    const at = this.base + number(bytes, 0, this.offsetSize);
    return { at, length: number(bytes, this.offsetSize, this.lengthSize) };
  }
}

interface Message {
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
}

/** A little-endian integer of up to 8 bytes. */
function number(bytes: Uint8Array, at: number, size: number): number {
  if (at < 0 || at + size > bytes.length) throw new HeaderError("a header that ends early");
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

/** @see HDF5 File Format Specification, IV.A.2.d, "The Datatype Message". */
class TypeParser {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  private next(size: number): number {
    this.at += size;
    return number(this.bytes, this.at - size, size);
  }

  parse(depth: number): Hdf5Type {
    if (depth > deepest) throw new HeaderError("types nested too deep");
    const start = this.at;
    const [kind, bits] = [this.next(1), this.next(3)];
    const version = kind >> 4;
    const plain = {
      class: kind & 15,
      size: this.next(4),
      little: (bits & 1) === 0,
      signed: (bits & 8) !== 0,
      offset: 0,
      precision: 0,
      padding: bits & 15,
      isText: false,
      members: [],
      values: [],
      shape: [],
    };
    switch (plain.class) {
      case hdf5Classes.integer:
      case hdf5Classes.bitfield:
        return { ...plain, offset: this.next(2), precision: this.next(2) };
      case hdf5Classes.float: {
        const [offset, precision] = [this.next(2), this.next(2)];
        const float = [this.next(1), this.next(1), this.next(1), this.next(1), this.next(4)] as const;
        return { ...plain, offset, precision, float };
      }
      case 5:
        this.at += bits & 0xff;
        return plain;
      case hdf5Classes.compound: {
        const members = Array.from({ length: bits & 0xffff }, () => this.member(version, plain.size, depth));
        return { ...plain, members };
      }
      case hdf5Classes.enumeration: {
        const base = this.parse(depth + 1);
        const names = Array.from({ length: bits & 0xffff }, () => this.name(version));
        const values = names.map(() => this.value(base));
        const order = values.map((_, i) => i).sort((a, b) => (values[a]! < values[b]! ? -1 : 1));
        const members = order.map((i) => ({ name: names[i]!, type: base }));
        return { ...plain, base, members, values: order.map((i) => values[i]!) };
      }
      case hdf5Classes.variableLength:
        return { ...plain, isText: (bits & 15) === 1, base: this.parse(depth + 1) };
      case hdf5Classes.array: {
        const axes = this.next(1);
        if (version < 3) this.at += 3;
        const shape = Array.from({ length: axes }, () => this.next(4));
        if (version < 3) this.at += 4 * axes;
        return { ...plain, shape, base: this.parse(depth + 1) };
      }
      case 2:
        this.at += 2;
        return plain;
      case hdf5Classes.string:
      case hdf5Classes.reference:
        return plain;
      default:
        // nothing is known of what follows in the message
        if (start === 0) return plain;
        throw new HeaderError(`a type of class ${plain.class}`);
    }
  }

  private member(version: number, size: number, depth: number): { name: string; type: Hdf5Type } {
    const name = this.name(version);
    this.at += version < 3 ? 4 : size < 2 ** 8 ? 1 : size < 2 ** 16 ? 2 : size < 2 ** 24 ? 3 : 4;
    if (version > 1) return { name, type: this.parse(depth + 1) };
    const axes = this.next(1);
    this.at += 11;
    const shape = Array.from({ length: 4 }, () => this.next(4)).slice(0, axes);
    const base = this.parse(depth + 1);
    return {
      name,
      type: axes === 0 ? base : { ...base, class: hdf5Classes.array, size: base.size * product(shape), shape, base },
    };
  }

  private name(version: number): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new HeaderError("a name without end");
    const start = this.at;
    const length = end + 1 - start;
    this.at += version < 3 ? Math.ceil(length / 8) * 8 : length;
    return decodeText(this.bytes.subarray(start, end));
  }

  private value(base: Hdf5Type): bigint {
    const bytes = this.bytes.subarray(this.at, this.at + base.size);
    if (bytes.length < base.size) throw new HeaderError("an enumeration that ends early");
    this.at += base.size;
    let value = 0n;
    for (const byte of base.little ? [...bytes].reverse() : bytes) value = (value << 8n) | BigInt(byte);
    return base.signed ? BigInt.asIntN(8 * base.size, value) : value;
  }
}

const product = (shape: readonly number[]) => shape.reduce((all, length) => all * length, 1);
