// Tests of the optimizer updates against the formulas in float64.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { allFinite, clampValues } from "./elementwise.js";
import { Kernels } from "./kernels.js";
import { adam, rmspropTensorFlow, rmspropTorch, sgd } from "./optimizers.js";
import { Random } from "./random.js";

let pools: Kernels[];
before(async () => {
  pools = [await Kernels.open({ threads: 1 }), await Kernels.open({ threads: 2 }), await Kernels.open({ threads: 5 })];
});
after(() => {
  for (const kernels of pools) kernels.close();
});

const lengths = [0, 1, 2, 3, 4, 5, 7, 31, 32770, 70_001];

function noise(n: number, label: string): Float32Array {
  const random = new Random(11, label);
  return Float32Array.from({ length: n }, () => random.next() * 2 - 1);
}

function assertClose(found: Float32Array, expected: ArrayLike<number>, what: string): void {
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!);
    assert.ok(difference <= 2e-6 * (1 + Math.abs(expected[i]!)), `${what}[${i}]: ${found[i]}, expected ${expected[i]}`);
  }
}

/**
 * Runs `update` three times for several lengths, at an address that is no multiple of 16, with 1, 2 and 5 threads, and
 * compares with `reference`, which updates one parameter (p, g, state) in float64.
 */
function check(
  stateStart: readonly number[],
  update: (kernels: Kernels, p: Float32Array, g: Float32Array, state: Float32Array[], step: number) => void,
  reference: (p: number, g: number, state: number[], step: number) => number,
): void {
  for (const n of lengths) {
    const results = pools.map((kernels) => {
      const slice = (values: ArrayLike<number>) => {
        const block = kernels.memory.float32(n + 8).fill(123);
        block.set(values, 3);
        return { block, view: block.subarray(3, 3 + n) };
      };
      const parts = [
        slice(noise(n, "p")),
        slice(noise(n, "g")),
        ...stateStart.map((s) => slice(new Float32Array(n).fill(s))),
      ];
      const [p, g, ...state] = parts.map(({ view }) => view) as [Float32Array, Float32Array, ...Float32Array[]];
      for (let step = 1; step <= 3; step++) update(kernels, p, g, state, step);
      for (const { block } of parts) {
        for (const i of [0, 1, 2, n + 3, n + 7]) assert.equal(block[i], 123, "a neighbour was overwritten");
        kernels.memory.free(block);
      }
      return [p.slice(), ...state.map((values) => values.slice())];
    });
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
    const p = Float64Array.from(noise(n, "p"));
    const g = noise(n, "g");
    const states = stateStart.map((s) => new Float64Array(n).fill(s));
    for (let i = 0; i < n; i++) {
      const state = states.map((values) => values[i]!);
      for (let step = 1; step <= 3; step++) p[i] = reference(p[i]!, g[i]!, state, step);
      for (let s = 0; s < state.length; s++) states[s]![i] = state[s]!;
    }
    [p, ...states].forEach((expected, s) => {
      assertClose(results[0]![s]!, expected, `n ${n}, array ${s}`);
    });
  }
}

test("adam", () => {
  for (const weightDecay of [0, 0.1]) {
    check(
      [0, 0],
      (kernels, p, g, [m, v], step) =>
        adam(kernels, p, g, m!, v!, { lr: 0.01, beta1: 0.5, beta2: 0.999, eps: 1e-8, step, weightDecay }),
      (p, gradient, state, t) => {
        const g = gradient + weightDecay * p;
        state[0] = 0.5 * state[0]! + 0.5 * g;
        state[1] = 0.999 * state[1]! + 0.001 * g * g;
        const denominator = Math.sqrt(state[1]) / Math.sqrt(1 - 0.999 ** t) + 1e-8;
        return p - ((0.01 / (1 - 0.5 ** t)) * state[0]) / denominator;
      },
    );
  }
});

test("RMSProp, eps outside the root (PyTorch, Keras)", () => {
  check(
    [0],
    (kernels, p, g, [v]) => rmspropTorch(kernels, p, g, v!, { lr: 0.01, alpha: 0.99, eps: 0.02, weightDecay: 0.05 }),
    (p, gradient, state) => {
      const g = gradient + 0.05 * p;
      state[0] = 0.99 * state[0]! + 0.01 * g * g;
      return p - (0.01 * g) / (Math.sqrt(state[0]) + 0.02);
    },
  );
});

test("RMSProp, eps inside the root (TensorFlow)", () => {
  check(
    [1],
    (kernels, p, g, [v]) => rmspropTensorFlow(kernels, p, g, v!, { lr: 0.01, decay: 0.9, eps: 0.02 }),
    (p, g, state) => {
      state[0] = 0.9 * state[0]! + 0.1 * g * g;
      return p - (0.01 * g) / Math.sqrt(state[0] + 0.02);
    },
  );
});

test("SGD with momentum; the first update ignores what the buffer holds", () => {
  check(
    [Number.NaN],
    (kernels, p, g, [buffer], step) =>
      sgd(kernels, p, g, buffer!, { lr: 0.1, momentum: 0.9, weightDecay: 5e-4, first: step === 1 }),
    (p, g, state, step) => {
      const d = g + 5e-4 * p;
      state[0] = step === 1 ? d : 0.9 * state[0]! + d;
      return p - 0.1 * state[0];
    },
  );
});

test("lengths must agree", () => {
  const { memory } = pools[0]!;
  const options = { lr: 0.1, momentum: 0.9, weightDecay: 0, first: true };
  assert.throws(
    () => sgd(pools[0]!, memory.float32(3), memory.float32(3), memory.float32(4), options),
    /RangeError: 3 parameters, but 4 gradients or state values/,
  );
});

test("clampValues", () => {
  for (const kernels of pools) {
    for (const n of lengths) {
      const block = kernels.memory.float32(n + 2).fill(9);
      const x = block.subarray(1, n + 1);
      x.set(noise(n, "x"));
      clampValues(kernels, x, 0.05);
      assert.deepEqual(
        x.slice(),
        noise(n, "x").map((value) => Math.min(Math.fround(0.05), Math.max(-Math.fround(0.05), value))),
      );
      assert.deepEqual([block[0], block[n + 1]], [9, 9]);
      kernels.memory.free(block);
    }
  }
  const odd = pools[0]!.memory.float32(2);
  odd.set([Number.NaN, Number.POSITIVE_INFINITY]);
  clampValues(pools[0]!, odd, 1);
  assert.deepEqual([...odd], [Number.NaN, 1]);
});

test("allFinite finds one bad value anywhere", () => {
  for (const kernels of pools) {
    for (const n of lengths) {
      const x = kernels.memory.float32(n);
      x.fill(-3e38);
      assert.ok(allFinite(kernels, x));
      for (const at of new Set([0, 1, n >> 1, n - 1].filter((i) => i >= 0 && i < n))) {
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          const good = x[at]!;
          x[at] = bad;
          assert.equal(allFinite(kernels, x), false, `${bad} at ${at} of ${n}`);
          x[at] = good;
        }
      }
      kernels.memory.free(x);
    }
  }
});
