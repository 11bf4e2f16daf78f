// Fuzzing: whole files are changed at random where it hurts, and whoever reads them must give what is there or a UserError.
//
// VANTAGE_FUZZ says how many inputs each target gets (slow targets a share of them), VANTAGE_FUZZ_SEED which.
import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "./errors.js";

const inputs = Number(process.env.VANTAGE_FUZZ ?? 600);
const seed = Number(process.env.VANTAGE_FUZZ_SEED ?? 1);

export interface FuzzTarget {
  /** Files of the format. The reader takes them as they are, unless `mayRefuse`. */
  readonly seeds: readonly (Uint8Array | string)[];
  read(bytes: Uint8Array): unknown;
  /** Makes checksums right again after the changes, so that they reach what lies behind. */
  repair?(bytes: Uint8Array): Uint8Array;
  /** Of the inputs that VANTAGE_FUZZ sets; 1 by default. */
  readonly share?: number;
  readonly mayRefuse?: boolean;
  /** What is damaged is made again, and nothing need be refused. */
  readonly forgives?: boolean;
  /** Milliseconds that one input may take. */
  readonly patience?: number;
  /** Bytes that an input of so many bytes may take in buffers; by default what deflate can pack into them, and 16 MiB. */
  memory?(bytes: number): number;
}

const mebibyte = 2 ** 20;
/** Deflate packs no more than 1032 bytes into one. */
const honest = (bytes: number) => 16 * mebibyte + 1100 * bytes;

/**
 * Gives changed files to a reader. It must come to an end in time with a value or a UserError of one line, and not request more memory
 * than the file can mean.
 */
export async function fuzz(name: string, target: FuzzTarget): Promise<void> {
  const { seeds, read, repair = (same) => same, share = 1, patience = 5000, memory = honest } = target;
  const files = seeds.map((file) => (typeof file === "string" ? new Uint8Array(Buffer.from(file)) : file));
  if (!target.mayRefuse) for (const file of files) await read(file);
  const runs = Math.max(1, Math.round(inputs * share));
  let [refused, slowest, most] = [0, 0, 0];
  let failure: unknown;
  const property = fc.asyncProperty(fc.constantFrom(...files), changes(files), async (whole, list) => {
    const changed = apply(whole, list);
    const bytes = list.length % 2 === 1 ? repair(changed) : changed;
    const before = process.memoryUsage().arrayBuffers;
    const started = performance.now();
    try {
      await read(bytes);
    } catch (error) {
      if (!(error instanceof UserError)) failure = shown(bytes, error);
      else if (/\n/.test(error.message)) failure = shown(bytes, new Error(`more than one line: ${error.message}`));
      refused++;
    }
    const took = performance.now() - started;
    const used = process.memoryUsage().arrayBuffers - before;
    if (took > patience) failure = shown(bytes, new Error(`${took.toFixed(0)} ms`));
    if (used > memory(bytes.length)) failure = shown(bytes, new Error(`${used} bytes of memory`));
    slowest = Math.max(slowest, took);
    most = Math.max(most, used);
    return failure === undefined;
  });
  const { failed } = await fc.check(property, { numRuns: runs, seed, endOnFailure: true });
  if (failed) throw failure;
  assert.ok(refused > 0 || target.forgives, "nothing was refused: the changes do not reach the reader");
  console.log(
    `${name}: ${runs} inputs (seed ${seed}), ${refused} refused; slowest ${slowest.toFixed(0)} ms, most memory ${(most / mebibyte).toFixed(1)} MiB`,
  );
}

function shown(bytes: Uint8Array, error: unknown): Error {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Error(`${bytes.length} bytes ${Buffer.from(bytes).toString("base64").slice(0, 20_000)}: ${what}`);
}

interface Change {
  readonly kind: "flip" | "byte" | "number" | "cut" | "double" | "splice" | "end" | "digits";
  /** Where, as a share of the file. */
  readonly at: number;
  readonly length: number;
  readonly value: number;
  readonly other: Uint8Array;
}

const kinds: readonly Change["kind"][] = [
  ...(["flip", "flip", "byte", "byte", "number", "number", "number", "number"] as const),
  ...(["cut", "double", "splice", "end", "digits", "digits"] as const),
];

/** Numbers that lengths, counts and offsets go wrong at. */
const lengths = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1, 2 ** 40, 2 ** 53, 255, 256, 65535, 65536, 2 ** 26, 7];

function changes(files: readonly Uint8Array[]): fc.Arbitrary<Change[]> {
  const change: fc.Arbitrary<Change> = fc.record({
    kind: fc.constantFrom(...kinds),
    at: fc.noBias(fc.integer({ min: 0, max: 2 ** 30 - 1 })).map((place) => place / 2 ** 30),
    length: fc.oneof(fc.nat({ max: 16 }), fc.nat({ max: 400 })),
    value: fc.oneof(fc.constantFrom(...lengths), fc.integer({ min: -40, max: 400 })),
    other: fc.constantFrom(...files),
  });
  // Most inputs are wrong in one place only, so that the reader gets far with the rest.
  const lists = [1, 1, 1, 2, 2, 5].map((length) => fc.array(change, { minLength: length, maxLength: length }));
  return fc.oneof(...lists);
}

function apply(whole: Uint8Array, list: readonly Change[]): Uint8Array {
  let bytes: Buffer = Buffer.from(whole);
  for (const { kind, at: share, length, value, other } of list) {
    const at = Math.floor(share * bytes.length);
    const end = Math.min(bytes.length, at + length);
    if (kind === "flip" && at < bytes.length) bytes[at]! ^= 1 << (length % 8);
    else if (kind === "byte" && at < bytes.length) bytes[at] = value & 255;
    else if (kind === "number") writeNumber(bytes, at, length, value);
    else if (kind === "cut") bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    else if (kind === "double") bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    else if (kind === "end") bytes = bytes.subarray(0, at);
    else if (kind === "splice") {
      const from = Math.floor(Math.abs(value * 7919) % (other.length + 1));
      bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at)]);
    } else if (kind === "digits") bytes = withDigits(bytes, at, value);
  }
  return new Uint8Array(bytes);
}

/** A number of 2, 4 or 8 bytes in either order, where one would lie in most formats. */
function writeNumber(bytes: Buffer, place: number, choice: number, value: number): void {
  const width = [2, 4, 4, 8][choice % 4]!;
  const at = choice % 3 === 0 ? place : place - (place % width);
  if (at + width > bytes.length) return;
  const whole = BigInt.asUintN(64, BigInt(value));
  for (let i = 0; i < width; i++) {
    const shift = BigInt(8 * (choice % 5 === 0 ? width - 1 - i : i));
    bytes[at + i] = Number((whole >> shift) & 255n);
  }
}

/** Another number in place of the first one in text after a place. */
function withDigits(bytes: Buffer, at: number, value: number): Buffer {
  const text = bytes.toString("latin1", at);
  const found = /\d+/.exec(text);
  if (!found) return bytes;
  const head = text.slice(0, found.index);
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(`${head}${value}${text.slice(head.length + found[0].length)}`, "latin1"),
  ]);
}
