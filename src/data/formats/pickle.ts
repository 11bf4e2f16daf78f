// Python's pickles of plain values and NumPy arrays, read by a strict list of opcodes and names: nothing is ever called or imported.
import { visible } from "../../visible.js";
import { utf8 } from "./decode.js";

/** What may stand in a pickle; tuples are lists, a dictionary is a Map. */
export type PythonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PythonValue[]
  | PythonDictionary
  | PythonArray
  | PythonType
  | PythonName
  | PythonObject;

/** An object that only some pickles hold, such as a tensor of PyTorch. */
export abstract class PythonObject {
  /** For messages: "a tensor of PyTorch". */
  abstract readonly what: string;
}

/** One of the names that a pickle may refer to: what it stands for is decided where it is used. */
export class PythonName {
  constructor(readonly name: string) {}
}

export class PythonDictionary {
  readonly entries: [PythonValue, PythonValue][] = [];
}

/** numpy.dtype: its name ("f8", "U5", "O"), and once its state is there byte order and the fields of a record. */
export class PythonType {
  little = true;
  /** Names of a record's fields, each with its type and offset. */
  fields: { name: string; type: PythonType; offset: number }[] | undefined;
  /** Bytes of one value, where they are not in the name. */
  itemSize: number | undefined;
  /** Unit of dates: "ns", "D". */
  unit: string | undefined;
  constructor(readonly name: string) {}
}

/** numpy.ndarray, or a NumPy scalar (shape []). */
export class PythonArray {
  shape: number[] = [];
  type = new PythonType("O");
  isFortran = false;
  /** Bytes of its values, or the values themselves where they are objects. */
  data: Uint8Array | PythonValue[] = [];
}

/** The pickle holds something that is not read here; the message says what. */
export class PickleError extends Error {
  override readonly name = "PickleError";
}

const mark = Symbol("mark");
type Item = PythonValue | typeof mark;

/** The names that a kind of pickle may refer to, and what is made of them: all else is refused. */
export interface PickleNames {
  /** From module and name, with a space between, to what `call` and the objects know them by. */
  readonly names: Readonly<Record<string, string>>;
  /** What a call of a name gives; undefined where it is not called like this. */
  call(name: string, values: readonly PythonValue[]): PythonValue | undefined;
  /** Sets the state of an object; false where it has none of this kind. */
  build(object: PythonValue, state: PythonValue): boolean;
  /** What an object outside the pickle is. @throws PickleError where there is none such. */
  persistent?(id: PythonValue): PythonValue;
}

/** NumPy renamed numpy.core to numpy._core; both are in files. */
const numpyNames: Readonly<Record<string, string>> = {
  "numpy.core.multiarray _reconstruct": "reconstruct",
  "numpy._core.multiarray _reconstruct": "reconstruct",
  "numpy.core.multiarray scalar": "scalar",
  "numpy._core.multiarray scalar": "scalar",
  "numpy.core.numeric _frombuffer": "frombuffer",
  "numpy._core.numeric _frombuffer": "frombuffer",
  "numpy ndarray": "ndarray",
  "numpy recarray": "ndarray",
  "numpy.rec recarray": "ndarray",
  "numpy record": "record",
  "numpy.rec record": "record",
  "numpy dtype": "dtype",
  "_codecs encode": "encode",
};

/** NumPy's arrays, types and scalars. */
export const numpyPickles: PickleNames = {
  names: numpyNames,
  call(name, [first, second, third, fourth]) {
    const array = new PythonArray();
    if (name === "reconstruct") return array;
    if (name === "dtype" && typeof first === "string") return new PythonType(first);
    if (name === "dtype" && first instanceof PythonName) return new PythonType("V");
    if (name === "encode" && typeof first === "string") return Buffer.from(first, "latin1");
    if (name === "scalar" && first instanceof PythonType) {
      array.type = first;
      array.data = bytesOf(second) ?? [second as PythonValue];
      return array;
    }
    if (name === "frombuffer" && first instanceof Uint8Array && second instanceof PythonType) {
      return Object.assign(array, { type: second, shape: lengths(third), isFortran: fourth === "F", data: first });
    }
    return undefined;
  },
  build(object, state) {
    if (!Array.isArray(state)) return false;
    if (object instanceof PythonArray) setArray(object, state);
    else if (object instanceof PythonType) setType(object, state);
    else return false;
    return true;
  },
};

