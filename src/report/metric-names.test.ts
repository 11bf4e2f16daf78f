// Tests of how measures are named, ranked and written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { byImportance, flatten, metricName, written } from "./metric-names.js";

test("nested measures are named by what they are, then by where", () => {
  const metrics = {
    ari: 0.1,
    map: { "image->text": 0.5 },
    test: { accuracy: 0.9, mapAt: { "50": 0.2 } },
    odd: 3,
    toString: 1,
  };
  const names = byImportance(flatten(metrics)).map(({ path }) => metricName(path));
  assert.deepEqual(names, ["mAP image → text", "ARI", "odd", "toString", "Accuracy test", "mAP@50 test"]);
});

test("numbers are written alike", () => {
  assert.deepEqual([0.98765, 1, -0.25, 693, 12345.6, Number.NaN].map(written), [
    "0.988",
    "1.000",
    "−0.250",
    "693",
    "12350",
    "n/a",
  ]);
});
