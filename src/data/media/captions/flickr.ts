// The text files of Flickr8k and Flickr30k: results.csv (image| number| comment), the token files (image#number, tab, caption),
// and captions.txt (image,caption) where captions have commas that are not quoted.
import { UserError } from "../../../errors.js";
import { few } from "../../layout/account.js";
import { pictureEndings } from "../picture-kinds.js";
import type { CaptionTable } from "./table.js";

interface Form {
  readonly name: string;
  readonly hasHeader: boolean;
  /** Whether the lines from the first on are of this form. */
  fits(lines: readonly string[]): boolean;
  /** The name and the caption of a line; undefined where it has another form. */
  read(line: string): [string, string] | undefined;
  /** How a line looks that lacks something and can be read all the same. */
  readonly defect?: RegExp;
}

const pictures = [...pictureEndings].join("|").replaceAll(".", "");
const token = new RegExp(`^([^\\t]+\\.(?:${pictures}))#\\d+\\t(.*)$`, "i");

const forms: readonly Form[] = [
  {
    name: "Flickr30k's results.csv (image| number| comment)",
    hasHeader: true,
    fits: ([first = ""]) => /^\s*image(?:_name)?\s*\|\s*comment_number\s*\|\s*comment\s*$/i.test(first),
    read: (line) => part(/^([^|]*)\|\s*\d+\s*\|(.*)$/.exec(line)),
    // The published file has one line without the second bar: "2199200615.jpg| 4   A dog runs".
    defect: /^([^|]*)\|\s*\d+\s+([^|]*)$/,
  },
  {
    name: "a Flickr8k token file (image#number, tab, caption)",
    hasHeader: false,
    fits: ([first = ""]) => token.test(first),
    read: (line) => part(token.exec(line)),
  },
  {
    name: "lines of image,caption in which captions have commas",
    hasHeader: true,
    fits: ([first = "", ...lines]) =>
      /^\s*image(?:_name)?\s*,\s*caption\s*$/i.test(first) && lines.some((line) => /^[^,]*,\s*[^",][^",]*,/.test(line)),
    read: (line) => part(/^([^,]*),(.*)$/.exec(line)),
  },
];

function part(found: RegExpExecArray | null): [string, string] | undefined {
  if (!found) return undefined;
  const caption = found[2]!.trim();
  const quoted = /^"((?:[^"]|"")*)"$/.exec(caption);
  return [found[1]!.trim(), quoted ? quoted[1]!.replaceAll('""', '"') : caption];
}

/** Whether a file may be one of these, by its first line. */
export function isFlickr(line: string): boolean {
  return (
    token.test(line.trimEnd()) ||
    /^\s*image(?:_name)?\s*(?:,\s*caption|\|\s*comment_number\s*\|\s*comment)\s*$/i.test(line)
  );
}

/** Reads such a file; undefined where it is none. @throws UserError where a line is of another form. */
export function readFlickr(lines: readonly string[], path: string): CaptionTable | undefined {
  const form = forms.find((each) => each.fits(lines));
  if (!form) return undefined;
  const [images, captions]: [string[], (string | undefined)[]] = [[], []];
  const defective: number[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "" || (i === 0 && form.hasHeader)) continue;
    const whole = form.read(line);
    const read = whole ?? part(form.defect?.exec(line) ?? null);
    if (!whole) defective.push(i + 1);
    if (!read) throw new UserError(`${path}: line ${i + 1} is no line of ${form.name}`);
    images.push(read[0]);
    captions.push(read[1] === "" ? undefined : read[1]);
  }
  const notes = [`${path} is read as ${form.name}`];
  if (defective.length > 0)
    notes.push(`${path}: line ${few(defective.map(String))} lacks the bar between number and comment`);
  const columns = new Map([
    ["image", images],
    ["caption", captions],
  ]);
  return { path, rows: images.length, columns, unread: new Map(), notes };
}