const longestInteger = 64;
const unknownOpcode = "a damaged pickle, or one with objects of other classes";

/**
 * The value in a pickle (protocols 0 to 5).
 * @param known the names that it may refer to; default NumPy's.
 * @throws PickleError where it holds anything but None, truth values, numbers, text, bytes, lists, tuples, dictionaries and
 *   what `known` makes (by default NumPy arrays, types and scalars), or where it is damaged.
 */
export function readPickle(bytes: Uint8Array, known: PickleNames = numpyPickles): PythonValue {
  return readPickleAt(bytes, 0, known).value;
}

/** The value in a pickle that begins at a place, and the place after its end. @throws PickleError as `readPickle`. */
export function readPickleAt(bytes: Uint8Array, at: number, known: PickleNames): { value: PythonValue; end: number } {
  const unpickler = new Unpickler(bytes, at, known);
  return { value: unpickler.read(), end: unpickler.at };
}

class Unpickler {
  private readonly stack: Item[] = [];
  private readonly memo = new Map<number, Item>();
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    private readonly known: PickleNames,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): PythonValue {
    for (;;) {
      const opcode = String.fromCharCode(this.take(1)[0]!);
      if (opcode === ".") return this.pop();
      const step = steps[opcode];
      if (!step) throw new PickleError(unknownOpcode);
      step(this);
    }
  }

  take(length: number): Uint8Array {
    if (length < 0 || this.at + length > this.bytes.length) throw new PickleError("a damaged pickle");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  double(): number {
    const at = this.at;
    this.take(8);
    return this.view.getFloat64(at);
  }

  integer(size: 1 | 2 | 4 | 8): number {
    const at = this.at;
    this.take(size);
    if (size === 1) return this.view.getUint8(at);
    if (size === 2) return this.view.getUint16(at, true);
    return size === 4 ? this.view.getUint32(at, true) : Number(this.view.getBigUint64(at, true));
  }

  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new PickleError("a damaged pickle");
    const text = Buffer.from(this.take(end - this.at)).toString("latin1");
    this.at++;
    return text;
  }

  text(length: number): string {
    const text = utf8(this.take(length));
    if (text === undefined) throw new PickleError("text that is not valid UTF-8");
    return text;
  }

  push(item: Item): void {
    this.stack.push(item);
  }

  popItem(): Item {
    const item = this.stack.pop();
    if (item === undefined) throw new PickleError("a damaged pickle");
    return item;
  }

  pop(): PythonValue {
    const item = this.popItem();
    if (item === mark) throw new PickleError("a damaged pickle");
    return item;
  }

  top(): Item {
    const item = this.stack.at(-1);
    if (item === undefined) throw new PickleError("a damaged pickle");
    return item;
  }

  /** The values above the last mark, which goes too. */
  popMarked(): PythonValue[] {
    const at = this.stack.lastIndexOf(mark);
    if (at < 0) throw new PickleError("a damaged pickle");
    return this.stack.splice(at).slice(1) as PythonValue[];
  }

  last(count: number): PythonValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  remember(index = this.memo.size): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    const item = this.memo.get(index);
    if (item === undefined) throw new PickleError("a damaged pickle");
    this.push(item);
  }

  extend(items: readonly PythonValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new PickleError("a damaged pickle");
    for (const item of items) list.push(item);
  }

  set(pairs: readonly PythonValue[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof PythonDictionary) || pairs.length % 2 !== 0) throw new PickleError("a damaged pickle");
    for (let i = 0; i < pairs.length; i += 2) dictionary.entries.push([pairs[i]!, pairs[i + 1]!]);
  }

  refer(module: unknown, name: unknown): void {
    const key = `${String(module)} ${String(name)}`;
    if (!Object.hasOwn(this.known.names, key)) {
      const shown = visible(`${String(module).slice(0, 80)}.${String(name).slice(0, 80)}`);
      throw new PickleError(`an object of class ${shown}`);
    }
    this.push(new PythonName(this.known.names[key]!));
  }

  /** What a call of one of the known names would give. */
  reduce(): void {
    const values = this.stack.pop();
    const called = this.popItem();
    const isCall = called instanceof PythonName && Array.isArray(values);
    const result = isCall ? this.known.call(called.name, values) : undefined;
    if (result === undefined) throw new PickleError("a damaged pickle");
    this.push(result);
  }

  /** Sets the state of an object. */
  build(): void {
    const state = this.pop();
    const object = this.top();
    if (object === mark || !this.known.build(object, state)) throw new PickleError("a damaged pickle");
  }

  /** An object outside the pickle. */
  persistent(): void {
    if (!this.known.persistent) throw new PickleError(unknownOpcode);
    this.push(this.known.persistent(this.pop()));
  }
}

