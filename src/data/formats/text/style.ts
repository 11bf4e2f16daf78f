// Which decimal sign a column has, and what separates its thousands, from all that the column and the file show.
import { evidence, type NumberStyle } from "./number-forms.js";
import type { ReadOptions } from "./options.js";

const point = evidence.decimalPoint | evidence.thousandsComma;
const comma = evidence.decimalComma | evidence.thousandsPoint;
const english: NumberStyle = { decimal: ".", thousands: "," };
const continental: NumberStyle = { decimal: ",", thousands: "." };

/**
 * The style of a column of numbers. "ask": 1,055 or 1.055 could be either. "mixed": both decimal signs are there.
 * @param own and `file`: bits of `evidence`.
 * @param mixesWholes the column has whole numbers below 1000, and none of four digits without a separator.
 */
export function decideStyle(
  own: number,
  file: number,
  delimiter: number | undefined,
  mixesWholes: boolean,
  options: ReadOptions,
): NumberStyle | "ask" | "mixed" {
  if (options.decimal !== undefined) return options.decimal === "." ? english : continental;
  if (options.thousands === "," || options.thousands === ".") return options.thousands === "," ? english : continental;
  const [hasPoint, hasComma] = [(own & point) !== 0, (own & comma) !== 0];
  const [filePoint, fileComma] = [(file & point) !== 0, (file & comma) !== 0];
  // "0,1" between commas, beside 0.5, is a list rather than a number
  if (delimiter === 44 && hasComma && filePoint) return english;
  if (hasPoint && hasComma) return "mixed";
  if (hasPoint) return english;
  if (hasComma) return continental;
  const [eitherPoint, eitherComma] = [(own & evidence.eitherPoint) !== 0, (own & evidence.eitherComma) !== 0];
  if (!eitherPoint && !eitherComma) return english;
  if (eitherPoint && eitherComma) return "mixed";
  if (filePoint !== fileComma) return filePoint ? english : continental;
  // who separates cells by commas writes decimal points
  if (delimiter === 44) return english;
  if (filePoint || eitherComma || (file & evidence.eitherComma) !== 0) return "ask";
  return delimiter === 59 || mixesWholes ? "ask" : english;
}
