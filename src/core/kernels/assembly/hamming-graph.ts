// A navigable small-world graph (HNSW) over packed codes: search, and insertion in rounds whose result does not depend on
// the number of threads.
// Y. A. Malkov, D. A. Yashunin: Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
// World graphs. IEEE TPAMI 42(4), 2020.
import { count, pointer } from "./arguments";
import { distance } from "./hamming";

/** Nodes per chunk, as a power of two; so units of upper links. */
export const GRAPH_NODE_SHIFT: u32 = 14;
export const GRAPH_UPPER_SHIFT: u32 = 12;
/** Parts of the nodes that get links back independently of each other. */
export const GRAPH_PARTS: u32 = 16;

const NODE_MASK: u32 = (1 << GRAPH_NODE_SHIFT) - 1;
const UPPER_MASK: u32 = (1 << GRAPH_UPPER_SHIFT) - 1;
const NONE: u32 = 0xffffffff;

// Arguments that all kernels share: addresses of node chunks, addresses of chunks of upper links, bytes of a code, links M (2M on
// the lowest level), entry node, its level, scratch, scratch bytes per thread, width of the beam, bytes of a thread's nodes seen.
// A node: 2M links; number of its first unit of upper links times 16 plus its level; the next row of the same code; the code
// (padded to 8 bytes). A unit: M links of one level. A row whose code is there already hangs on its node's chain of rows of the
// same code and has no links; its first link is NONE, its second that node.
// A thread's scratch: stamp (u32, padded), a byte per node (the stamp of the last search that saw it), beam (width + 1 u64),
// 2M + 1 fresh nodes (u64), 2M + 1 chosen (u64).

// @ts-ignore: decorator
@inline
function nodeAt(args: usize, node: u32): usize {
  const links = count(args, 3);
  const size = (links << 3) + 8 + ((count(args, 2) + 7) & ~7);
  const chunk: usize = load<u32>(pointer(args, 0) + (<usize>(node >> GRAPH_NODE_SHIFT) << 2));
  return chunk + <usize>(node & NODE_MASK) * <usize>size;
}

// @ts-ignore: decorator
@inline
function codeAt(args: usize, node: u32): usize {
  return nodeAt(args, node) + (<usize>count(args, 3) << 3) + 8;
}

/** Where the links of a node on a level begin. */
function linksAt(args: usize, node: u32, level: u32): usize {
  const at = nodeAt(args, node);
  if (level == 0) return at;
  const links: usize = count(args, 3);
  const unit = (load<u32>(at + (links << 3)) >> 4) + level - 1;
  const chunk: usize = load<u32>(pointer(args, 1) + (<usize>(unit >> GRAPH_UPPER_SHIFT) << 2));
  return chunk + <usize>(unit & UPPER_MASK) * (links << 2);
}

// @ts-ignore: decorator
@inline
function between(code: usize, other: usize, bytes: usize): u32 {
  const word0 = bytes >= 8 ? load<u64>(code) : bytes >= 4 ? <u64>load<u32>(code) : 0;
  const word1 = bytes >= 16 ? load<u64>(code, 8) : 0;
  return distance(word0, word1, code, other, bytes);
}

// A key orders by distance, then node: (distance, node, whether its links were followed).
// @ts-ignore: decorator
@inline
function keyOf(bits: u32, node: u32): u64 {
  return (<u64>bits << 33) | (<u64>node << 1);
}
// @ts-ignore: decorator
@inline
function nodeOf(key: u64): u32 {
  return <u32>(key >> 1);
}
// @ts-ignore: decorator
@inline
function bitsOf(key: u64): u32 {
  return <u32>(key >> 33);
}

// @ts-ignore: decorator
@inline
function beamOf(args: usize, scratch: usize): usize {
  return scratch + 8 + <usize>count(args, 9);
}

