// Baselines beside a result: what simple methods reach on the samples that the result was measured on.

import type { Engine } from "../../core/runtime/index.js";
import { ownValue } from "../../records.js";
import type { Metrics } from "../../runs/metrics-log.js";
import type { Baselines } from "../../runs/result.js";
import type { Protocol } from "../protocol.js";
import { classificationBaselines } from "./classification.js";
import { clusteringBaselines } from "./clustering.js";
import { retrievalBaselines } from "./retrieval.js";

export { describeClusters } from "./unlabeled.js";

/** How baselines are measured. */
export interface BaselineOptions {
  readonly engine: Engine;
  /** Of k-means, the linear SVM, and the samples that are drawn where all are too many. */
  readonly seed: number;
  /** Ends it, rejecting with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * The baselines of an evaluation, each bounded to some 30 seconds; what was left out for that is said in their notes.
 * @example
 * ```ts
 * import { CCA, Engine } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 * import { measureBaselines } from "vantage-ml/metrics";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * await using cca = await new CCA({ task: "classification" }, engine).fit(synthetic({ samples: 100, classes: 4 }));
 * const { joined } = await measureBaselines(cca.protocol()!, { engine, seed: 0 });
 * console.log(joined); // such as { accuracy: 0.9, … }, of a linear SVM
 * ```
 */
export function measureBaselines(protocol: Protocol, options: BaselineOptions): Promise<Baselines> {
  if (protocol.task === "clustering") return clusteringBaselines(protocol, options);
  return protocol.task === "classification"
    ? classificationBaselines(protocol, options)
    : retrievalBaselines(protocol, options);
}

/** A sentence for each baseline that is better than the result, and for what was left out. */
export function baselineNotes(metrics: Metrics, { joined, bestView, cca, notes = [] }: Baselines): string[] {
  const said: string[] = [];
  const compare = (name: string, own: unknown, baseline: unknown, what: string) => {
    if (typeof own !== "number" || typeof baseline !== "number") return;
    if (Number(own.toFixed(3)) < Number(baseline.toFixed(3)))
      said.push(`${name} ${three(own)} is below ${what} (${three(baseline)})`);
  };
  compare("acc", metrics.acc, joined?.acc, "k-means on the joined views");
  compare("acc", metrics.acc, bestView?.acc, `k-means on view "${bestView?.name}" alone`);
  compare("accuracy", metrics.accuracy, joined?.accuracy, "a linear SVM on the joined views");
  compare("accuracy", metrics.accuracy, bestView?.accuracy, `a linear SVM on view "${bestView?.name}" alone`);
  // Without labels only the pair itself can be looked for.
  const measure = metrics.map === undefined ? "recallAt1" : "map";
  const [own, plain] = [metrics[measure], cca?.[measure]];
  if (typeof own === "object" && typeof plain === "object") {
    for (const [direction, value] of Object.entries(own)) {
      compare(`${measure} ${direction}`, value, ownValue(plain, direction), "plain CCA");
    }
  }
  return [...said, ...notes];
}

/** Three decimals, without the zero in front of the point. */
function three(value: number): string {
  return value.toFixed(3).replace(/^0(?=\.)/, "");
}
