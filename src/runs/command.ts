// The command that a run folder remembers: what repeats the run, and nothing else, so that no token or password is kept.

/** Flags that are kept, and whether a value follows. Whatever is not here is left out, with its value. */
const kept: ReadonlyMap<string, boolean> = new Map([
  ...["data", "views", "labels", "ids", "splits", "ignore", "samples", "layout"].map(valued),
  ...["delimiter", "decimal", "thousands", "header", "encoding", "missing"].map(valued),
  ...["captions", "file-column", "text-column", "text-as", "label-column", "split-column", "id-column"].map(valued),
  ...["picture-base", "label-level", "image-encoder", "text-encoder"].map(valued),
  ...["task", "epochs", "batch", "seed", "seeds", "set", "config", "preset", "bits", "queries", "reuse"].map(valued),
  ...["out", "index", "view", "device", "threads", "method-file", "log", "impute"].map(valued),
  ["--pretrain-only", false],
  ["--json", false],
  ["--drop-incomplete", false],
]);

function valued(name: string): [flag: string, hasValue: boolean] {
  return [`--${name}`, true];
}

/** Whether a run folder remembers a flag, such as "--seed". */
export function isKept(flag: string): boolean {
  return kept.has(flag);
}

/**
 * The words of a command without the flags that do not repeat a run, and without passwords in URLs.
 *
 * @example keptWords(["vantage", "demo", "--token", "secret", "--out", "run"]) // ["vantage", "demo", "--out", "run"]
 */
export function keptWords(words: readonly string[]): string[] {
  const result: string[] = [];
  let isLeftOut = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const [flag] = word.split("=", 1);
    const hasValue = kept.get(flag!);
    if (word.startsWith("-")) isLeftOut = hasValue === undefined;
    // What follows an unknown flag may be its value.
    if (isLeftOut) continue;
    result.push(word);
    if (hasValue && flag === word && i + 1 < words.length) result.push(words[++i]!);
  }
  return result.map(withoutPassword);
}

/** A text with the passwords of the URLs in it replaced by ***. */
export function withoutPassword(text: string): string {
  return text.replaceAll(/(\b[a-z][a-z\d+.-]*:\/\/[^\s/?#:@]*):[^\s/?#]*@/gi, "$1:***@");
}

/** A word as a POSIX shell reads it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
