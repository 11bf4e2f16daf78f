// The token that requests must bring, and a brake on those who guess it.
import { createHash, timingSafeEqual } from "node:crypto";
import { isIPv6 } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { UserError } from "../../errors.js";

const [shortest, longest] = [8, 1024];

/** @throws UserError for a token that no client can send, or that is soon guessed. */
export function checkToken(token: string): void {
  if (!/^[\x21-\x7e]*$/.test(token)) {
    throw new UserError("the token: expected printable ASCII without spaces, which is what a header can hold");
  }
  if (token.length < shortest || token.length > longest) {
    throw new UserError(
      `the token has ${token.length} characters, expected ${shortest} to ${longest} (openssl rand -hex 16 makes one)`,
    );
  }
}

/** Wrong tokens from an address that are answered at once. */
const free = 10;
/** Milliseconds after which an address's wrong tokens are forgotten. */
const memory = 60_000;
/** The longest that an answer to a wrong token is held back. */
const longestDelay = 4000;
/** Answers held back at once, and addresses remembered. */
const [mostHeld, mostAddresses] = [256, 4096];

interface Guesses {
  count: number;
  last: number;
}

/**
 * Wants `Authorization: Bearer TOKEN` of every request of this scope: 401 without it. Whoever goes on with wrong ones is answered
 * 429, later and later. The right token is taken at any time, so that nobody can lock its owner out.
 */
export function wantToken(server: FastifyInstance, token: string): void {
  const right = digest(token);
  const guesses = new Map<string, Guesses>();
  let held = 0;
  server.addHook("onRequest", async (request, reply) => {
    const { authorization } = request.headers;
    const given = /^bearer +(.*)$/i.exec(authorization ?? "")?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), right)) return;
    reply.header("www-authenticate", "Bearer");
    if (given === undefined) {
      const error = authorization === undefined ? "a token is needed" : "expected Bearer and a token";
      return reply.status(401).send({ error: `${error} in the header Authorization` });
    }
    const count = guess(guesses, addressOf(request.ip));
    if (count <= free) return reply.status(401).send({ error: "the token is wrong" });
    const delay = Math.min(longestDelay, 50 * 2 ** (count - free));
    if (held < mostHeld) {
      held++;
      await sleep(delay, undefined, { ref: false });
      held--;
    }
    return reply
      .status(429)
      .header("retry-after", Math.ceil(delay / 1000))
      .send({ error: "too many wrong tokens: wait" });
  });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Wrong tokens of this address in the last minute. */
function guess(guesses: Map<string, Guesses>, address: string): number {
  const now = performance.now();
  const known = guesses.get(address);
  const count = known !== undefined && now - known.last < memory ? known.count + 1 : 1;
  // Set anew, so that the one that was quiet for the longest time stands first.
  guesses.delete(address);
  guesses.set(address, { count, last: now });
  if (guesses.size > mostAddresses) guesses.delete(guesses.keys().next().value!);
  return count;
}

/** One asker: an address of version 4, or the 64 bits of one of version 6 that a network has. */
export function addressOf(ip: string): string {
  if (!isIPv6(ip) || ip.startsWith("::ffff:")) return ip.replace("::ffff:", "");
  const [head = "", tail] = ip.split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").filter((group) => group !== "").length;
  return [...groups, ...Array<string>(missing).fill("0"), ...(tail ?? "").split(":")].slice(0, 4).join(":");
}
