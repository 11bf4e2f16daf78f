// Which samples are queries, which are the database, and which train.
import type { MultiViewDataset } from "../../data/dataset.js";
import { querySplit, randomSplit } from "../../data/splits.js";
import { UserError } from "../../errors.js";
import { allRows } from "../feeding.js";

/** How option `queries` is written. */
export const queriesPattern = /^(first|last|random):([1-9][0-9]*)$/;

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
  const { query, database } = drawQueries(samples, queries, seed);
  return data.withSplits({ ...splits, query, database, train: database });
}

function drawQueries(samples: number, queries: string | undefined, seed: number) {
  const [, place, digits] = queriesPattern.exec(queries ?? "") ?? [];
  const count = digits === undefined ? Math.min(2000, Math.floor(samples / 5)) : Number(digits);
  if (count < 1 || count >= samples) {
    throw new UserError(`queries: ${count} of ${samples} samples, expected 1 … ${samples - 1}`);
  }
  if (place === "first") return querySplit(samples, { first: count });
  if (place === "last") return querySplit(samples, { last: count });
  const { train, test } = randomSplit(samples, { train: (samples - count) / samples, seed });
  return { query: test, database: train };
}

/** The rows that are not in the list, ascending. */
function complement(samples: number, rows: Int32Array): Int32Array {
  const listed = new Uint8Array(samples);
  for (const row of rows) listed[row] = 1;
  return allRows(samples).filter((row) => listed[row] === 0);
}
