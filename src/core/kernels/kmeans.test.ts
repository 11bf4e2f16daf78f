// Tests of the k-means steps.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Kernels } from "./kernels.js";
import { assignCentres } from "./kmeans.js";
import { Random } from "./random.js";

let pools: Kernels[];
before(async () => {
  pools = [await Kernels.open({ threads: 1 }), await Kernels.open({ threads: 2 }), await Kernels.open({ threads: 5 })];
});
after(() => {
  for (const kernels of pools) kernels.close();
});

const sizes = [
  { samples: 1, columns: 1, starts: 1, centres: 1 },
  { samples: 600, columns: 10, starts: 3, centres: 2 },
  { samples: 257, columns: 3, starts: 4, centres: 4 },
  { samples: 1500, columns: 70, starts: 2, centres: 10 },
  { samples: 300, columns: 33, starts: 5, centres: 7 },
];

function problem({ samples, columns, starts, centres }: (typeof sizes)[number]) {
  const random = new Random(5, samples);
  const points = Float32Array.from({ length: samples * columns }, () => random.normal());
  const middle = Float32Array.from({ length: starts * centres * columns }, () => random.normal());
  const total = starts * centres;
  const dot = (a: Float32Array, i: number, b: Float32Array, j: number) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += a[i * columns + c]! * b[j * columns + c]!;
    return sum;
  };
  return {
    points,
    scores: Float32Array.from({ length: samples * total }, (_, e) =>
      dot(points, Math.floor(e / total), middle, e % total),
    ),
    centreNorms: Float32Array.from({ length: total }, (_, c) => dot(middle, c, middle, c)),
    pointNorms: Float32Array.from({ length: samples }, (_, i) => dot(points, i, points, i)),
  };
}

test("assignment: labels, distances, inertia and changes", () => {
  for (const size of sizes) {
    const { samples, starts, centres } = size;
    const { scores, centreNorms, pointNorms } = problem(size);
    const results = pools.map((kernels) => {
      const { memory } = kernels;
      const given = { scores, centreNorms, pointNorms };
      const step = {
        ...size,
        scores: memory.float32(scores.length),
        centreNorms: memory.float32(centreNorms.length),
        pointNorms: memory.float32(samples),
        labels: memory.int32(starts * samples).fill(-1),
        distances: memory.float32(starts * samples),
        inertia: new Float64Array(starts),
        changed: new Int32Array(starts),
      };
      for (const name of ["scores", "centreNorms", "pointNorms"] as const) step[name].set(given[name]);
      assignCentres(kernels, step);
      assert.deepEqual([...step.changed], Array(starts).fill(samples));
      step.labels[0] = centres;
      assignCentres(kernels, step);
      assert.deepEqual([...step.changed], [1, ...Array(starts - 1).fill(0)]);
      return { labels: step.labels.slice(), distances: step.distances.slice(), inertia: step.inertia };
    });
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
    const { labels, distances, inertia } = results[0]!;
    for (let s = 0; s < starts; s++) {
      let sum = 0;
      for (let i = 0; i < samples; i++) {
        const values = Array.from({ length: centres }, (_, c) =>
          Math.fround(centreNorms[s * centres + c]! - 2 * scores[i * starts * centres + s * centres + c]!),
        );
        const least = Math.min(...values);
        assert.equal(labels[s * samples + i], values.indexOf(least));
        const expected = Math.max(0, Math.fround(pointNorms[i]! + least));
        assert.equal(distances[s * samples + i], expected);
        sum += expected;
      }
      assert.ok(Math.abs(inertia[s]! - sum) <= 1e-9 * (1 + sum));
    }
  }
});

test("assignment: the first of equal centres, distances not below 0", () => {
  const kernels = pools[0]!;
  const { memory } = kernels;
  for (let centres = 1; centres <= 13; centres++) {
    for (let place = 0; place < centres; place++) {
      const step = {
        samples: 1,
        starts: 1,
        centres,
        scores: memory.float32(centres),
        centreNorms: memory.float32(centres).fill(5),
        pointNorms: memory.float32(1).fill(0.5),
        labels: memory.int32(1),
        distances: memory.float32(1),
        inertia: new Float64Array(1),
        changed: new Int32Array(1),
      };
      step.centreNorms.fill(-1, place);
      assignCentres(kernels, step);
      assert.deepEqual([step.labels[0], step.distances[0], step.inertia[0]], [place, 0, 0]);
    }
  }
});
