// What an evaluation is over, so that a baseline can be measured on the same samples.
import type { MultiViewDataset } from "../data/dataset.js";
import type { WithoutRelevant } from "../metrics/retrieval.js";

/** The samples of an evaluation, by what they are for. */
export interface Protocol {
  readonly task: "clustering" | "classification" | "retrieval";
  /** As the method has it: with its views only, mixed-modal or corrupted where the method makes it so. */
  readonly data: MultiViewDataset;
  /** Samples that are measured; in retrieval the queries. */
  readonly test: Int32Array;
  /** In retrieval the samples that are searched. */
  readonly database?: Int32Array;
  /** Samples to learn from; absent where there are none, or where clusters are those of the measured samples themselves. */
  readonly train?: Int32Array;
  /** Clusters that are looked for. */
  readonly clusters?: number;
  /** How a query without any relevant item counts (retrieval). */
  readonly withoutRelevant?: WithoutRelevant;
}
