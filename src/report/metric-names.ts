// How measures are called and written: names, what they mean, which come first.
import type { Metrics } from "../runs/metrics-log.js";

export interface FlatMetric {
  /** Keys from the outside in, as in ["map", "image->text"]. */
  readonly path: readonly string[];
  readonly value: number;
}

/** Measure by key: what it is called and what it is. Those that say most about a run first. */
const known: Readonly<Record<string, readonly [name: string, meaning: string]>> = {
  acc: ["ACC", "clustering accuracy"],
  accuracy: ["Accuracy", "classified right"],
  map: ["mAP", "mean average precision"],
  mapAt50: ["mAP@50", "mean average precision, first 50"],
  nmi: ["NMI", "normalized mutual information"],
  ari: ["ARI", "adjusted Rand index"],
  purity: ["Purity", "commonest label of each cluster"],
  f1Macro: ["F1 macro", "mean over classes"],
  ami: ["AMI", "adjusted mutual information"],
  f1Weighted: ["F1 weighted", "mean over classes by size"],
  f1: ["F1", "over pairs of samples"],
  precision: ["Precision", "over pairs of samples"],
  recall: ["Recall", "over pairs of samples"],
  precisionMacro: ["Precision macro", "mean over classes"],
  recallMacro: ["Recall macro", "mean over classes"],
  precisionWeighted: ["Precision weighted", "mean over classes by size"],
  recallWeighted: ["Recall weighted", "mean over classes by size"],
  homogeneity: ["Homogeneity", "one label in each cluster"],
  completeness: ["Completeness", "one cluster for each label"],
  expectedMap: ["Expected mAP", "ties in random order"],
  mapAt: ["mAP@", "mean average precision of the first k"],
  precisionAt: ["P@", "precision of the first k"],
  recallAt: ["R@", "recall of the first k"],
  ndcgAt: ["nDCG@", "discounted cumulative gain of the first k"],
  recallAt1: ["Pair R@1", "pair itself found first"],
  recallAt5: ["Pair R@5", "pair itself among the first 5"],
  recallAt10: ["Pair R@10", "pair itself among the first 10"],
  medianRank: ["Median rank", "of the pair itself"],
};
const order = Object.keys(known);

/** All numbers of nested metrics with their paths, in their own order. */
export function flatten(metrics: Metrics, path: readonly string[] = []): FlatMetric[] {
  return Object.entries(metrics).flatMap(([key, value]) =>
    typeof value === "number" ? [{ path: [...path, key], value }] : flatten(value, [...path, key]),
  );
}

/** The key of the path that says which measure it is, the rest being where it was measured. */
function measure(path: readonly string[]): string {
  return path.find((key) => Object.hasOwn(known, key)) ?? path.at(-1)!;
}

/** A path in words: ["map", "image->text"] is "mAP image → text", ["test", "mapAt", "50"] "mAP@50 test". */
export function metricName(path: readonly string[]): string {
  const key = measure(path);
  const name = known[key]?.[0] ?? key;
  const rest = path.filter((each) => each !== key);
  const cutOff = name.endsWith("@") ? rest.findIndex((each) => /^\d+$/.test(each)) : -1;
  const full = cutOff < 0 ? name : name + rest.splice(cutOff, 1);
  return [full, ...rest.map(arrows)].join(" ");
}

/** What the measure means, where it is a known one. */
export function metricMeaning(path: readonly string[]): string | undefined {
  return known[measure(path)]?.[1];
}

/** Directions as people write them. */
export function arrows(text: string): string {
  return text.replaceAll("->", " → ");
}

/** The metrics, those of the run itself before those of a part of it ("train"), those that say most first; else in their order. */
export function byImportance(metrics: readonly FlatMetric[]): FlatMetric[] {
  const rank = ({ path }: FlatMetric) => {
    const key = measure(path);
    const place = order.indexOf(key);
    return path.indexOf(key) * (order.length + 1) + (place < 0 ? order.length : place);
  };
  return [...metrics].sort((a, b) => rank(a) - rank(b));
}

/** A fraction with three decimals; other numbers with four digits. */
export function written(value: number): string {
  if (!Number.isFinite(value)) return "n/a";
  const text = Math.abs(value) <= 1 ? value.toFixed(3) : `${Number(value.toPrecision(4))}`;
  return text.replace("-", "−");
}

/** A note that begins with a measure, "map image->text .21 is below …", with its name as people write it. */
export function shownNote(note: string): string {
  const [, key, rest] = /^(\w+)( .*)$/s.exec(note) ?? [];
  if (key === undefined || !Object.hasOwn(known, key)) return note.charAt(0).toUpperCase() + note.slice(1);
  return `${known[key]![0]}${rest}`.replaceAll(/(\S)->(?=\S)/g, "$1 → ");
}
