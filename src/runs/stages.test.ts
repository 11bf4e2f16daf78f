// Stages as the log tells of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stageSummaries } from "./stages.js";

test("each stage has its epochs and the mean time of one; lines of older versions have no time", () => {
  const line = (stage: string, epoch: number, epochSeconds?: number) => ({
    stage,
    epoch,
    seconds: epoch,
    losses: {},
    metrics: {},
    ...(epochSeconds !== undefined && { epochSeconds }),
  });
  assert.deepEqual(
    stageSummaries([line("Hamming space (SHAM)", 1), line("a", 1, 1), line("a", 2, 3), line("b", 1, 0.5)]),
    [
      { name: "Hamming space (SHAM)", epochs: 1, secondsPerEpoch: 0 },
      { name: "a", epochs: 2, secondsPerEpoch: 2 },
      { name: "b", epochs: 1, secondsPerEpoch: 0.5 },
    ],
  );
});
