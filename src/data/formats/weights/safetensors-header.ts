// The header of a safetensors file, read with every length checked.
import { UserError } from "../../../errors.js";

/** One tensor: its type, its shape and where its bytes begin and end behind the header. */
export interface HeaderEntry<DType extends string = string> {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The format's own bound on the header. */
const maxHeader = 100_000_000;

/** The header's length, from the first eight bytes. @throws UserError where the file has not as many. */
export function headerLength(start: Uint8Array, size: number, path: string): number {
  if (start.length < 8) throw corrupt(path, `it has ${start.length} bytes`);
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > Math.min(size - 8, maxHeader)) {
    throw corrupt(path, `its header claims ${length} bytes, ${Math.max(0, size - 8)} follow`);
  }
  return length;
}

/**
 * The entries in file order, which cover the data bytes without holes or overlaps, and the metadata.
 * @param widths the element types that are known, with their bytes.
 * @throws UserError where the header is damaged or has another type.
 */
export function parseHeader<DType extends string>(
  bytes: Uint8Array,
  dataBytes: number,
  path: string,
  widths: ReadonlyMap<DType, number>,
): { entries: [string, HeaderEntry<DType>][]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw corrupt(path, "its header is not JSON");
  }
  if (!isObject(header)) throw corrupt(path, "its header is not a JSON object");
  const { __metadata__: metadata = {}, ...rest } = header;
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) {
    throw corrupt(path, "its metadata is not an object of strings");
  }
  const entries = Object.entries(rest).map(([name, entry]): [string, HeaderEntry<DType>] => [
    name,
    checkEntry(name, entry, path, widths),
  ]);
  entries.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  let end = 0;
  for (const [name, { data_offsets }] of entries) {
    if (data_offsets[0] !== end) throw corrupt(path, `tensor "${name}" starts at ${data_offsets[0]}, not ${end}`);
    end = data_offsets[1];
  }
  if (end !== dataBytes) throw corrupt(path, `its tensors claim ${end} bytes, ${dataBytes} follow the header`);
  return { entries, metadata: metadata as Record<string, string> };
}

function checkEntry<DType extends string>(
  name: string,
  entry: unknown,
  path: string,
  widths: ReadonlyMap<DType, number>,
): HeaderEntry<DType> {
  if (!isObject(entry)) throw corrupt(path, `tensor "${name}" has no description`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string") throw corrupt(path, `tensor "${name}" has no type`);
  const width = widths.get(dtype as DType);
  if (width === undefined) {
    throw new UserError(`${path}: tensor "${name}" has type ${dtype}, only ${[...widths.keys()].join(" ")} are known`);
  }
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw corrupt(path, `tensor "${name}" has a shape or offsets that are not whole numbers`);
  }
  const bytes = shape.reduce((a, b) => a * b, 1) * width;
  if (offsets[1]! - offsets[0]! !== bytes) {
    throw corrupt(path, `tensor "${name}" of shape [${shape}] has ${offsets[1]! - offsets[0]!} bytes, not ${bytes}`);
  }
  return { dtype: dtype as DType, shape, data_offsets: [offsets[0]!, offsets[1]!] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

export function corrupt(path: string, why: string): UserError {
  return new UserError(`${path} is not a whole safetensors file: ${why}`);
}
