// Decimal numbers as bytes, read to the nearest double without making a string of them.

/** What a column's cells were like, as bits; `DecimalParser.flags` and the scanner set them. */
export const cellFlag = {
  /** `String(Number(cell)) !== cell`, or that is not sure: its text says more than the number. */
  written: 1,
  /** Has a decimal sign with digits behind it, or an exponent. */
  fraction: 2,
  /** The sign before the last digits cannot separate thousands: 0.125, 1.5, 1000.125. */
  decimal: 4,
  /** A whole number that a double cannot hold. */
  beyond: 8,
  /** A whole number of four digits and more without separators. */
  long: 16,
  /** A whole number below 1000. */
  short: 32,
} as const;

/** Powers of ten that a double holds exactly. */
export const powersOfTen = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

const splitter = 2 ** 27 + 1;

/** Parses bytes such as -12.5e-3. */
export class DecimalParser {
  value = 0;
  /** Bits of `cellFlag`. */
  flags = 0;

  /**
   * Takes all bytes from … to-1 for one number.
   * @param decimal the byte of the decimal sign.
   * @returns whether they are one; then `value` and `flags` are set.
   */
  parse(buffer: Buffer, from: number, to: number, decimal: number): boolean {
    let at = from;
    let byte = buffer[at]!;
    const negative = byte === 45;
    let flags = 0;
    if (negative || byte === 43) {
      if (!negative) flags |= cellFlag.written;
      byte = buffer[++at]!;
    }
    const first = at;
    let high = 0;
    let low = 0;
    let significant = 0;
    let lowDigits = 0;
    let seen = 0;
    let point = -1;
    for (; at < to; byte = buffer[++at]!) {
      if (byte >= 48 && byte <= 57) {
        seen++;
        if (significant === 0 && byte === 48) continue;
        significant++;
        if (significant <= 15) high = high * 10 + (byte - 48);
        else if (significant <= 20) {
          low = low * 10 + (byte - 48);
          lowDigits++;
        }
      } else if (byte === decimal && point < 0) point = at;
      else break;
    }
    if (seen === 0) return false;
    const digitsEnd = at;
    const fraction = point < 0 ? 0 : digitsEnd - point - 1;
    let exponent = 0;
    if (at < to) {
      const letter = byte | 32;
      if (letter !== 101 && letter !== 100) return false;
      byte = buffer[++at]!;
      const down = byte === 45;
      if (down || byte === 43) at++;
      if (at >= to) return false;
      for (; at < to; at++) {
        const digit = buffer[at]! - 48;
        if (digit < 0 || digit > 9) return false;
        if (exponent < 100_000) exponent = exponent * 10 + digit;
      }
      if (down) exponent = -exponent;
      flags |= cellFlag.written | cellFlag.fraction | (point < 0 ? 0 : cellFlag.decimal);
    }
    const whole = point < 0 ? digitsEnd - first : point - first;
    if (fraction > 0) flags |= cellFlag.fraction | (isGroup(buffer, first, whole, fraction) ? 0 : cellFlag.decimal);
    else if (whole > 3) flags |= cellFlag.long;
    else flags |= cellFlag.short;
    const value = this.#nearest(
      buffer,
      from,
      digitsEnd,
      to,
      high,
      low,
      lowDigits,
      significant,
      exponent - fraction,
      point,
    );
    this.value = negative ? -value : value;
    if ((flags & cellFlag.written) === 0)
      flags |= this.#writtenFlag(buffer, from, to, first, whole, fraction, point, significant);
    this.flags = flags;
    return true;
  }

  #nearest(
    buffer: Buffer,
    from: number,
    digitsEnd: number,
    to: number,
    high: number,
    low: number,
    lowDigits: number,
    significant: number,
    power: number,
    point: number,
  ): number {
    if (significant <= 15) {
      if (power === 0) return high;
      if (power < 0 && power >= -22) return high / powersOfTen[-power]!;
      if (power > 0 && power <= 22) return high * powersOfTen[power]!;
    } else if (significant <= 20) {
      const value = nearestOfTwo(high, low, lowDigits, power);
      if (!Number.isNaN(value)) return value;
    }
    const at = from + (buffer[from] === 45 || buffer[from] === 43 ? 1 : 0);
    const digits = buffer.toString("latin1", at, point < 0 ? digitsEnd : point);
    const behind = point < 0 ? "" : buffer.toString("latin1", point + 1, digitsEnd);
    return Number(
      `${digits}.${behind}${buffer.toString("latin1", digitsEnd, to).replace(/[dD]/, "e")}`.replace(/^\./, "0."),
    );
  }

  #writtenFlag(
    buffer: Buffer,
    from: number,
    to: number,
    first: number,
    whole: number,
    fraction: number,
    point: number,
    significant: number,
  ): number {
    if (point >= 0 && (fraction === 0 || whole === 0 || buffer[to - 1] === 48 || buffer[point] === 44))
      return cellFlag.written;
    if (whole > 1 && buffer[first] === 48) return cellFlag.written;
    if (significant === 0) return first > from ? cellFlag.written : 0;
    if (significant <= 15) return fraction > 6 && Math.abs(this.value) < 1e-6 ? cellFlag.written : 0;
    const text = buffer.toString("latin1", from, to);
    let flags = String(this.value) === text ? 0 : cellFlag.written;
    if (point < 0 && flags !== 0 && BigInt(text) !== BigInt(this.value)) flags |= cellFlag.beyond;
    return flags;
  }
}

/** Whether digits before and behind a sign look like 1,055: one group of three that follows one to three digits. */
function isGroup(buffer: Buffer, first: number, whole: number, fraction: number): boolean {
  return fraction === 3 && whole >= 1 && whole <= 3 && buffer[first] !== 48;
}

/**
 * (high · 10^lowDigits + low) · 10^power for 16 to 20 digits, as the sum of two doubles. Rounded to the nearest double where the
 * error of that sum cannot matter, otherwise NaN.
 */
function nearestOfTwo(high: number, low: number, lowDigits: number, power: number): number {
  if (power < -22 || power > 22) return Number.NaN;
  const scale = powersOfTen[lowDigits]!;
  let head = high * scale;
  let tail = productError(high, scale, head) + low;
  const sum = head + tail;
  tail -= sum - head;
  head = sum;
  if (power === 0) return head + tail;
  const ten = powersOfTen[Math.abs(power)]!;
  let result: number;
  let rest: number;
  if (power < 0) {
    result = head / ten;
    const back = result * ten;
    rest = (head - back - productError(result, ten, back) + tail) / ten;
  } else {
    result = head * ten;
    rest = productError(head, ten, result) + tail * ten;
  }
  const low1 = result + rest * (1 - 2 ** -45);
  const high1 = result + rest * (1 + 2 ** -45);
  return low1 === high1 ? low1 : Number.NaN;
}

/** a·b - product, exactly (Dekker). */
function productError(a: number, b: number, product: number): number {
  const aSplit = a * splitter;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = b * splitter;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
