// SHAM against the authors' numbers, and its parts on matrices whose answer is known.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Kernels } from "../../core/kernels/kernels.js";
import { Random } from "../../core/kernels/random.js";
import { assertClose, type FixtureTensor, readFixture } from "../fixture.testing.js";
import { matrix64, product, transposed } from "./matrices.js";
import { learnHammingSpace, randomStart, sgn } from "./sham.js";

const kernels = await Kernels.open({ threads: 1 });
after(() => kernels.close());

const read = ({ shape, data }: FixtureTensor) => matrix64(shape[0]!, shape[1]!, Float64Array.from(data));

test("fixture dchn_sham: losses, W, codes", () => {
  const { config, initial_W, label_matrix, expected } = readFixture("dchn_sham");
  const labels = read(label_matrix);
  const { w, losses } = learnHammingSpace(kernels, labels, read(initial_W), config);
  assert.equal(losses.length, 50);
  assertClose(losses, { shape: [50], data: expected.loss_per_iteration }, "losses", 1e-8);
  assertClose([Math.min(...losses)], { shape: [], data: [expected.best_loss] }, "least loss", 1e-8);
  assertClose(w.data, expected.W, "W", 1e-8);
  assertClose(product(labels, w).data.map(sgn), expected.codes_of_label_matrix, "codes", 1e-8);
});

for (const [classes, bits] of [
  [5, 16],
  [16, 16],
  [20, 8],
] as const) {
  test(`a random start of ${classes} × ${bits} has singular values 1`, () => {
    const start = randomStart(kernels, classes, bits, new Random(3, "test"));
    const [short, long] = classes <= bits ? [start, transposed(start)] : [transposed(start), start];
    const gram = product(short, long);
    gram.data.forEach((value, e) => {
      const expected = e % (gram.rows + 1) === 0 ? 1 : 0;
      assert.ok(Math.abs(value - expected) < 1e-9, `entry ${e}: ${value}`);
    });
  });
}

test("the identity alone (DCHN0) gives every class a code of its own", () => {
  const labels = matrix64(10, 10);
  for (let c = 0; c < 10; c++) labels.data[c * 11] = 1;
  const { w, losses } = learnHammingSpace(kernels, labels, randomStart(kernels, 10, 32, new Random(0, "test")), {
    gamma: 1,
    iterations: 50,
  });
  const codes = new Set(
    Array.from({ length: 10 }, (_, c) =>
      w.data
        .subarray(c * 32, (c + 1) * 32)
        .map(sgn)
        .join(),
    ),
  );
  assert.equal(codes.size, 10);
  assert.ok(Math.min(...losses) <= losses[0]!);
});