/** Walks down from the entry to the nearest node found on `level` + 1. */
// @ts-ignore: decorator
@inline
function descend(args: usize, code: usize, level: u32, bytes: usize): u64 {
  let node = count(args, 4);
  let least = between(code, codeAt(args, node), bytes);
  const links: usize = count(args, 3);
  for (let at = count(args, 5); at > level; at--) {
    for (let moved = true; moved; ) {
      moved = false;
      let link = linksAt(args, node, at);
      const end = link + (links << 2);
      for (; link < end; link += 4) {
        const other = load<u32>(link);
        if (other == NONE) break;
        const bits = between(code, codeAt(args, other), bytes);
        if (bits >= least) continue;
        least = bits;
        node = other;
        moved = true;
      }
    }
  }
  return keyOf(least, node);
}

/** The nearest nodes on a level, found from one node on: leaves them in the scratch's beam in order; returns how many. */
// @ts-ignore: decorator
@inline
function beamSearch(args: usize, code: usize, start: u64, level: u32, scratch: usize, bytes: usize): u32 {
  const links: usize = count(args, 3);
  const width = count(args, 8);
  const tables = pointer(args, 0);
  const size: usize = (links << 3) + 8 + ((bytes + 7) & ~7);
  const codeOffset: usize = (links << 3) + 8;
  const visited = scratch + 8;
  const beam = beamOf(args, scratch);
  const fresh = beam + (<usize>(width + 1) << 3);
  let stamp = load<u32>(scratch) + 1;
  if (stamp == 256) {
    memory.fill(visited, 0, count(args, 9));
    stamp = 1;
  }
  store<u32>(scratch, stamp);
  const word0 = bytes >= 8 ? load<u64>(code) : bytes >= 4 ? <u64>load<u32>(code) : 0;
  const word1 = bytes >= 16 ? load<u64>(code, 8) : 0;
  store<u64>(beam, start);
  store<u8>(visited + nodeOf(start), <u8>stamp);
  let found: u32 = 1;
  let next: u32 = 0;
  // No node at this distance or beyond enters the beam.
  let worst: u32 = found == width ? bitsOf(start) : NONE;
  const span = (level == 0 ? links << 1 : links) << 2;
  while (next < found) {
    const place = beam + (<usize>next << 3);
    const key = load<u64>(place);
    if ((key & 1) != 0) {
      next++;
      continue;
    }
    store<u64>(place, key | 1);
    next++;
    let link = level == 0
      ? <usize>load<u32>(tables + (<usize>(nodeOf(key) >> GRAPH_NODE_SHIFT) << 2)) + <usize>(nodeOf(key) & NODE_MASK) * size
      : linksAt(args, nodeOf(key), level);
    // First who is new, then all their distances: their codes come from memory side by side.
    let to = fresh;
    for (const end = link + span; link < end; link += 4) {
      const node = load<u32>(link);
      if (node == NONE) break;
      const seen = visited + node;
      const old = load<u8>(seen);
      store<u8>(seen, <u8>stamp);
      store<u32>(to, node);
      to += <usize>(old != <u8>stamp) << 3;
    }
    for (let from = fresh; from < to; from += 8) {
      const node = load<u32>(from);
      const chunk: usize = load<u32>(tables + (<usize>(node >> GRAPH_NODE_SHIFT) << 2));
      const other = chunk + <usize>(node & NODE_MASK) * size + codeOffset;
      store<u32>(from, distance(word0, word1, code, other, bytes), 4);
    }
    for (let from = fresh; from < to; from += 8) {
      const bits = load<u32>(from, 4);
      if (bits >= worst) continue;
      const entry = keyOf(bits, load<u32>(from));
      let hole = found < width ? found++ : width - 1;
      while (hole > 0) {
        const before = load<u64>(beam + (<usize>(hole - 1) << 3));
        if (before < entry) break;
        store<u64>(beam + (<usize>hole << 3), before);
        hole--;
      }
      store<u64>(beam + (<usize>hole << 3), entry);
      next = min(next, hole);
      if (found == width) worst = bitsOf(load<u64>(beam + (<usize>(width - 1) << 3)));
    }
  }
  return found;
}

/**
 * Chooses at most `most` of `size` sorted keys, none nearer to a chosen one than to the node they are for: links then lead in
 * all directions. Returns how many; they are left at `chosen`.
 */
