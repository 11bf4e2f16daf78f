// Ranking by real-valued scores: a stable radix sort, greatest first, ties in their given order.

export interface ScoreRanking {
  /** Items from the greatest score to the least; of equal scores the first item first. */
  readonly order: Uint32Array;
  /** How many items rank up to the end of each group of equal scores; the first `groups` entries count. */
  readonly groupEnds: Int32Array;
  readonly groups: number;
}

const digitBits = 11;
const buckets = 1 << digitBits;

/** A function that ranks arrays of `items` scores; what it returns is valid until its next call. */
export function scoreRanker(items: number): (scores: Float32Array) => ScoreRanking {
  const bits = new Uint32Array(items);
  const asFloats = new Float32Array(bits.buffer);
  const keys = [new Uint32Array(items), new Uint32Array(items)] as const;
  const orders = [new Uint32Array(items), new Uint32Array(items)] as const;
  const starts = [0, 1, 2].map(() => new Int32Array(buckets));
  const groupEnds = new Int32Array(items);
  return (scores) => {
    asFloats.set(scores);
    toKeys(bits, keys[0], orders[0], starts);
    scatter(keys[0], orders[0], keys[1], orders[1], starts[0]!, 0);
    scatter(keys[1], orders[1], keys[0], orders[0], starts[1]!, digitBits);
    scatter(keys[0], orders[0], keys[1], orders[1], starts[2]!, 2 * digitBits);
    return { order: orders[1], groupEnds, groups: endGroups(keys[1], groupEnds) };
  };
}

/** Turns floats' bits into whole numbers in the opposite order, and finds where each digit of them starts after sorting. */
function toKeys(bits: Uint32Array, keys: Uint32Array, order: Uint32Array, starts: readonly Int32Array[]): void {
  const [low, middle, high] = starts as [Int32Array, Int32Array, Int32Array];
  for (const counts of starts) counts.fill(0);
  for (let i = 0; i < bits.length; i++) {
    // −0 has other bits than 0 but is the same score
    const word = bits[i] === 0x80000000 ? 0 : bits[i]!;
    // bits of floats ascend with the value, those of negative ones descend
    const key = (word & 0x80000000 ? word : ~(word | 0x80000000)) >>> 0;
    keys[i] = key;
    order[i] = i;
    low[key & (buckets - 1)]!++;
    middle[(key >>> digitBits) & (buckets - 1)]!++;
    high[key >>> (2 * digitBits)]!++;
  }
  for (const counts of starts) {
    for (let b = 0, start = 0; b < buckets; b++) {
      const size = counts[b]!;
      counts[b] = start;
      start += size;
    }
  }
}

/** One pass of the radix sort: moves keys, and the order with them, to where their digit at `shift` belongs. */
function scatter(
  keys: Uint32Array,
  order: Uint32Array,
  sortedKeys: Uint32Array,
  sortedOrder: Uint32Array,
  starts: Int32Array,
  shift: number,
): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const place = starts[(key >>> shift) & (buckets - 1)]!++;
    sortedKeys[place] = key;
    sortedOrder[place] = order[i]!;
  }
}

function endGroups(sortedKeys: Uint32Array, groupEnds: Int32Array): number {
  const items = sortedKeys.length;
  let groups = 0;
  for (let i = 1; i <= items; i++) if (i === items || sortedKeys[i] !== sortedKeys[i - 1]) groupEnds[groups++] = i;
  return groups;
}