/** What each opcode does; one that is not here is refused. @see CPython, Lib/pickletools.py. */
const steps: Readonly<Record<string, (pickle: Unpickler) => void>> = {
  "\x80": (p) => p.take(1), // PROTO
  "\x95": (p) => p.take(8), // FRAME
  "(": (p) => p.push(mark),
  "0": (p) => p.popItem(), // POP
  "1": (p) => p.popMarked(), // POP_MARK
  "2": (p) => p.push(p.top()), // DUP
  N: (p) => p.push(null),
  "\x88": (p) => p.push(true),
  "\x89": (p) => p.push(false),
  I: (p) => p.push(integerOrTruth(p.line())),
  L: (p) => p.push(decimal(p.line().replace(/L$/, ""))),
  J: (p) => p.push(p.integer(4) | 0),
  K: (p) => p.push(p.integer(1)),
  M: (p) => p.push(p.integer(2)),
  "\x8a": (p) => p.push(long(p.take(p.integer(1)))), // LONG1
  "\x8b": (p) => p.push(long(p.take(p.integer(4)))), // LONG4
  F: (p) => p.push(float(p.line())),
  G: (p) => p.push(p.double()),
  S: (p) => p.push(quoted(p.line())),
  T: (p) => p.push(ofPython2(p.take(p.integer(4)))),
  U: (p) => p.push(ofPython2(p.take(p.integer(1)))),
  B: (p) => p.push(p.take(p.integer(4))),
  C: (p) => p.push(p.take(p.integer(1))),
  "\x8e": (p) => p.push(p.take(p.integer(8))), // BINBYTES8
  "\x96": (p) => p.push(p.take(p.integer(8))), // BYTEARRAY8
  V: (p) => p.push(rawUnicode(p.line())),
  X: (p) => p.push(p.text(p.integer(4))),
  "\x8c": (p) => p.push(p.text(p.integer(1))), // SHORT_BINUNICODE
  "\x8d": (p) => p.push(p.text(p.integer(8))), // BINUNICODE8
  "]": (p) => p.push([]),
  ")": (p) => p.push([]),
  l: (p) => p.push(p.popMarked()),
  t: (p) => p.push(p.popMarked()),
  a: (p) => p.extend(p.last(1)),
  e: (p) => p.extend(p.popMarked()),
  "\x85": (p) => p.push(p.last(1)), // TUPLE1
  "\x86": (p) => p.push(p.last(2)), // TUPLE2
  "\x87": (p) => p.push(p.last(3)), // TUPLE3
  "}": (p) => p.push(new PythonDictionary()),
  d: (p) => {
    const pairs = p.popMarked();
    p.push(new PythonDictionary());
    p.set(pairs);
  },
  s: (p) => p.set(p.last(2)),
  u: (p) => p.set(p.popMarked()),
  p: (p) => p.remember(Number(p.line())),
  q: (p) => p.remember(p.integer(1)),
  r: (p) => p.remember(p.integer(4)),
  "\x94": (p) => p.remember(), // MEMOIZE
  g: (p) => p.recall(Number(p.line())),
  h: (p) => p.recall(p.integer(1)),
  j: (p) => p.recall(p.integer(4)),
  c: (p) => p.refer(p.line(), p.line()),
  "\x93": (p) => {
    const [module, name] = p.last(2);
    p.refer(module, name);
  },
  R: (p) => p.reduce(),
  b: (p) => p.build(),
  Q: (p) => p.persistent(), // BINPERSID
};

