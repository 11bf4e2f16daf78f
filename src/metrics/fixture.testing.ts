// Numbers that the measures must give: fixtures/metrics.json.
import { readFileSync } from "node:fs";

interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Fixture {
  readonly clustering: readonly { labels: Values; clusters: Values; expected: Record<string, number> }[];
  readonly classification: readonly { labels: Values; predictions: Values; expected: Record<string, number> }[];
  readonly retrieval: readonly {
    query_bits: Values;
    database_bits: Values;
    query_labels: Values;
    database_labels: Values;
    expected: {
      hamming: Values;
      map_all: number;
      map_all_skipping_queries_without_relevant_items: number;
      map_at_10: number;
      map_at_50: number;
      precision_at: Record<string, number>;
      precision_within_radius: Record<string, number>;
    };
  }[];
}

export const fixture: Fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/metrics.json", import.meta.url), "utf8"),
);
