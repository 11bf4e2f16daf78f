// Dates and times of files, counted from 1970 or from midnight, as ISO 8601 text.

/** How many ticks make a second. */
export const ticksPerSecond = { SECOND: 1n, MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;

/** ISO 8601 text of a moment, ticks after 1970; `zone` is "Z" where the file says UTC, "" where it says local time. */
export function isoTimestamp(ticks: bigint, perSecond: bigint, zone: "Z" | ""): string {
  // beyond the years that a date can name: as the file has it
  return moment(ticks, perSecond, zone) ?? String(ticks);
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

/** Undefined beyond the years that a date can name. */
function moment(ticks: bigint, perSecond: bigint, zone: string): string | undefined {
  const fraction = ((ticks % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((ticks - fraction) / perSecond) * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  return date.toISOString().slice(0, -5) + fractionText(fraction, perSecond) + zone;
}

/** Nanoseconds in a unit of NumPy; months and years have no fixed length. */
const nanoseconds: Readonly<Record<string, bigint>> = {
  W: 7n * 86_400_000_000_000n,
  D: 86_400_000_000_000n,
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  ns: 1n,
};
const notATime = -(2n ** 63n);

/**
 * A datetime64 of NumPy or pandas: "2024-05", "2024-05-01" for whole days and coarser units, otherwise "2024-05-01T13:00:00", with a
 * fraction where there is one.
 * @param unit NumPy's name of it, with a number of units before it where that is not 1: "ns", "D", "25s".
 * @returns "" for NaT, undefined for a unit or date that JavaScript has no calendar for.
 */
export function isoDatetime64(value: bigint, unit: string): string | undefined {
  if (value === notATime) return "";
  const match = /^(\d*)([A-Za-z]+)$/.exec(unit);
  if (!match) return undefined;
  const many = value * BigInt(match[1] || 1);
  const name = match[2]!;
  if (name === "Y" || name === "M") {
    const months = Number(name === "Y" ? many * 12n : many);
    const date = new Date(0);
    date.setUTCFullYear(1970 + Math.floor(months / 12), ((months % 12) + 12) % 12);
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, name === "Y" ? -20 : -17);
  }
  const size = nanoseconds[name];
  if (size === undefined) return undefined;
  const text = moment(many * size, ticksPerSecond.NANOS, "");
  return name === "D" || name === "W" ? text?.slice(0, -9) : text;
}
