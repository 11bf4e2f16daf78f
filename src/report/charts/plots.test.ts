// Tests of the pictures: whole SVG with all curves, PNG with text or none at all, files in the run folder.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Metrics } from "../../runs/metrics-log.js";
import { visible } from "../../visible.js";
import { fakeRun } from "../fake-run.testing.js";
import { reportPage } from "../pages/page.js";
import { groupRuns } from "../report-run.js";
import { palettes } from "./palette.js";
import { renderPng, renderSvg, runPictures, writePlots } from "./plots.js";
import { lossCharts, metricCharts } from "./training-charts.js";

const { entries } = groupRuns([fakeRun({})])[0]!;
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

test("a line for each series in its color, a title for each chart, no hooks of the page", async () => {
  for (const scheme of ["light", "dark"] as const) {
    const colors = palettes[scheme];
    const svg = await renderSvg(metricCharts(entries, "train"), { scheme });
    const lines = (color: string) => count(svg, new RegExp(`<path d="M[^"]*L[^"]*"[^>]*stroke="${color}"`, "g"));
    assert.equal(lines(colors.series0!), 1);
    assert.equal(lines(colors.series1!), 1);
    assert.equal(lines(colors.series2!), 0);
    assert.match(svg, />Measures by epoch</);
    assert.match(svg, new RegExp(`<rect[^>]*fill="${colors.paper}"`));
    assert.doesNotMatch(svg, /ecmeta|<style|undefined|NaN|\$/);
  }
});

test("charts are laid out in columns", async () => {
  const svg = await renderSvg(lossCharts(entries, "train"), { columns: 3, width: 300, aspect: 0.5 });
  assert.match(svg, /^<svg[^>]*width="654" height="216"/);
  assert.equal(count(svg, /font-size="14"/g), 2);
});

test("names in the data stay text", async () => {
  const run = fakeRun({ classes: ['<script>alert("1")</script>', "{a}&b", "c"] });
  for (const [name, svg] of await runPictures(run)) {
    assert.doesNotMatch(svg, /<script|alert\("/, name);
    if (name === "map") assert.match(svg, /&lt;script&gt;/);
  }
});

test("names that objects have, that are long, that XML forbids: every chart is drawn, as a picture too", async () => {
  const odd = [
    "constructor",
    "__proto__",
    "toString",
    "\u001b[2J",
    "a\ufffeb",
    "\ud800",
    "a\nb",
    "\u202e",
    "",
    "{a}",
    "$ink",
  ];
  const run = fakeRun({ classes: [...odd, "x".repeat(10_000), "😺".repeat(5000)] });
  const stages = ["train", "../../up", "constructor"];
  const lines = run.lines.map((line, i) => ({
    ...line,
    stage: stages[i % 3]!,
    losses: { ["__proto__"]: 1, constructor: i, ...line.losses },
  }));
  const pictures = await runPictures({ ...run, lines });
  assert.deepEqual(
    [...pictures.keys()].filter((name) => !/^[a-z]+(-\w+)?$/.test(name)),
    [],
    "names of files",
  );
  for (const [name, svg] of pictures) {
    for (const line of svg.split("\n")) assert.equal(visible(line), line, name);
    assert.doesNotMatch(svg, /x{200}|\u2060/, name);
    await renderPng(svg);
  }
  assert.match(pictures.get("map")!, />constructor</);
  assert.match(pictures.get("map")!, />\\x1b\[2J</);
});

test("one class, one sample, 1000 classes, no number: pictures and page are made", async () => {
  const none: Metrics = { acc: Number.NaN, nmi: Number.POSITIVE_INFINITY, more: { __proto__: 1 } as Metrics };
  for (const classes of [1, 1000]) {
    const run = fakeRun({ classes: Array.from({ length: classes }, (_, k) => `class ${k}`) });
    const points = classes === 1 ? 1 : 60;
    const map = {
      ...run.map!,
      x: run.map!.x.slice(0, points),
      y: run.map!.y.slice(0, points),
      colorings: run.map!.colorings.map((each) => ({ ...each, values: each.values.slice(0, points) })),
    };
    const lines = run.lines.map((line) => ({ ...line, losses: { total: Number.NaN }, metrics: none }));
    const odd = { ...run, map, lines, result: { ...run.result!, metrics: none } };
    for (const [name, svg] of await runPictures(odd)) {
      assert.doesNotMatch(svg, /NaN|undefined/, name);
      assert.ok(svg.length < 2_000_000, `${name}: ${svg.length}`);
      if (classes === 1000 && name === "map") assert.doesNotMatch(svg, />class \d/, "no legend over the points");
    }
    const page = reportPage([odd]);
    assert.ok(page.length < 3_000_000);
    assert.match(page, /<span class="value">n\/a</);
  }
});

test("a PNG at twice the size", async () => {
  const svg = await renderSvg(lossCharts(entries, "train").slice(0, 1), { width: 100, aspect: 1 });
  const png = await renderPng(svg);
  if (!png) return; // a machine without fonts
  assert.equal(png.toString("latin1", 1, 4), "PNG");
  assert.equal(png.readUInt32BE(16), 2 * (100 + 36));
});

test("the plots of a run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-plots-"));
  try {
    await writePlots({ ...fakeRun({}), folder });
    await writePlots({ ...fakeRun({ retrieval: true }), folder });
    const files = readdirSync(join(folder, "plots")).filter((name) => name.endsWith(".svg"));
    assert.deepEqual(files.sort(), ["confusion.svg", "losses.svg", "map.svg", "metrics.svg", "retrieval.svg"]);
    const map = readFileSync(join(folder, "plots", "map.svg"), "utf8");
    for (const title of ["Representation by label", "Representation by cluster", "Where it differs from the label"]) {
      assert(map.includes(`>${title}<`), title);
    }
    assert(count(map, /<path/g) >= 180, "three colorings of 60 points");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
