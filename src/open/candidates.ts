// What `vantage open` tries on pairs: methods with settings that end within about a minute each on two processors.
import type { MultiViewDataset } from "../data/dataset.js";
import type { MethodDefinition } from "../methods/define.js";
import { findMethod } from "../methods/index.js";

/** A method with its settings. */
export interface Candidate {
  readonly method: string;
  readonly definition: MethodDefinition<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Passes over the pairs are so many that a training sees about this many samples. */
const SEEN = 60_000;
/** Canonical variates: more recall little more and cost memory and time in every search. */
const VARIATES = 128;
/** Principal components that CCA keeps of each view. */
const COMPONENTS = 512;

/**
 * The methods that fit the data: the features as they are where both views have one width, CCA and DJSRH, which learn from pairs
 * alone, MvLNet and DCHN, which learn from classes as well.
 * @param pairs complete samples, two views, with splits `train` and `test`.
 */
export function candidatesFor(pairs: MultiViewDataset, seed: number): Candidate[] {
  const train = pairs.splits.train!.length;
  const epochs = Math.max(5, Math.min(100, Math.round(SEEN / train)));
  const dimensions = Math.min(VARIATES, train - 1, ...pairs.dimensions);
  const found: [string, Record<string, unknown>][] = [
    ["cca", { task: "retrieval", dimensions, components: COMPONENTS }],
    ["djsrh", { hidden: 1024, epochs, batch: Math.min(32, train), evaluateEvery: 0 }],
  ];
  const [a, b] = pairs.dimensions;
  // Vectors of one space, such as CLIP's, may need no training.
  if (a === b) found.unshift(["identity", { task: "retrieval" }]);
  if (pairs.labels !== undefined && pairs.classes > 1) {
    found.push(["dchn", { hidden: 1024, epochs: Math.ceil(epochs / 2), lr: 1e-3, evaluateEvery: 0 }]);
    found.push(["mvlnet", { task: "retrieval", ...smallMvlnet(epochs) }]);
  }
  return found.map(([method, options]) => ({
    method,
    definition: findMethod(method),
    options: { ...options, seed },
  }));
}

/** MvLNet's published networks take hours; these take a minute. */
function smallMvlnet(epochs: number): Record<string, unknown> {
  return {
    autoencoder: [],
    arch: [512, 512, 32],
    epochs: Math.min(epochs, 10),
    steps: 20,
    siameseEpochs: 2,
    pairs: 20_000,
  };
}
