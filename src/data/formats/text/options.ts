// What a user can say about a text table where the file leaves it open; each is a flag of the command line.
import { UserError } from "../../../errors.js";

/** Whatever is absent is worked out from the file. */
export interface ReadOptions {
  /** One character, or "tab", or "blanks" for runs of blanks. */
  readonly delimiter?: string;
  /** "." or ",". */
  readonly decimal?: string;
  /** What separates thousands: ",", ".", a blank, an apostrophe. */
  readonly thousands?: string;
  readonly header?: "yes" | "no";
  /** A name that the Encoding Standard knows: "utf-8", "windows-1252", "shift_jis", … */
  readonly encoding?: string;
  /** Cells that mean that there is no value, besides empty ones. */
  readonly missing?: readonly string[];
}

/** @throws UserError where a value is none of those that the option takes. */
export function checkReadOptions({ delimiter, decimal, thousands, header }: ReadOptions): void {
  const wrong = (flag: string, value: string, expected: string) =>
    new UserError(`--${flag} ${JSON.stringify(value)}: expected ${expected}`);
  if (delimiter !== undefined && delimiterByte(delimiter) === undefined)
    throw wrong(
      "delimiter",
      delimiter,
      'one ASCII character that is no letter, digit or quotation mark, "tab" or "blanks"',
    );
  if (decimal !== undefined && decimal !== "." && decimal !== ",") throw wrong("decimal", decimal, '"." or ","');
  if (thousands !== undefined && !/^[.,'’ \u00a0\u202f]$/.test(thousands))
    throw wrong("thousands", thousands, '",", ".", " " or "\'"');
  if (decimal !== undefined && decimal === thousands)
    throw wrong("thousands", thousands, "another sign than --decimal");
  if (header !== undefined && header !== "yes" && header !== "no") throw wrong("header", header, '"yes" or "no"');
}

/** The byte of a delimiter as the user names it; 0 for runs of blanks; undefined where it is none. */
export function delimiterByte(name: string): number | undefined {
  if (name === "tab" || name === "\\t") return 9;
  if (name === "blanks" || name === " ") return 0;
  if (!/^[\t!-/:-@[-`{-~]$/.test(name) || name === '"') return undefined;
  return name.charCodeAt(0);
}
