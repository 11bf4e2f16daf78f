// Which samples train and which test.
import type { MultiViewDataset } from "../../data/dataset.js";
import { querySplit, randomSplit } from "../../data/splits.js";
import { UserError } from "../../errors.js";

/** How option `test` is written. */
export const testPattern = /^(first|last|random):([1-9][0-9]*)$/;

/**
 * The data with splits `train` and `test`: as option `test` says, else its own ones, else random halves.
 * @throws UserError where one of them would be empty.
 */
export function withTestSplit(data: MultiViewDataset, test: string | undefined, seed: number): MultiViewDataset {
  const { splits, samples } = data;
  if (test === undefined && splits.train?.length && splits.test?.length) return data;
  return data.withSplits({ ...splits, ...drawTest(samples, test, seed) });
}

function drawTest(samples: number, test: string | undefined, seed: number): { train: Int32Array; test: Int32Array } {
  if (test === undefined) return randomSplit(samples, { train: 0.5, seed });
  const [, place, digits] = testPattern.exec(test)!;
  const count = Number(digits);
  if (count >= samples) throw new UserError(`option test: ${test} of ${samples} samples leaves none for training`);
  if (place === "random") return randomSplit(samples, { train: (samples - count) / samples, seed });
  const parts = querySplit(samples, place === "first" ? { first: count } : { last: count });
  return { train: parts.database, test: parts.query };
}
