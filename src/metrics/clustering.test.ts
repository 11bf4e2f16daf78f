// Clustering measures against scikit-learn's and against cases worked out by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clusteringMetrics, matchClusters, relabelClusters } from "./clustering.js";
import { fixture } from "./fixture.testing.js";

function close(actual: number, expected: number, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

test("clusteringMetrics gives the fixture's numbers", () => {
  assert.equal(fixture.clustering.length, 5);
  for (const { labels, clusters, expected } of fixture.clustering) {
    const metrics = clusteringMetrics(Int32Array.from(labels.data), Int32Array.from(clusters.data));
    for (const name of ["acc", "nmi", "ami", "ari", "purity", "homogeneity", "completeness"] as const) {
      close(metrics[name], expected[name]!, 1e-6);
    }
    for (const name of ["precision", "recall", "f1"] as const)
      close(metrics[name], expected[`pairwise_${name}`]!, 1e-6);
  }
});

test("more clusters than labels, by hand", () => {
  const metrics = clusteringMetrics(Int32Array.of(0, 0, 0, 1, 1, 1), Int32Array.of(0, 0, 1, 1, 2, 2));
  close(metrics.acc, 4 / 6);
  close(metrics.purity, 5 / 6);
  // 2 pairs share both, 3 share the cluster, 6 share the label, of 15
  close(metrics.precision, 2 / 3);
  close(metrics.recall, 2 / 6);
  close(metrics.f1, 4 / 9);
  close(metrics.ari, (2 - 18 / 15) / (4.5 - 18 / 15));
  const mi = (2 / 3) * Math.log(2);
  close(metrics.homogeneity, mi / Math.log(2));
  close(metrics.completeness, mi / Math.log(3));
  close(metrics.nmi, (2 * mi) / (Math.log(2) + Math.log(3)));
  close(metrics.ami, 0.2987924581708899);
  // each label is matched to a pure cluster that has 2 of its 3 samples
  close(metrics.precisionMacro, 1);
  close(metrics.recallMacro, 2 / 3);
  close(metrics.f1Macro, 4 / 5);
});

test("fewer clusters than labels leave a label that scores 0", () => {
  const labels = Int32Array.of(5, 5, -3, -3, 9);
  const clusters = Int32Array.of(1, 1, 0, 0, 0);
  const metrics = clusteringMetrics(labels, clusters);
  close(metrics.acc, 4 / 5);
  close(metrics.precisionMacro, (1 + 2 / 3) / 3);
  close(metrics.recallMacro, 2 / 3);
  close(metrics.f1Macro, (1 + 4 / 5) / 3);
  assert.deepEqual([...matchClusters(labels, clusters)].sort(), [
    [0, -3],
    [1, 5],
  ]);
});

test("degenerate labelings have scikit-learn's values", () => {
  const one = clusteringMetrics(Int32Array.of(3), Int32Array.of(7));
  close(one.acc, 1);
  close(one.nmi, 1);
  close(one.ami, 1);
  close(one.ari, 1);
  close(one.f1, 0);
  const constant = clusteringMetrics(Int32Array.of(0, 0, 0, 0), Int32Array.of(5, 5, 5, 5));
  close(constant.nmi, 1);
  close(constant.ami, 1);
  close(constant.ari, 1);
  close(constant.f1, 1);
  const split = clusteringMetrics(Int32Array.of(0, 0, 0, 0), Int32Array.of(0, 1, 2, 3));
  close(split.nmi, 0);
  close(split.ami, 0);
  close(split.ari, 0);
  close(split.homogeneity, 1);
  close(split.completeness, 0);
  close(split.precision, 0);
  const singletons = clusteringMetrics(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 2, 3));
  close(singletons.nmi, 2 / 3);
  close(singletons.ami, 0);
  close(singletons.ari, 0);
  const renamed = clusteringMetrics(Int32Array.of(0, 1, 2, 3), Int32Array.of(9, 7, 8, 6));
  close(renamed.nmi, 1);
  close(renamed.ami, 1);
  close(renamed.ari, 1);
});

test("AMI of independent labels is below 0, as scikit-learn's", () => {
  const labels = Int32Array.from({ length: 97 }, (_, i) => i % 8);
  const clusters = Int32Array.from({ length: 97 }, (_, i) => i ** 2 % 5);
  const metrics = clusteringMetrics(labels, clusters);
  close(metrics.ami, -0.04612108238270173);
  close(metrics.nmi, 0.006760102624701699);
  close(metrics.ari, -0.026195631572599402);
});

test("AMI of 70,000 samples is scikit-learn's, in milliseconds", () => {
  const n = 70000;
  const labels = Int32Array.from({ length: n }, (_, i) => Math.floor(((i * 7919) % n) / 7000));
  const clusters = labels.map((label, i) => (i % 5 === 0 ? Math.floor(i / 5) % 10 : (label * 3 + 1) % 10));
  const started = process.cpuUsage();
  const metrics = clusteringMetrics(labels, clusters);
  const { user } = process.cpuUsage(started);
  close(metrics.ami, 0.6234181070062917, 1e-9);
  close(metrics.nmi, 0.6235127581741639, 1e-9);
  close(metrics.ari, 0.6399537076725247, 1e-9);
  assert.ok(user < 500_000, `${user} µs`);
});

test("relabelClusters marks unmatched clusters", () => {
  const labels = Int32Array.of(4, 4, 4, 2, 2);
  const clusters = Int32Array.of(0, 0, 1, 2, 2);
  const match = matchClusters(labels, clusters);
  assert.deepEqual([...relabelClusters(clusters, match)], [4, 4, -1, 2, 2]);
});

test("unusable labels are refused", () => {
  assert.throws(() => clusteringMetrics(Int32Array.of(0, 1), Int32Array.of(0)), /2 labels but 1 clusters/);
  assert.throws(() => clusteringMetrics(new Int32Array(), new Int32Array()), RangeError);
  const ids = Int32Array.from({ length: 20000 }, (_, i) => i);
  assert.throws(() => clusteringMetrics(ids, ids), /20000 classes by 20000 clusters/);
});
