// What an id and the metadata of an item may be: one rule for the command line, the library and HTTP, on every store.
import { z } from "zod";
import { UserError } from "../../errors.js";

/** Longest id, in UTF-16 units. */
export const longestId = 512;
const mostBytes = 64 * 1024;
const mostLevels = 16;

/**
 * Why a text cannot be the id of an item; undefined where it can. Ids stand in addresses (`/items/{id}`), where "." and ".."
 * mean a folder, and in lists of one line each.
 */
export function idFault(id: string): string | undefined {
  if (id === "") return "it is empty";
  if (id.length > longestId) return `it has ${id.length} characters, expected at most ${longestId}`;
  if (/\p{Cc}/u.test(id)) return "it has a control character (a tab, a line break, …)";
  if (/\p{Cs}/u.test(id)) return "it has half a surrogate pair, which is not valid text";
  if (id === "." || id === "..") return `"${id}" means a folder in an address`;
  return undefined;
}

/**
 * Why a value cannot be the metadata of an item; undefined where it can: an object of JSON's values, at most 64 KiB and 16 deep,
 * whose texts every store can keep.
 */
export function metadataFault(metadata: unknown): string | undefined {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return "it is no object";
  let bytes = 0;
  const waiting: { value: unknown; level: number; place: string }[] = [{ value: metadata, level: 0, place: "" }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, level, place } = next;
    if (level > mostLevels) return `it is nested more than ${mostLevels} deep`;
    if (bytes > mostBytes) break;
    bytes += 2;
    if (typeof value === "string") {
      if (!isText(value)) return `${place} has a NUL character or half a surrogate pair`;
      bytes += Buffer.byteLength(value);
    } else if (typeof value === "number") {
      if (!Number.isFinite(value)) return `${place} is ${value} (or too large for a number), which JSON cannot hold`;
      bytes += 8;
    } else if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") {
      return `${place} is a ${typeof value}, which JSON cannot hold`;
    } else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (!isText(key)) return `a key of ${place || "it"} has a NUL character or half a surrogate pair`;
        const own = place === "" ? key.slice(0, 40) : `${place}.${key.slice(0, 40)}`;
        if (isForbiddenKey(key, inner)) {
          return `the key ${own} is not allowed: JavaScript takes it for more than a name`;
        }
        bytes += Buffer.byteLength(key);
        waiting.push({ value: inner, level: level + 1, place: own });
      }
    }
  }
  return bytes > mostBytes ? `it has more than ${mostBytes / 1024} KiB` : undefined;
}

function isText(text: string): boolean {
  return !/[\0\p{Cs}]/u.test(text);
}

/** Whether a key would reach into the prototypes of objects. */
export function isForbiddenKey(key: string, value: unknown): boolean {
  if (key === "__proto__") return true;
  return key === "constructor" && typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
}

/** @throws UserError that names the item where its id or metadata break the rules. */
export function checkItemRules({ id, metadata }: { readonly id: string; readonly metadata?: unknown }): void {
  const fault = idFault(id);
  if (fault !== undefined) throw new UserError(`id ${JSON.stringify(shortened(id))}: ${fault}`);
  const wrong = metadata === undefined ? undefined : metadataFault(metadata);
  if (wrong !== undefined) throw new UserError(`item "${shortened(id)}": its metadata cannot be kept: ${wrong}`);
}

function shortened(id: string): string {
  return id.length > 60 ? `${id.slice(0, 59)}…` : id;
}

/** The id of an item that is stored, as a request gives it. */
export const itemId = z.string().superRefine((id, context) => {
  const fault = idFault(id);
  if (fault !== undefined) context.addIssue({ code: "custom", message: `this id cannot be used: ${fault}` });
});

/** The metadata of an item that is stored, as a request gives them. */
export const itemMetadata = z.record(z.string(), z.unknown()).superRefine((metadata, context) => {
  const fault = metadataFault(metadata);
  if (fault !== undefined) context.addIssue({ code: "custom", message: `the metadata cannot be kept: ${fault}` });
});

/**
 * A number in a JSON text that would not come out as it went in, such as 12345678901234567890 (rounded) or 1e400 (infinite);
 * undefined where there is none. To be asked before the text is parsed, which changes such numbers silently.
 */
export function alteredNumber(json: string): string | undefined {
  // most texts have none that could be: strings are only distinguished where one might
  if (!/\d{16}|[eE]\+?\d{3}/.test(json)) return undefined;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    if (token.startsWith('"')) continue;
    const value = Number(token);
    if (!Number.isFinite(value)) return token;
    if (/^-?\d{16,}$/.test(token) && String(value) !== token && BigInt(value) !== BigInt(token)) return token;
  }
  return undefined;
}
