// Numbers as people write them: 1.234,5, 12%, $5, (5), 1.5D+00, 0x1f. What a sign means is decided for a whole column.

/** What the decimal sign is, and what may separate thousands besides blanks and apostrophes. */
export interface NumberStyle {
  readonly decimal: "." | ",";
  readonly thousands?: "." | ",";
}

/** How a number was written, as bits. */
export const form = {
  thousands: 1,
  percent: 2,
  currency: 4,
  parentheses: 8,
  hexadecimal: 16,
  /** A whole number that a double cannot hold. */
  beyond: 32,
  fraction: 64,
} as const;

export interface FormedNumber {
  readonly value: number;
  /** Bits of `form`. */
  readonly forms: number;
  readonly currency: string;
}

/** What the signs in a number prove, as bits. */
export const evidence = {
  decimalPoint: 1,
  decimalComma: 2,
  /** 1.055: a decimal point, or thousands. */
  eitherPoint: 4,
  eitherComma: 8,
  thousandsPoint: 16,
  thousandsComma: 32,
} as const;

const blanks = " \\u00a0\\u2009\\u202f";
const currencies = "[$€£¥₹₽₩₺₪฿¢]|USD|EUR|GBP|CHF|JPY|CNY|INR|R\\$|kr|zł";
const currencyBefore = new RegExp(`^([+-]?)(${currencies})[${blanks}]?`);
const currencyBehind = new RegExp(`[${blanks}]?(${currencies})$`);
const softGroups = new RegExp(`^([+-]?\\d{1,3})((?:([${blanks}'’])\\d{3})(?:\\3\\d{3})*)(?=$|[.,])`);
const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?$/;

interface Stripped {
  readonly core: string;
  readonly forms: number;
  readonly currency: string;
}

/** Takes off what stands around the digits; undefined where no digit is left. */
function strip(cell: string): Stripped | undefined {
  let core = cell.trim();
  let forms = 0;
  let currency = "";
  if (core.length > 60 || !/\d/.test(core) || (/^[A-Za-z_]/.test(core) && !currencyBefore.test(core))) return undefined;
  core = core.replace(/^[\u2212\u2013](?=\D?\d)/, "-").replace(/([eEdD])\u2212/, "$1-");
  const enclosed = /^\(([^()+-]+)\)$/.exec(core);
  if (enclosed) {
    core = enclosed[1]!.trim();
    forms |= form.parentheses;
  }
  const before = currencyBefore.exec(core);
  const behind = before ? null : currencyBehind.exec(core);
  if (before) core = before[1]! + core.slice(before[0].length);
  else if (behind) core = core.slice(0, behind.index);
  if (before || behind) {
    forms |= form.currency;
    currency = (before?.[2] ?? behind?.[1])!;
  }
  if (core.endsWith("%")) {
    core = core.slice(0, -1).trimEnd();
    forms |= form.percent;
  }
  const groups = softGroups.exec(core);
  if (groups) {
    core = groups[1]! + groups[2]!.replace(/\D/g, "") + core.slice(groups[0].length);
    forms |= form.thousands;
  }
  return { core, forms, currency };
}

/** What a cell proves about decimal signs and thousands; 0 where it is no number or proves nothing. */
export function signEvidence(cell: string): number {
  if (!/[.,]/.test(cell)) return 0;
  const stripped = strip(cell);
  if (!stripped) return 0;
  const exponent = /[eEdD][+-]?\d+$/.exec(stripped.core);
  const core = (exponent ? stripped.core.slice(0, exponent.index) : stripped.core).replace(/^[+-]/, "");
  if (!/^[\d.,]+$/.test(core)) return 0;
  const points = core.split(".").length - 1;
  const commas = core.split(",").length - 1;
  if (points + commas === 0) return 0;
  if (points > 0 && commas > 0) {
    const decimal = core.lastIndexOf(".") > core.lastIndexOf(",") ? "." : ",";
    if ((decimal === "." ? points : commas) > 1) return 0;
    const whole = core.slice(0, core.lastIndexOf(decimal));
    if (!isGrouped(whole, decimal === "." ? "," : ".")) return 0;
    return decimal === "."
      ? evidence.decimalPoint | evidence.thousandsComma
      : evidence.decimalComma | evidence.thousandsPoint;
  }
  const sign = points > 0 ? "." : ",";
  if (points + commas > 1) {
    if (exponent || !isGrouped(core, sign)) return 0;
    return sign === "." ? evidence.thousandsPoint : evidence.thousandsComma;
  }
  if (core.length < 2) return 0;
  const either = !exponent && (stripped.forms & form.thousands) === 0 && /^[1-9]\d{0,2}[.,]\d{3}$/.test(core);
  if (sign === ".") return either ? evidence.eitherPoint : evidence.decimalPoint;
  return either ? evidence.eitherComma : evidence.decimalComma;
}

/** 1,055,000; also 10,55,000 as in India. */
function isGrouped(digits: string, sign: "." | ","): boolean {
  return sign === "," ? /^\d{1,3}(?:,\d{2,3})*,\d{3}$/.test(digits) : /^\d{1,3}(?:\.\d{3})+$/.test(digits);
}

/** The number that a cell writes in this style; undefined where it writes none. Words such as NA are none. */
export function formedNumber(cell: string, { decimal, thousands }: NumberStyle): FormedNumber | undefined {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(cell) ?? /^([+-]?)1\.#inf$/i.exec(cell);
  if (infinite) return { value: Number(`${infinite[1]}Infinity`), forms: form.fraction, currency: "" };
  const stripped = strip(cell);
  if (!stripped) return undefined;
  let { core, forms } = stripped;
  const hexadecimal = /^([+-]?)(0x[0-9a-f]+)$/i.exec(core);
  if (hexadecimal) {
    const value = Number(hexadecimal[2]) * (hexadecimal[1] === "-" ? -1 : 1);
    return { value, forms: forms | form.hexadecimal | (Number.isSafeInteger(value) ? 0 : form.beyond), currency: "" };
  }
  if (thousands !== undefined && core.includes(thousands)) {
    const at = core.indexOf(decimal);
    const whole = (at < 0 ? core : core.slice(0, at)).replace(/^[+-]/, "");
    if (!isGrouped(whole, thousands)) return undefined;
    core = core.slice(0, at < 0 ? undefined : at).replaceAll(thousands, "") + (at < 0 ? "" : core.slice(at));
    forms |= form.thousands;
  }
  if (decimal === ",") {
    if (core.includes(".")) return undefined;
    core = core.replace(",", ".");
  }
  if (!plainNumber.test(core)) return undefined;
  const value = Number(core.replace(/[dD]/, "e")) * ((forms & form.parentheses) !== 0 ? -1 : 1);
  if (/[.eEdD]/.test(core)) forms |= form.fraction;
  else if (!Number.isSafeInteger(value) && BigInt(core) !== BigInt(value)) forms |= form.beyond;
  return { value, forms, currency: stripped.currency };
}
