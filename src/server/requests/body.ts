// A request's body: bytes to what the route takes, or one line that says what is wrong with them.
import type { z } from "zod";
import { UserError } from "../../errors.js";
import { alteredNumber, isForbiddenKey } from "../../search/stores/item-rules.js";
import { addRequest, deleteRequest, searchRequest } from "../api.js";

/** What the routes take, by the name that they give in their configuration. */
export const bodySchemas = { search: searchRequest, add: addRequest, delete: deleteRequest } as const;
export type BodyKind = keyof typeof bodySchemas;

/** Levels, values and keys of a body; each takes some hundred bytes of memory once it is parsed. */
const most = { levels: 64, values: 2_100_000, keys: 250_000 };

/** @throws UserError for what is no JSON in UTF-8, is too much, would lose a number, or is not what the route takes. */
export function readBody(bytes: Uint8Array, kind: BodyKind): unknown {
  checkShape(bytes);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError("the body is not UTF-8");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`the body is not JSON: ${(error as Error).message}`);
  }
  const key = forbiddenKey(text, value);
  if (key !== undefined) throw new UserError(`${key}: this key is not allowed`);
  const found = bodySchemas[kind].safeParse(value);
  if (!found.success) throw new UserError(firstIssue("body", found.error));
  const lost = kind === "add" && alteredNumber(text) !== undefined ? alteredMetadata(text) : undefined;
  if (lost !== undefined) {
    throw new UserError(
      `${lost.place}: ${lost.number} cannot be kept as a number: give it as text, in quotation marks`,
    );
  }
  return found.data;
}

export function firstIssue(part: string, { issues }: z.ZodError): string {
  return `${[part, ...issues[0]!.path].join(".")}: ${issues[0]!.message}`;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Counted before anything is made of the bytes: parsing takes time and memory by what is in them, not by their length. */
function checkShape(bytes: Uint8Array): void {
  let [level, values, keys, isText] = [0, 0, 0, false];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (isText) {
      if (byte === backslash) i++;
      else if (byte === quote) isText = false;
    } else if (byte === quote) isText = true;
    else if (byte === comma) values++;
    else if (byte === colon) keys++;
    else if (byte === openList || byte === openObject) {
      if (++level > most.levels) throw new UserError(`the body is nested deeper than ${most.levels} levels`);
    } else if (byte === closeList || byte === closeObject) level--;
  }
  if (values > most.values) throw new UserError(`the body has more than ${most.values} values`);
  if (keys > most.keys) throw new UserError(`the body has more than ${most.keys} keys`);
}

/** Where a key would reach into the prototypes of objects. */
function forbiddenKey(text: string, body: unknown): string | undefined {
  if (!/proto|\\u/.test(text)) return undefined;
  const waiting: { value: unknown; place: string }[] = [{ value: body, place: "body" }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, place } = next;
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (isForbiddenKey(key, inner)) return `${place}.${key}`;
      if (typeof inner === "object") waiting.push({ value: inner, place: `${place}.${key}` });
    }
  }
  return undefined;
}

/** The first number within metadata that would come out of them as another one; features become float32 in any case. */
function alteredMetadata(text: string): { place: string; number: string } | undefined {
  const path: (string | number)[] = [];
  let key: string | undefined;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*/g)) {
    if (token === "{") path.push("");
    else if (token === "[") path.push(0);
    else if (token === "}" || token === "]") path.pop();
    else if (token === ",") {
      const last = path.at(-1);
      if (typeof last === "number") path[path.length - 1] = last + 1;
    } else if (token === ":") path[path.length - 1] = key!;
    else if (token.startsWith('"')) key = JSON.parse(token);
    else if (path[2] === "metadata" && alteredNumber(token) !== undefined) {
      return { place: ["body", ...path].join("."), number: token };
    }
  }
  return undefined;
}
