// Tests of metrics.jsonl: appended whole, cut back on resume, read while torn.
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "../errors.js";
import { type MetricLine, openMetricsLog, readMetrics } from "./metrics-log.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-metrics-"));
const path = join(folder, "metrics.jsonl");
after(() => rmSync(folder, { recursive: true }));

function line(epoch: number, total = 1 / epoch): MetricLine {
  return { stage: "train", epoch, seconds: epoch / 7, losses: { total }, metrics: { map: { "image->text": 0.25 } } };
}

test("lines come back as they were appended", () => {
  const log = openMetricsLog(path, 0);
  log.append(line(1));
  log.append({ ...line(2), notes: ["a hub", "ü\n"] });
  assert.equal(log.lines, 2);
  log.close();
  assert.deepEqual(readMetrics(path), [line(1), { ...line(2), notes: ["a hub", "ü\n"] }]);
  assert.equal(readFileSync(path, "utf8").split("\n").length, 3);
});

test("a resume keeps the lines that the checkpoint knows and drops what followed, torn or whole", () => {
  appendFileSync(path, `${JSON.stringify(line(3))}\n{"stage":"train","epo`);
  assert.equal(readMetrics(path).length, 3, "a torn last line is not read");
  const log = openMetricsLog(path, 2);
  assert.equal(log.lines, 2);
  log.append(line(3, 9));
  log.close();
  assert.deepEqual(readMetrics(path), [line(1), { ...line(2), notes: ["a hub", "ü\n"] }, line(3, 9)]);
  openMetricsLog(path, 0).close();
  assert.equal(readFileSync(path, "utf8"), "");
});

test("a number that is not finite comes back as NaN", () => {
  const log = openMetricsLog(path, 0);
  log.append(line(1, Number.POSITIVE_INFINITY));
  log.close();
  assert.deepEqual(readMetrics(path)[0]!.losses, { total: Number.NaN });
});

test("fewer lines than the checkpoint knows, and lines of another kind, are said", () => {
  writeFileSync(path, `${JSON.stringify(line(1))}\nhello\n`);
  assert.throws(() => openMetricsLog(path, 3), new UserError(`${path} has 2 lines, its checkpoint was made after 3`));
  assert.throws(() => readMetrics(path), new UserError(`${path}, line 2: not JSON`));
  for (const wrong of ["null", "3", '{"stage":1}', '{"stage":"a","epoch":1,"seconds":1}']) {
    writeFileSync(path, `${wrong}\n`);
    assert.throws(() => readMetrics(path), UserError, wrong);
  }
  writeFileSync(path, '{"stage":"a","epoch":1,"seconds":1,"losses":{"a":{"b":1}},"metrics":{}}\n');
  assert.throws(() => readMetrics(path), new UserError(`${path}, line 1, losses: a is not a number`));
  writeFileSync(path, '{"stage":"a","epoch":1,"seconds":1,"losses":{},"metrics":{"acc":"high"}}\n');
  assert.throws(() => readMetrics(path), new UserError(`${path}, line 1, metrics: acc is not a number`));
  writeFileSync(path, '{"stage":"a","epoch":1,"seconds":1,"losses":{},"metrics":{},"notes":"one"}\n');
  assert.throws(() => readMetrics(path), new UserError(`${path}, line 1: notes: expected a list of texts`));
  assert.throws(() => readMetrics(join(folder, "none")), /cannot be read: no such file/);
  assert.throws(() => openMetricsLog(join(folder, "none", "x"), 0), /cannot be written: no such file/);
});