/** numpy.ndarray's state: version, shape, type, whether in Fortran order, values. */
function setArray(array: PythonArray, state: readonly PythonValue[]): void {
  const [shape, type, isFortran, content] = state.slice(-4);
  const data = Array.isArray(content) ? content : bytesOf(content);
  if (!(type instanceof PythonType) || data === undefined) throw new PickleError("a damaged pickle");
  Object.assign(array, { shape: lengths(shape), type, isFortran: isFortran === true || isFortran === 1, data });
}

/** numpy.dtype's state: version, byte order, sub-array, names, fields, size, alignment, flags, metadata with the unit of dates. */
function setType(type: PythonType, state: readonly PythonValue[]): void {
  const [, order, , fieldNames, fields, size] = state;
  const metadata = state[8];
  type.little = order !== ">";
  if (typeof size === "number" && size >= 0) type.itemSize = size;
  if (Array.isArray(metadata) && Array.isArray(metadata[1])) {
    const [unit, count] = metadata[1];
    if (unit instanceof Uint8Array || typeof unit === "string") {
      type.unit = `${count === 1 ? "" : String(count)}${typeof unit === "string" ? unit : utf8(unit)}`;
    }
  }
  if (Array.isArray(fieldNames) && fields instanceof PythonDictionary) {
    type.fields = fieldNames.map((name) => {
      const entry = fields.entries.find(([key]) => key === name)?.[1];
      const [fieldType, offset] = Array.isArray(entry) ? entry : [];
      if (typeof name !== "string" || !(fieldType instanceof PythonType) || typeof offset !== "number") {
        throw new PickleError("a damaged pickle");
      }
      return { name, type: fieldType, offset };
    });
  }
}

/** Bytes, also where a pickle of Python 2 has them as a string. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return typeof value === "string" ? Buffer.from(value) : undefined;
}

function lengths(shape: unknown): number[] {
  const list = typeof shape === "number" ? [shape] : shape;
  const isShape = Array.isArray(list) && list.length <= 32 && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!isShape) throw new PickleError("a damaged pickle");
  return list as number[];
}

/** Protocol 0 writes True and False as integers of two digits. */
function integerOrTruth(line: string): number | bigint | boolean {
  return line === "00" || line === "01" ? line === "01" : decimal(line);
}

function decimal(line: string): number | bigint {
  if (!/^[+-]?\d{1,400}$/.test(line)) throw new PickleError("a damaged pickle");
  return small(BigInt(line));
}

/** Two's complement, little-endian. */
function long(bytes: Uint8Array): number | bigint {
  if (bytes.length > longestInteger) throw new PickleError(`an integer of ${bytes.length} bytes`);
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return small(BigInt.asIntN(8 * bytes.length, value));
}

const small = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

function float(line: string): number {
  const special = ({ inf: Infinity, "-inf": -Infinity, nan: Number.NaN } as Record<string, number>)[line];
  const value = special ?? Number(line);
  if (line === "" || (Number.isNaN(value) && special === undefined)) throw new PickleError("a damaged pickle");
  return value;
}

/** A string of Python 2: its bytes, which are text where they are UTF-8. */
const ofPython2 = (bytes: Uint8Array): string | Uint8Array => utf8(bytes) ?? bytes;

/** Python's notation of a string of bytes, in quotation marks. */
function quoted(line: string): string | Uint8Array {
  const match = /^(["'])(.*)\1$/s.exec(line);
  if (!match) throw new PickleError("a damaged pickle");
  const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", "\\": "\\", "'": "'", '"': '"' };
  const plain = match[2]!.replace(/\\(x[0-9a-fA-F]{2}|.)/gs, (whole, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? whole),
  );
  return ofPython2(Buffer.from(plain, "latin1"));
}

/** Python's raw-unicode-escape: Latin-1 with \uXXXX and \UXXXXXXXX. */
function rawUnicode(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, wide?: string) => {
    const point = Number.parseInt(short ?? wide!, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
  });
}
