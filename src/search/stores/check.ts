// Items and queries checked before a store takes them.
import { UserError } from "../../errors.js";
import { checkItemRules } from "./item-rules.js";
import type { Item, Query, Space } from "./store.js";

/** @throws UserError where bits are no positive multiple of 8, or dimensions no whole number from 0. */
export function checkSpace({ bits, dimensions }: Space): void {
  if (!Number.isInteger(bits) || bits < 8 || bits % 8 !== 0) {
    throw new UserError(`codes of ${bits} bits: expected a positive multiple of 8`);
  }
  if (!Number.isInteger(dimensions) || dimensions < 0) {
    throw new UserError(`vectors of ${dimensions} values: expected a whole number from 0`);
  }
}

/** @throws UserError that names the item, where its id, view or metadata break the rules or its code or vector has another length. */
export function checkItem({ id, view, code, vector, metadata }: Item, { bits, dimensions }: Space): void {
  if (id === "" || view === "") throw new UserError(`item "${id}" of view "${view}": neither may be empty`);
  checkItemRules({ id, metadata });
  checkLengths(`item "${id}"`, code, vector, { bits, dimensions });
  if (dimensions > 0 && vector === undefined) throw new UserError(`item "${id}": no vector of ${dimensions} values`);
}

/** @throws UserError where a length is another than the space's, k is no whole number from 1, or rerank is below k. */
export function checkQuery({ code, vector, k, rerank }: Query, space: Space): void {
  checkLengths("the query", code, vector, space);
  if (!Number.isInteger(k) || k < 1) throw new UserError(`k: expected a whole number from 1, got ${k}`);
  if (!Number.isInteger(rerank) || rerank < 0 || (rerank > 0 && rerank < k)) {
    throw new UserError(`rerank: expected 0 or a whole number from k (${k}), got ${rerank}`);
  }
}

function checkLengths(what: string, code: Uint8Array, vector: Float32Array | undefined, space: Space): void {
  if (code.length * 8 !== space.bits) {
    throw new UserError(`${what}: a code of ${code.length * 8} bits, expected ${space.bits}`);
  }
  if (vector === undefined) return;
  if (vector.length !== space.dimensions) {
    throw new UserError(`${what}: a vector of ${vector.length} values, expected ${space.dimensions}`);
  }
  const odd = vector.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new UserError(`${what}: value ${odd} of its vector is ${vector[odd]}, expected a finite number`);
}
