// What a browser may do with replies, and which hosts the server answers to.
import { isIP } from "node:net";

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

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/**
 * Whether a Host header names this machine itself. A page of a stranger whose name was made to point here (DNS rebinding)
 * has another.
 */
export function isLocalHost(header: string | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(header ?? "")?.[1];
  return name !== undefined && isLoopback(name.replace(/^\[(.*)\]$/, "$1").toLowerCase());
}
