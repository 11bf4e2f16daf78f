// Dates, times and decimals of columnar files as exact text.

/** How many ticks make a second. */
export const ticksPerSecond = { SECOND: 1n, MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;

/** ISO 8601 text of a moment, ticks after 1970; `zone` is "Z" where the file says UTC, "" where it says local time. */
export function isoTimestamp(ticks: bigint, perSecond: bigint, zone: "Z" | ""): string {
  const fraction = ((ticks % perSecond) + perSecond) % perSecond;
  const moment = new Date(Number((ticks - fraction) / perSecond) * 1000);
  // beyond the years that a date can name: as the file has it
  if (Number.isNaN(moment.getTime())) return String(ticks);
  return moment.toISOString().slice(0, -5) + fractionText(fraction, perSecond) + zone;
}

/** "2024-02-29" for days after 1970-01-01. */
export function isoDate(days: number): string {
  const date = new Date(days * 86_400_000);
  return Number.isNaN(date.getTime()) ? String(days) : date.toISOString().slice(0, -14);
}

/** "23:59:59.5" for ticks after midnight. */
export function isoTime(ticks: bigint, perSecond: bigint): string {
  const seconds = ticks / perSecond;
  const parts = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n];
  return parts.map((part) => String(part).padStart(2, "0")).join(":") + fractionText(ticks % perSecond, perSecond);
}

/** Three, six or nine digits, none for zero. */
function fractionText(fraction: bigint, perSecond: bigint): string {
  if (fraction === 0n) return "";
  const digits = String(fraction).padStart(String(perSecond).length - 1, "0");
  return `.${digits.replace(/(?:000)+$/, "")}`;
}

/** "1.50" for 150 of scale 2. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** No decimal of Parquet or Arrow has more digits than this. */
export const largestScale = 100;

/** An integer of any width, most significant byte first, two's complement. */
export function bigEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as UTF-8 text; undefined where they are none. */
export function utf8(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  if (!text.includes("\ufffd")) return text;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
