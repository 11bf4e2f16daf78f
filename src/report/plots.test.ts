// Tests of the pictures: whole SVG with all curves, PNG with text or none at all, files in the run folder.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fakeRun } from "./fake-run.testing.js";
import { palettes } from "./palette.js";
import { renderPng, renderSvg, runPictures, writePlots } from "./plots.js";
import { groupRuns } from "./report-run.js";
import { lossCharts, metricCharts } from "./training-charts.js";

const { entries } = groupRuns([fakeRun({})])[0]!;
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

test("a line for each series in its colour, a title for each chart, no hooks of the page", async () => {
  for (const scheme of ["light", "dark"] as const) {
    const colours = palettes[scheme];
    const svg = await renderSvg(metricCharts(entries, "train"), { scheme });
    const lines = (colour: string) => count(svg, new RegExp(`<path d="M[^"]*L[^"]*"[^>]*stroke="${colour}"`, "g"));
    assert.equal(lines(colours.series0!), 1);
    assert.equal(lines(colours.series1!), 1);
    assert.equal(lines(colours.series2!), 0);
    assert.match(svg, />Measures by epoch</);
    assert.match(svg, new RegExp(`<rect[^>]*fill="${colours.paper}"`));
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
    assert(count(map, /<path/g) >= 180, "three colourings of 60 points");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