// @ts-ignore: decorator
@inline
function choose(args: usize, keys: usize, size: u32, most: u32, chosen: usize, bytes: usize): u32 {
  let taken: u32 = 0;
  for (let i: u32 = 0; i < size && taken < most; i++) {
    const key = load<u64>(keys + (<usize>i << 3)) & ~1;
    const code = codeAt(args, nodeOf(key));
    const bits = bitsOf(key);
    let good = true;
    for (let j: u32 = 0; j < taken && good; j++) {
      good = between(code, codeAt(args, nodeOf(load<u64>(chosen + (<usize>j << 3)))), bytes) >= bits;
    }
    if (!good) continue;
    store<u64>(chosen + (<usize>taken << 3), key);
    taken++;
  }
  return taken;
}

/**
 * nodeTable: u32[], upperTable: u32[], bytes: u32, links: u32, entry: u32, level: u32, scratch: u8[], threadBytes: u32,
 * width: u32, seenBytes: u32, first: u32; first node of the round: each unit finds the links of one new node, new nodes do not see each other
 */
export function graphInsert(begin: u32, end: u32, args: usize, thread: u32): void {
  const bytes: usize = count(args, 2);
  if (bytes == 8) insert(begin, end, args, thread, 8);
  else if (bytes == 16) insert(begin, end, args, thread, 16);
  else insert(begin, end, args, thread, bytes);
}

// @ts-ignore: decorator
@inline
function insert(begin: u32, end: u32, args: usize, thread: u32, bytes: usize): void {
  const links = count(args, 3);
  const scratch = pointer(args, 6) + <usize>thread * <usize>count(args, 7);
  const beam = beamOf(args, scratch);
  const chosen = beam + (<usize>(count(args, 8) + 1) << 3) + (<usize>((links << 1) + 1) << 3);
  for (let unit = begin; unit < end; unit++) {
    const node = count(args, 10) + unit;
    const code = codeAt(args, node);
    const own = min(count(args, 5), load<u32>(nodeAt(args, node) + (<usize>links << 3)) & 15);
    let start = descend(args, code, own, bytes);
    for (let level = <i32>own; level >= 0; level--) {
      const found = beamSearch(args, code, start, level, scratch, bytes);
      start = load<u64>(beam) & ~1;
      if (bitsOf(start) == 0) {
        for (let made: u32 = level; made <= own; made++) store<u32>(linksAt(args, node, made), NONE);
        store<u32>(linksAt(args, node, 0), NONE);
        store<u32>(linksAt(args, node, 0), nodeOf(start), 4);
        break;
      }
      const taken = choose(args, beam, found, links, chosen, bytes);
      const to = linksAt(args, node, level);
      for (let i: usize = 0; i < <usize>taken; i++) store<u32>(to + (i << 2), nodeOf(load<u64>(chosen + (i << 3))));
    }
  }
}

/**
 * nodeTable: u32[], upperTable: u32[], bytes: u32, links: u32, entry: u32, level: u32, scratch: u8[], threadBytes: u32,
 * width: u32, seenBytes: u32, first: u32, count: u32; first node of the round and their number: links back from the nodes whose number modulo
 * the parts is the unit's
 */
export function graphLink(begin: u32, end: u32, args: usize, thread: u32): void {
  const bytes: usize = count(args, 2);
  if (bytes == 8) link(begin, end, args, thread, 8);
  else if (bytes == 16) link(begin, end, args, thread, 16);
  else link(begin, end, args, thread, bytes);
}

