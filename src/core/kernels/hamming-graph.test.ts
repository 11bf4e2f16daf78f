// Tests of the graph: what it finds against the exact search, and that it is the same however it was built.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HammingGraph } from "./hamming-graph.js";
import { HammingScan } from "./hamming-scan.js";
import { Kernels } from "./kernels.js";
import { Random } from "./random.js";

let one: Kernels;
let three: Kernels;
before(async () => {
  one = await Kernels.open({ threads: 1 });
  three = await Kernels.open({ threads: 3 });
});
after(() => {
  one.close();
  three.close();
});

/** Codes around some centres: a bit differs from the centre's with probability 1/8. */
function clusteredCodes(random: Random, rows: number, bytes: number, centres: Uint8Array): Uint8Array {
  const codes = new Uint8Array(rows * bytes);
  for (let row = 0; row < rows; row++) {
    const centre = random.integer(centres.length / bytes) * bytes;
    for (let i = 0; i < bytes; i++) {
      codes[row * bytes + i] = centres[centre + i]! ^ (random.integer(256) & random.integer(256) & random.integer(256));
    }
  }
  return codes;
}

function graphOf(kernels: Kernels, codes: Uint8Array, bytes: number): HammingGraph {
  const graph = new HammingGraph(kernels, bytes, { links: 12, construction: 60 });
  const rows = codes.length / bytes;
  while (graph.size < rows) {
    const to = Math.min(rows, graph.size + graph.round);
    graph.add(codes.subarray(graph.size * bytes, to * bytes));
  }
  return graph;
}

const contents = (graph: HammingGraph) => Buffer.concat([...graph.chunks()]);

for (const bytes of [1, 3, 8, 16, 18]) {
  test(`recall of ${8 * bytes} bits, and the same graph on three threads`, () => {
    const random = new Random(bytes);
    const centres = Uint8Array.from({ length: 40 * bytes }, () => random.integer(256));
    const codes = clusteredCodes(random, 4000, bytes, centres);
    const queries = clusteredCodes(random, 100, bytes, centres);
    const shared = one.memory.uint8(codes.length);
    shared.set(codes);
    const scan = new HammingScan(one, queries, bytes, 10);
    scan.scan(shared, 0);
    const exact = scan.finish();
    scan.free();
    const graph = graphOf(one, codes, bytes);
    const found = graph.search(queries, 40);
    let hits = 0;
    for (let q = 0; q < 100; q++) {
      const list = [...found.rows.subarray(q * 40, q * 40 + found.counts[q]!)];
      const distances = [...found.distances.subarray(q * 40, q * 40 + found.counts[q]!)];
      assert.equal(new Set(list).size, list.length);
      assert.deepEqual(
        distances,
        [...distances].sort((a, b) => a - b),
      );
      for (const [i, row] of list.entries()) {
        let bits = 0;
        for (let b = 0; b < bytes; b++) {
          for (let x = queries[q * bytes + b]! ^ codes[row * bytes + b]!; x !== 0; x &= x - 1) bits++;
        }
        assert.equal(distances[i], bits);
      }
      hits += distances.slice(0, 10).filter((distance) => distance <= exact.distances[q * 10 + 9]!).length;
    }
    assert.ok(hits >= 950, `${hits} of 1000 hits`);
    const other = graphOf(three, codes, bytes);
    assert.deepEqual(other.state, graph.state);
    assert.ok(contents(other).equals(contents(graph)));
    assert.deepEqual(other.search(queries, 40), found);
    graph.free();
    other.free();
    one.memory.free(shared);
  });
}

test("a graph read back searches and grows as the one that was written", () => {
  const random = new Random(7);
  const codes = clusteredCodes(
    random,
    3000,
    8,
    Uint8Array.from({ length: 80 }, () => random.integer(256)),
  );
  const before = one.memory.bytesInUse;
  const graph = graphOf(one, codes.subarray(0, 2000 * 8), 8);
  const copy = HammingGraph.restore(one, JSON.parse(JSON.stringify(graph.state)));
  const bytes = contents(graph);
  let at = 0;
  for (const chunk of copy.chunks()) {
    chunk.set(bytes.subarray(at, at + chunk.length));
    at += chunk.length;
  }
  for (const each of [graph, copy]) {
    while (each.size < 3000)
      each.add(codes.subarray(each.size * 8, (each.size + Math.min(each.round, 3000 - each.size)) * 8));
  }
  assert.ok(contents(copy).equals(contents(graph)));
  assert.deepEqual(copy.search(codes.subarray(0, 80), 5), graph.search(codes.subarray(0, 80), 5));
  graph.free();
  copy.free();
  assert.equal(one.memory.bytesInUse, before);
});

test("many equal codes neither hide the others nor are hidden", () => {
  const codes = new Uint8Array(3000 * 8);
  for (let row = 0; row < 3000; row++) if (row % 3 === 0) codes.fill(row & 0xff, row * 8, row * 8 + 1 + (row % 8));
  const graph = graphOf(one, codes, 8);
  const { distances, counts } = graph.search(new Uint8Array(8), 20);
  assert.deepEqual([...counts], [20]);
  assert.ok(distances.every((distance) => distance === 0));
  let missed = 0;
  for (let row = 0; row < 3000; row += 3) {
    if (graph.search(codes.subarray(row * 8, row * 8 + 8), 20).distances[0] !== 0) missed++;
  }
  assert.ok(missed <= 10, `${missed} of 1000 codes were not found`);
  graph.free();
});

test("no codes, one code, and wrong sizes", () => {
  const graph = new HammingGraph(one, 8, { links: 4, construction: 10 });
  assert.deepEqual([...graph.search(new Uint8Array(16), 3).counts], [0, 0]);
  graph.add(new Uint8Array(8));
  assert.deepEqual([...graph.search(new Uint8Array(16).fill(1), 3).counts], [1, 1]);
  assert.throws(() => graph.add(new Uint8Array(16)), /2 codes: at most 1 in this round/);
  assert.throws(() => graph.search(new Uint8Array(9), 3), /9 bytes are no whole codes of 8/);
  assert.throws(() => new HammingGraph(one, 8, { links: 1, construction: 10 }), /1 links/);
  graph.free();
});
