// Encoders of words by an embedding service with OpenAI's interface: `http:URL`.
import { UserError } from "../../errors.js";
import type { EncoderDefinition, WordEncoder } from "../encoder.js";
import { identityOf } from "../identity.js";
import { embed, type Service, shown } from "./service.js";

/** Texts of one request, by default and at most. */
const [usualBatch, mostBatch] = [64, 2048];
const usualSeconds = 60;

/** What may stand behind the address; everything else is part of it. */
const options = ["model", "dimensions", "key", "batch", "timeout"] as const;

export const httpEncoders: EncoderDefinition = {
  scheme: "http",
  form: "URL?model=NAME",
  about: "texts to an embedding service (POST …/v1/embeddings); key=NAME names the environment variable with its key",
  isOutside: true,
  async open(rest) {
    const spec = `http:${rest}`;
    const { service, batch } = parse(spec, rest);
    // The length of rows is known from one, and that the service can be used at all.
    const [probe] = await embed(service, ["a"]);
    const dimensions = probe!.length;
    const { url, model } = service;
    return {
      spec,
      material: "words",
      dimensions,
      identity: identityOf("http", url.href, model, String(dimensions)),
      isCostly: true,
      isSparse: false,
      captions: "mean",
      async encode(texts, signal) {
        const rows = new Float32Array(texts.length * dimensions);
        for (let from = 0; from < texts.length; from += batch) {
          const found = await embed(service, texts.slice(from, from + batch), { signal, expected: dimensions });
          for (const [i, row] of found.entries()) rows.set(row, (from + i) * dimensions);
        }
        return rows;
      },
      release: async () => {},
    } satisfies WordEncoder;
  },
};

/** @throws UserError where the address or an option is invalid, or the key's variable is not set. */
function parse(spec: string, rest: string): { service: Service; batch: number } {
  // `http:https://host/…`, and `http://host/…` as it stands
  const address = rest.startsWith("//") ? spec : rest;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new UserError(`encoder "http:…": expected an address such as http:https://host/v1/embeddings?model=NAME`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new UserError(`encoder "http:…": expected an address of http or https, got ${url.protocol}`);
  }
  if (url.username || url.password) {
    throw new UserError(
      `${shown(url)}: an address is written down with the index, and has a password in it: name an environment variable with &key=NAME`,
    );
  }
  const given = new Map(options.map((name) => [name, url.searchParams.get(name) ?? undefined]));
  for (const name of options) url.searchParams.delete(name);
  url.hash = "";
  if (url.pathname === "/" || url.pathname.endsWith("/v1"))
    url.pathname = `${url.pathname.replace(/(?:\/v1)?\/?$/, "")}/v1/embeddings`;
  const model = given.get("model");
  if (!model) throw new UserError(`${shown(url)}: which model? Add ?model=NAME`);
  const number = (name: "dimensions" | "batch" | "timeout", most: number) => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new UserError(`${shown(url)}: ${name}=${text}: expected a whole number from 1 to ${most}`);
  };
  const variable = given.get("key");
  const key = variable === undefined ? undefined : process.env[variable];
  if (variable !== undefined && !key) {
    throw new UserError(
      `${shown(url)}: the environment variable that key= names is not set (it names the variable; the key itself is not written down)`,
    );
  }
  const dimensions = number("dimensions", 2 ** 16);
  const service: Service = {
    ...{ url, model, patience: (number("timeout", 3600) ?? usualSeconds) * 1000 },
    ...(dimensions !== undefined && { dimensions }),
    ...(key !== undefined && { key }),
  };
  return { service, batch: number("batch", mostBatch) ?? usualBatch };
}