// @ts-ignore: decorator
@inline
function link(begin: u32, end: u32, args: usize, thread: u32, bytes: usize): void {
  const links = count(args, 3);
  const scratch = pointer(args, 6) + <usize>thread * <usize>count(args, 7);
  const sorted = beamOf(args, scratch) + (<usize>(count(args, 8) + 1) << 3);
  const chosen = sorted + (<usize>((links << 1) + 1) << 3);
  const first = count(args, 10);
  const last = first + count(args, 11);
  for (let unit = begin; unit < end; unit++) {
    for (let node = first; node < last; node++) {
      const own = min(count(args, 5), load<u32>(nodeAt(args, node) + (<usize>links << 3)) & 15);
      const at = nodeAt(args, node);
      if (load<u32>(at) == NONE) {
        const like = load<u32>(at, 4);
        if (like % GRAPH_PARTS != unit) continue;
        const chain = nodeAt(args, like) + (<usize>links << 3) + 4;
        store<u32>(at + (<usize>links << 3), load<u32>(chain), 4);
        store<u32>(chain, node);
        continue;
      }
      for (let level: u32 = 0; level <= own; level++) {
        const from = linksAt(args, node, level);
        for (let i: u32 = 0; i < links; i++) {
          const other = load<u32>(from + (<usize>i << 2));
          if (other == NONE) break;
          if (other % GRAPH_PARTS == unit) linkBack(args, other, node, level, sorted, chosen, bytes);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function linkBack(
  args: usize, node: u32, target: u32, level: u32, sorted: usize, chosen: usize, bytes: usize,
): void {
  const most = level == 0 ? count(args, 3) << 1 : count(args, 3);
  const own = linksAt(args, node, level);
  let used: u32 = 0;
  while (used < most && load<u32>(own + (<usize>used << 2)) != NONE) used++;
  if (used < most) {
    store<u32>(own + (<usize>used << 2), target);
    return;
  }
  const code = codeAt(args, node);
  for (let i: u32 = 0; i <= used; i++) {
    const other = i == used ? target : load<u32>(own + (<usize>i << 2));
    const key = keyOf(between(code, codeAt(args, other), bytes), other);
    let hole = i;
    for (; hole > 0; hole--) {
      const before = load<u64>(sorted + (<usize>(hole - 1) << 3));
      if (before < key) break;
      store<u64>(sorted + (<usize>hole << 3), before);
    }
    store<u64>(sorted + (<usize>hole << 3), key);
  }
  const taken = choose(args, sorted, used + 1, most, chosen, bytes);
  for (let i: u32 = 0; i < most; i++) {
    store<u32>(own + (<usize>i << 2), i < taken ? nodeOf(load<u64>(chosen + (<usize>i << 3))) : NONE);
  }
}

/**
 * nodeTable: u32[], upperTable: u32[], bytes: u32, links: u32, entry: u32, level: u32, scratch: u8[], threadBytes: u32,
 * width: u32, seenBytes: u32, queries: u8[], distances: u16[], nodes: u32[], counts: u32[]; distances and nodes are units × width, a unit is one
 * query
 */
export function graphSearch(begin: u32, end: u32, args: usize, thread: u32): void {
  const bytes: usize = count(args, 2);
  if (bytes == 8) search(begin, end, args, thread, 8);
  else if (bytes == 16) search(begin, end, args, thread, 16);
  else search(begin, end, args, thread, bytes);
}

// @ts-ignore: decorator
@inline
function search(begin: u32, end: u32, args: usize, thread: u32, bytes: usize): void {
  const scratch = pointer(args, 6) + <usize>thread * <usize>count(args, 7);
  const width = count(args, 8);
  for (let unit = begin; unit < end; unit++) {
    const code = pointer(args, 10) + <usize>unit * bytes;
    const found = beamSearch(args, code, descend(args, code, 0, bytes), 0, scratch, bytes);
    const place: usize = <usize>unit * width;
    let out: u32 = 0;
    for (let i: usize = 0; i < <usize>found && out < width; i++) {
      const key = load<u64>(beamOf(args, scratch) + (i << 3));
      for (let node = nodeOf(key); node != NONE && out < width; out++) {
        store<u16>(pointer(args, 11) + ((place + out) << 1), <u16>bitsOf(key));
        store<u32>(pointer(args, 12) + ((place + out) << 2), node);
        node = load<u32>(nodeAt(args, node) + (<usize>count(args, 3) << 3), 4);
      }
    }
    store<u32>(pointer(args, 13) + (<usize>unit << 2), out);
  }
}
