// Which pairs are held out to compare candidates on: none of them, and nothing with the same words or the same picture, trains.
import { Random } from "../core/kernels/random.js";
import { UserError } from "../errors.js";

/** Rows that train, and rows that are measured. */
export interface HeldOut {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** At least this many pairs are needed: fewer say nothing. */
export const FEWEST = 20;
/** More held-out pairs than this make the measure no more certain. */
const MOST = 1000;

/**
 * A tenth of the pairs, 1000 at most, drawn at random. Pairs that share a key (the same caption, the same bytes) are one group:
 * one of a held-out group is measured, the others of it are left out, so that no answer was seen in training and none is
 * right twice.
 * @param rows the pairs.
 * @param keys for each pair what makes it the same as another one.
 * @throws UserError where there are fewer than 20 groups.
 */
export function holdOut(rows: Int32Array, keys: readonly (readonly string[])[], seed: number): HeldOut {
  const groups = groupsOf(keys);
  const members = new Map<number, number[]>();
  groups.forEach((group, i) => {
    const list = members.get(group);
    if (list) list.push(i);
    else members.set(group, [i]);
  });
  const all = [...members.values()];
  if (all.length < FEWEST) {
    throw new UserError(`${all.length} different pairs of picture and words: expected ${FEWEST} or more to learn from`);
  }
  const count = Math.min(MOST, Math.max(FEWEST / 2, Math.floor(all.length / 10)));
  const isHeld = new Uint8Array(all.length);
  for (const g of new Random(seed, "held-out").choice(all.length, count)) isHeld[g] = 1;
  const train = all.flatMap((group, g) => (isHeld[g] ? [] : group.map((i) => rows[i]!)));
  const test = all.flatMap((group, g) => (isHeld[g] ? [rows[group[0]!]!] : []));
  return { train: Int32Array.from(train).sort(), test: Int32Array.from(test).sort() };
}

/** A number for each entry, the same where keys are shared, also through others. */
function groupsOf(keys: readonly (readonly string[])[]): number[] {
  const parent = keys.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  const first = new Map<string, number>();
  keys.forEach((own, i) => {
    for (const key of own) {
      const known = first.get(key);
      if (known === undefined) first.set(key, i);
      else parent[root(i)] = root(known);
    }
  });
  return keys.map((_, i) => root(i));
}
