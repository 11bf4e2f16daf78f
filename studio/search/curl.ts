// A search as a command for a shell: the same request that the page sends.
import type { SearchBody } from "../client.js";

/** Bytes of one argument that systems take for sure; longer bodies, such as pictures, go in as a document. */
const longest = 100_000;

/** @param isTokenWanted the command then takes the token from the environment, as `vantage serve` does. */
export function curlCommand(address: string, body: SearchBody, isTokenWanted: boolean): string {
  const json = JSON.stringify(body);
  const start = [
    `curl -sS ${quoted(address)}`,
    "-H 'content-type: application/json'",
    ...(isTokenWanted ? ['-H "authorization: Bearer $VANTAGE_TOKEN"'] : []),
  ].join(" ");
  // JSON has no line breaks of its own, so no line of it ends the document.
  if (json.length > longest) return `${start} --data-binary @- <<'VANTAGE'\n${json}\nVANTAGE`;
  return `${start} -d ${quoted(json)}`;
}

/** One word of the shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
