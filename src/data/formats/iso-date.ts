// NumPy's and pandas' dates (a count of units since 1970) as ISO 8601 text.

/** Nanoseconds in a unit; months and years have no fixed length. */
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
 * A date as text: "2024-05", "2024-05-01" for whole days and coarser units, otherwise "2024-05-01T13:00:00", with a fraction where
 * there is one.
 * @param unit NumPy's name of it, with a number of units before it where that is not 1: "ns", "D", "25s".
 * @returns "" for NaT, undefined for a unit or date that JavaScript has no calendar for.
 */
export function isoDate(value: bigint, unit: string): string | undefined {
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
  const total = many * size;
  const second = 1_000_000_000n;
  const fraction = ((total % second) + second) % second;
  const date = new Date(Number((total - fraction) / 1_000_000n));
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString().slice(0, -5);
  if (name === "D" || name === "W") return text.slice(0, -9);
  return fraction === 0n ? text : `${text}.${fraction.toString().padStart(9, "0").replace(/0+$/, "")}`;
}
