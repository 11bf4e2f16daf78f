// Python's notation of plain values, as the header of a .npy file has it: dictionaries, lists, tuples, strings, integers.

export type PythonLiteral = string | number | boolean | null | PythonLiteral[] | Map<string, PythonLiteral>;

const deepest = 40;
const wholeString = /^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")$/;

/** The value that this text denotes, or undefined where it is no plain value. Tuples are lists; keys must be strings. */
export function parsePython(text: string): PythonLiteral | undefined {
  // A string may lack its end: looking for one from each of its characters would take time by the square of its length.
  const tokens = text.match(/'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|-?\d+L?|True|False|None|[[\](){}:,]|\S/g) ?? [];
  let at = 0;
  const fail = Symbol("fail");
  const value = (depth: number): PythonLiteral => {
    const token = tokens[at++];
    if (token === undefined || depth > deepest) throw fail;
    if (token === "[" || token === "(") return list(token === "[" ? "]" : ")", depth);
    if (token === "{") return dictionary(depth);
    if (/^['"]/.test(token)) {
      if (!wholeString.test(token)) throw fail;
      return token.slice(1, -1).replace(/\\(.)/g, "$1");
    }
    if (/^-?\d/.test(token)) return Number(token.replace("L", ""));
    if (token === "True" || token === "False") return token === "True";
    if (token === "None") return null;
    throw fail;
  };
  const list = (end: string, depth: number): PythonLiteral[] => {
    const items: PythonLiteral[] = [];
    while (tokens[at] !== end) {
      items.push(value(depth + 1));
      if (tokens[at] === ",") at++;
      else if (tokens[at] !== end) throw fail;
    }
    at++;
    return items;
  };
  const dictionary = (depth: number): Map<string, PythonLiteral> => {
    const entries = new Map<string, PythonLiteral>();
    while (tokens[at] !== "}") {
      const key = value(depth + 1);
      if (typeof key !== "string" || tokens[at++] !== ":") throw fail;
      entries.set(key, value(depth + 1));
      if (tokens[at] === ",") at++;
      else if (tokens[at] !== "}") throw fail;
    }
    at++;
    return entries;
  };
  try {
    const parsed = value(0);
    return at === tokens.length ? parsed : undefined;
  } catch (error) {
    if (error === fail) return undefined;
    throw error;
  }
}
