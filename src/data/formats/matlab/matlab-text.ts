// MATLAB's char arrays as lines of text, and what to do with MATLAB's objects.

import { ownValue } from "../../../records.js";
import { utf8 } from "../decode.js";
import type { SkippedVariable, TextVariable } from "../variables.js";
import { count } from "../variables.js";

/** Empty lines that a file may claim without a byte for each. */
const mostEmptyLines = 2 ** 20;

/**
 * A char array as one line per row, without the blanks that fill short rows up; higher axes count as further columns.
 * @param text its characters in column-major order: one for each UTF-16 unit or each code point of the array.
 */
export function charRows(text: string, shape: readonly number[]): TextVariable | SkippedVariable {
  const rows = shape[0]!;
  if (rows <= 1) return { kind: "text", lines: [text] };
  const columns = count(shape.slice(1));
  if (columns === 0 && rows > mostEmptyLines) return { kind: "skipped", reason: `${rows} lines of no characters` };
  const units = text.length === rows * columns ? text : [...text];
  if (units.length !== rows * columns) {
    return { kind: "skipped", reason: `a ${shape.join("×")} char array with ${units.length} characters` };
  }
  const lines = Array.from({ length: rows }, (_, row) => {
    let line = "";
    for (let column = 0; column < columns; column++) line += units[column * rows + row];
    return line.trimEnd();
  });
  return { kind: "text", lines };
}

/**
 * Text whose units are bytes of UTF-8, one or two in each unit: MATLAB's -v6 writes é as the unit C3A9. Lines that are not
 * all valid UTF-8 in this way, or hold surrogate pairs, come back as they are.
 * @see the test files of JuliaIO/MAT.jl.
 */
export function unpackUtf8(lines: readonly string[]): readonly string[] {
  if (lines.every((line) => !/[^\0-\x7f]/.test(line))) return lines;
  const unpacked: string[] = [];
  for (const line of lines) {
    if (/[\ud800-\udbff][\udc00-\udfff]/.test(line)) return lines;
    const bytes: number[] = [];
    for (let i = 0; i < line.length; i++) {
      const unit = line.charCodeAt(i);
      if (unit > 0xff) bytes.push(unit >> 8);
      bytes.push(unit & 0xff);
    }
    const text = utf8(Uint8Array.from(bytes));
    if (text === undefined) return lines;
    unpacked.push(text);
  }
  return unpacked;
}

/** What MATLAB's objects can be saved as instead; x stands for the variable. */
const instead: Readonly<Record<string, string>> = {
  string: "cellstr(x)",
  categorical: "cellstr(x)",
  datetime: "cellstr(x)",
  duration: "seconds(x)",
  calendarDuration: "cellstr(x)",
  table: "table2array(x), or with its names by writetable(x, 'x.csv')",
  timetable: "table2array(timetable2table(x))",
  dataset: "double(x)",
  "containers.Map": "values(x) and keys(x)",
  dictionary: "values(x) and keys(x)",
  tall: "gather(x)",
  gpuArray: "gather(x)",
  dlarray: "extractdata(x)",
};

/** Why an object of this class is skipped, and what to save in MATLAB instead. */
export function objectReason(className: string, name: string): string {
  const known = ownValue(instead, className);
  const advice = (known ?? "struct(x)").replaceAll(/\bx\b(?!\.csv)/g, () => name);
  return `an object of class ${className || "unknown"}, whose content only MATLAB can read; in MATLAB, save ${advice} instead`;
}
