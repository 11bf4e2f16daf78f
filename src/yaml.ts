// YAML files that users write and programs left: read in time that grows with their length, whatever is in them.
import { Composer, Document, isScalar, LineCounter, Parser, Scalar, visit } from "yaml";
import { UserError } from "./errors.js";
import { readRegular } from "./inside.js";
import { escapeHidden, isVisible } from "./visible.js";

/** A longer file is not read: some 100,000 lines, and seconds. */
const mostBytes = 2 ** 22;

interface Options {
  /** Reads the keys `<<` of YAML 1.1. */
  readonly merge?: boolean;
  /** The path is the user's own word, and may be a link; inside a run or index folder it may not. */
  readonly follow?: boolean;
  /** Bytes that the file may have. */
  readonly most?: number;
}

/** The content of a YAML file. @throws UserError where it cannot be read, is too long or is not YAML. */
export function readYaml(path: string, { merge = false, follow = true, most = mostBytes }: Options = {}): unknown {
  const text = readRegular(path, most, { follow }).toString("utf8");
  const lines = new LineCounter();
  try {
    const document = compose(text, lines, merge);
    if (document === undefined) return null;
    refuseDoubleKeys(document);
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const { message, at } = error as Error & { at?: number };
    const reason = /call stack/.test(message) ? "it is nested too deeply" : message.split("\n")[0]!;
    throw new UserError(`${path} is not YAML: ${reason}${at === undefined ? "" : place(lines, at)}`);
  }
}

/** A value as YAML in which every character is seen: those that a terminal would act upon are written as \u. */
export function writeYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === "string" && !isVisible(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ doubleQuotedAsJSON: true }).split("\n").map(escapeHidden).join("\n");
}

class YamlError extends Error {
  /** Takes what is wrong and at which character of the text. */
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

type Place = number | readonly [number, number] | { readonly offset: number };

function startOf(place: Place): number {
  if (typeof place === "number") return place;
  return "offset" in place ? place.offset : place[0];
}

/**
 * The document of a text. `parse` of the package collects every error and compares every key with every other: 100 kB of either
 * keep it busy for minutes. Here the first error ends it, and keys are compared afterwards.
 */
function compose(text: string, lines: LineCounter, merge: boolean): Document | undefined {
  const composer = new Composer({ merge, uniqueKeys: false, logLevel: "error" });
  const onError = (source: Place, _: string, message: string, isWarning?: boolean) => {
    if (!isWarning) throw new YamlError(message, startOf(source));
  };
  Object.defineProperty(composer, "onError", { value: onError });
  const parser = new Parser(lines.addNewLine);
  let first: Document | undefined;
  for (const document of composer.compose(parser.parse(text), true, text.length)) {
    if (first !== undefined) throw new YamlError("it holds several documents", document.range[0]);
    first = document as Document;
  }
  return first;
}

function refuseDoubleKeys(document: Document): void {
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === "<<") continue;
        if (keys.has(key.value)) throw new YamlError("Map keys must be unique", key.range?.[0] ?? 0);
        keys.add(key.value);
      }
    },
  });
}

function place(lines: LineCounter, at: number): string {
  const { line, col } = lines.linePos(at);
  return ` at line ${line}, column ${col}`;
}
