import { readFileSync } from "node:fs";
import { Index, MetricKind, ScalarKind } from "usearch";

const [bits_, n_, M, efc, ...efs] = process.argv.slice(2);
const bits = +bits_,
  n = +n_,
  B = bits / 8;
const load = (p) => {
  const b = readFileSync(p);
  return b.subarray(128);
};
const codes = load(`/tmp/store/1M/codes-${bits}.npy`).subarray(0, n * B),
  queries = load(`/tmp/store/1M/queries-${bits}.npy`).subarray(0, 1000 * B);
const expand = (c, from, to) => {
  const out = new Int8Array((to - from) * bits);
  let o = 0;
  for (let i = from * B; i < to * B; i++) {
    const x = c[i];
    for (let j = 7; j >= 0; j--) out[o++] = (x >> j) & 1;
  }
  return out;
};
const pc = new Uint8Array(256);
for (let i = 0; i < 256; i++) {
  let x = i,
    c = 0;
  while (x) {
    c += x & 1;
    x >>= 1;
  }
  pc[i] = c;
}
const dist = (q, r) => {
  let d = 0;
  for (let b = 0; b < B; b++) d += pc[queries[q * B + b] ^ codes[r * B + b]];
  return d;
};
// truth
const T = [];
const qn = 100;
{
  for (let q = 0; q < qn; q++) {
    const h = new Uint32Array(bits + 1);
    for (let r = 0; r < n; r++) h[dist(q, r)]++;
    let c = 0,
      d = 0;
    for (; c < 10; d++) c += h[d];
    T.push(d - 1);
  }
}
console.log("kth distances", T.slice(0, 20).join(" "));
const idx = new Index({
  dimensions: bits,
  metric: MetricKind.Hamming,
  quantization: ScalarKind.B1,
  connectivity: +M,
  expansion_add: +efc,
  expansion_search: +efs[0],
  multi: false,
});
const t = process.cpuUsage().user;
let w = performance.now();
for (let i = 0; i < n; i += 5000) {
  const e = Math.min(n, i + 5000);
  const keys = new BigUint64Array(e - i);
  for (let j = i; j < e; j++) keys[j - i] = BigInt(j);
  idx.add(keys, expand(codes, i, e), 1);
}
console.log(
  "build cpu",
  ((process.cpuUsage().user - t) / 1e6).toFixed(1),
  "s wall",
  ((performance.now() - w) / 1000).toFixed(1),
  "rss",
  (process.memoryUsage().rss / 2 ** 20).toFixed(0),
);
idx.save("/tmp/store/us.bin");
for (const ef of efs) {
  const ix = new Index({
    dimensions: bits,
    metric: MetricKind.Hamming,
    quantization: ScalarKind.B1,
    connectivity: +M,
    expansion_add: +efc,
    expansion_search: +ef,
    multi: false,
  });
  w = performance.now();
  ix.load("/tmp/store/us.bin");
  const lt = performance.now() - w;
  const Q = expand(queries, 0, 1000);
  ix.search(Q, 10, 1);
  w = process.cpuUsage().user;
  const m = ix.search(Q, 10, 1);
  const el = (process.cpuUsage().user - w) / 1e6;
  let hit = 0,
    bad = 0;
  for (let q = 0; q < qn; q++)
    for (let j = 0; j < 10; j++) {
      const r = Number(m.keys[q * 10 + j]);
      const d = dist(q, r);
      if (d !== m.distances[q * 10 + j]) bad++;
      if (d <= T[q]) hit++;
    }
  console.log("ef", ef, "recall", hit / (qn * 10), "QPS", (1000 / el).toFixed(0), "bad", bad, "load ms", lt.toFixed(0));
}
