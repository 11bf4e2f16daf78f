// Which queries take much longer than others, so that the others need not wait for them.
import type { Query } from "../stores/store.js";

/** Items read for the hits, and candidates read to be ordered anew, from which a query takes tens of milliseconds. */
const [mostHits, mostCandidates] = [200, 2000];

export function isCostly({ k, rerank }: Pick<Query, "k" | "rerank">): boolean {
  return k > mostHits || rerank > mostCandidates;
}
