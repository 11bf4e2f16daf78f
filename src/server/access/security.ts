// What a browser may do with replies, and which hosts the server answers to.
import { BlockList, isIP } from "node:net";

/** For the page: nothing but its own files and data; pictures may be links that users put into metadata. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob: https:",
  "connect-src 'self'",
  "font-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** For a run's report, which has its script and style inside and needs nothing else; it gets no access to the server. */
export const reportPolicy = [
  "sandbox allow-scripts",
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "frame-ancestors 'self'",
].join("; ");

/** For pictures: an SVG opened by itself runs nothing and loads nothing. */
export const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** For data. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an address, as it was resolved, can be reached from this machine only. */
export function isLoopback(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 6 ? "ipv6" : "ipv4");
}

/**
 * Whether a Host header names this machine itself, or one of the names that are allowed besides. A foreign page whose name was
 * made to point here (DNS rebinding) has another.
 */
export function isOwnHost(header: string | undefined, allowed: readonly string[]): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(header ?? "")?.[1]?.toLowerCase();
  if (name === undefined) return false;
  return name === "localhost" || isLoopback(name.replace(/^\[(.*)\]$/, "$1")) || allowed.includes(name);
}
