// Which samples train and which are measured, as options `test` and `queries` say.
import type { MultiViewDataset } from "../../data/dataset.js";
import { querySplit, randomSplit } from "../../data/splits.js";
import { UserError } from "../../errors.js";
import { allRows } from "../feeding.js";

/** How options `test` and `queries` are written. */
export const splitPattern = /^(first|last|random):([1-9][0-9]*)$/;

/** Samples that are drawn, and the others, in ascending order. */
interface Draw {
  readonly drawn: Int32Array;
  readonly others: Int32Array;
}

/**
 * Draws samples as an option says: "first:N", "last:N" or "random:N".
 * @param option its name, for the error.
 * @param count of samples that are drawn at random where the option is left out.
 * @throws UserError where that draws no sample, or all.
 */
function drawRows(option: string, samples: number, how: string | undefined, count: number, seed: number): Draw {
  const [, place, digits] = splitPattern.exec(how ?? "") ?? [];
  const most = digits === undefined ? count : Number(digits);
  if (most < 1 || most >= samples) {
    throw new UserError(`option ${option}: ${most} of ${samples} samples, expected 1 … ${samples - 1}`);
  }
  if (place === "first" || place === "last") {
    const { query, database } = querySplit(samples, place === "first" ? { first: most } : { last: most });
    return { drawn: query, others: database };
  }
  const { train, test } = randomSplit(samples, { train: (samples - most) / samples, seed });
  return { drawn: test, others: train };
}

/**
 * The data with splits `train` and `test`: as option `test` says, else its own ones, else random ones.
 * @param usual how many test samples are drawn at random where nothing says which.
 * @throws UserError where one of them would be empty.
 */
export function withTestSplit(
  data: MultiViewDataset,
  test: string | undefined,
  seed: number,
  usual: (samples: number) => number,
): MultiViewDataset {
  const { splits, samples } = data;
  if (test === undefined && splits.train?.length && splits.test?.length) return data;
  const { drawn, others } = drawRows("test", samples, test, usual(samples), seed);
  return data.withSplits({ ...splits, train: others, test: drawn });
}

/**
 * The data with splits `query`, `database` and `train`. Without `queries` the data's own splits count: its queries and
 * database, or its test and training samples; a set without either gives a random fifth as queries, 2000 at most. What is
 * not a query is the database, and the database trains, unless the data says otherwise.
 * @param queries "first:N", "last:N" or "random:N": goes before the data's own splits.
 * @throws UserError where queries or database would be empty.
 */
export function withRetrievalSplits(
  data: MultiViewDataset,
  queries: string | undefined,
  seed: number,
): MultiViewDataset {
  const { splits, samples } = data;
  if (queries === undefined && splits.query) {
    const database = splits.database ?? complement(samples, splits.query);
    return data.withSplits({ ...splits, database, train: splits.train ?? database });
  }
  if (queries === undefined && splits.train && splits.test) {
    return data.withSplits({ ...splits, query: splits.test, database: splits.train });
  }
  const usual = Math.min(2000, Math.floor(samples / 5));
  const { drawn, others } = drawRows("queries", samples, queries, usual, seed);
  return data.withSplits({ ...splits, query: drawn, database: others, train: others });
}

/** The rows that are not in the list, ascending. */
function complement(samples: number, rows: Int32Array): Int32Array {
  const listed = new Uint8Array(samples);
  for (const row of rows) listed[row] = 1;
  return allRows(samples).filter((row) => listed[row] === 0);
}
