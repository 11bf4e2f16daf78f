// The YAML at the head of a model card: license, tags, and the run's own results as a model index.
import { stringify } from "yaml";
import { byImportance, flatten, metricName } from "../../report/metric-names.js";
import type { ExportedRun } from "./describe-run.js";

/** What only the user knows of a model. */
export interface CardFacts {
  /** As the Hub calls it, such as `mit` or `cc-by-4.0`. */
  readonly license?: string;
  /** The data set on the Hub, as owner/name. */
  readonly dataset?: string;
}

const tasks: Readonly<Record<string, { type: string; name: string }>> = {
  clustering: { type: "feature-extraction", name: "Multi-view clustering" },
  classification: { type: "tabular-classification", name: "Multi-view classification" },
  retrieval: { type: "feature-extraction", name: "Cross-view retrieval" },
};

/** @param name of the model. */
export function cardMetadata(name: string, { run }: ExportedRun, { license, dataset }: CardFacts): string {
  const { config, result } = run;
  const metrics = byImportance(flatten(result.metrics))
    .filter(({ value }) => Number.isFinite(value))
    .map(({ path, value }) => ({ type: path.join("_").replaceAll("->", "_to_"), name: metricName(path), value }));
  const data = dataset ?? config.dataset.name;
  const task = tasks[result.task] ?? { type: "feature-extraction", name: result.task };
  return stringify(
    {
      license: license ?? "unknown",
      library_name: "vantage-ml",
      pipeline_tag: "feature-extraction",
      tags: ["vantage-ml", "onnx", "multi-view-learning", config.method, result.task],
      ...(dataset !== undefined && { datasets: [dataset] }),
      ...(metrics.length > 0 && {
        "model-index": [{ name, results: [{ task, dataset: { name: config.dataset.name, type: data }, metrics }] }],
      }),
    },
    { lineWidth: 0 },
  );
}
