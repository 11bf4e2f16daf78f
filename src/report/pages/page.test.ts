// Tests of report.html: what is on it, that nothing in the data becomes markup, and that a browser draws it.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { UserError } from "../../errors.js";
import { writeExamples } from "../../runs/examples.js";
import { writeResult } from "../../runs/result.js";
import { createRun } from "../../runs/run-folder.js";
import { fakeRun } from "../fake-run.testing.js";
import { reportPage, writeReport } from "./page.js";

/** The page without scripts and style. */
const markup = (page: string) => page.replaceAll(/<(script|style)\b.*?<\/\1>/gs, "");

function chartsOf(page: string): Record<string, { series: unknown[] }> {
  const [, text] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)!;
  return JSON.parse(text!).charts;
}

test("one run: headline, cards, views, settings, environment, command", () => {
  const page = markup(reportPage([fakeRun({})]));
  for (const part of [
    "<h1>GMAE on Digits</h1>",
    "<b>Clustering</b>",
    "seed <b>0</b>",
    "2 January 2026, 03:04 UTC",
    '<span class="name">ACC</span>\n<span class="value">0.900</span>',
    "60 samples · 1 view · 3 classes",
    "<td>240</td><td>sparse</td><td>12.5 %</td><td>−1 … 6</td><td>1</td><td>2</td><td>15 (25 %)</td><td>0.625</td>",
    '<th scope="row">rate</th><td>0.001</td>',
    "2 KiB, SHA-256 abababababababab…",
    "npx vantage train gmae --config runs/gmae-0/config.yaml",
  ]) {
    assert(page.includes(part), part);
  }
});

test("a card says where the measure was higher before", () => {
  const run = fakeRun({});
  const lines = run.lines.map((line) => (line.epoch === 20 ? { ...line, metrics: { acc: 0.95, nmi: 0.8 } } : line));
  const page = markup(reportPage([{ ...run, lines }]));
  assert(page.includes("highest 0.950 at epoch 20"));
  assert.equal(page.match(/highest/g)?.length, 1);
});

test("the command is quoted for a shell", () => {
  const run = fakeRun({});
  const page = reportPage([
    { ...run, config: { ...run.config, command: ["vantage", "train", "--data", "my file's.mat"] } },
  ]);
  assert(page.includes("npx vantage train --data &#39;my file&#39;\\&#39;&#39;s.mat&#39;</pre>"));
});

test("charts: measures, two losses, the map three ways, the confusion matrix", () => {
  const page = reportPage([fakeRun({})]);
  const charts = chartsOf(page);
  assert.deepEqual(
    Object.values(charts).map(({ series }) => series.length),
    [2, 1, 1, 6, 6, 2, 1],
  );
  for (const [, key] of page.matchAll(/data-chart="([^"]+)"/g)) assert(key! in charts, key);
});

test("several runs: means and sample deviations over seeds, the best mean marked, what differs marked", () => {
  const page = markup(
    reportPage([
      fakeRun({ acc: 0.8 }),
      fakeRun({ seed: 1, acc: 0.9 }),
      fakeRun({ acc: 0.7, options: { rate: 0.1 }, folder: "runs/slow" }),
    ]),
  );
  assert(page.includes('<td class="best">0.850 ± 0.071</td>'), "0.8 and 0.9");
  assert(page.includes("gmae, mean of 2 seeds"));
  assert(page.includes('<th scope="row">slow</th><td>0.700</td>'));
  assert(page.includes('<tr class="differs"><th scope="row">rate</th><td>0.001</td><td>0.1</td></tr>'));
  assert.equal(page.match(/<figure data-switch="map">/g)?.length, 3);
});

test("what would be one point is a number; what was measured once, at the end, is on the cards alone", () => {
  const run = fakeRun({});
  const page = reportPage([{ ...run, lines: run.lines.slice(9, 10) }]);
  assert.equal(Object.keys(chartsOf(page)).length, 4, "three maps and a matrix");
  assert(markup(page).includes("<dt>Total loss at epoch 10</dt><dd>10</dd>"));
  assert(!markup(page).includes("<dt>ACC"));
  const both = markup(reportPage([{ ...run, lines: run.lines.slice(0, 1) }, fakeRun({ seed: 1, folder: "b" })]));
  assert(both.includes("Total loss"), "the other run has a curve");
});

test("the contents lead to every section", () => {
  for (const page of [reportPage([fakeRun({})]), reportPage([fakeRun({}), fakeRun({ seed: 1 })])].map(markup)) {
    const links = [...page.matchAll(/<a href="#(s\d+)">([^<]*)</g)].map(([, id, title]) => `${id} ${title}`);
    const headings = [...page.matchAll(/<h2 id="(s\d+)">([^<]*)</g)].map(([, id, title]) => `${id} ${title}`);
    assert.deepEqual(links, headings);
    assert.equal(page.match(/<h2\b/g)?.length, links.length);
    assert.doesNotMatch(page, /<th[^>]*><\/th>/, "no heading of a table is empty");
  }
});

test("baselines: beside the headline, and as rows below the runs", () => {
  const of = (joined: number, init: Parameters<typeof fakeRun>[0]) => {
    const run = fakeRun(init);
    return { ...run, result: { ...run.result!, baselines: { joined: { acc: joined } } } };
  };
  const page = markup(reportPage([of(0.95, {})]));
  assert(page.includes('<small class="better">k-means, joined views 0.950 (better)</small>'));
  const several = markup(reportPage([of(0.4, {}), of(0.6, { seed: 1 })]));
  assert(several.includes('<th scope="row">k-means, joined views</th><td>0.500 ± 0.141</td>'));
});

test("example queries: pictures, words, classes and what is right", () => {
  const item = { id: "photos/cat.jpg", labels: ["cat"] };
  const picture = "data:image/webp;base64,UklGRg==";
  const examples = {
    measure: "Hamming distance" as const,
    rule: "The queries are spread evenly.",
    pictures: [picture],
    directions: [
      {
        direction: "image->text",
        searched: 40,
        queries: [
          {
            query: { ...item, picture: 0 },
            hits: [
              { ...item, text: evil, score: 3, relevant: true, isPair: false },
              { ...item, labels: [], score: 4, relevant: false, isPair: false },
            ],
          },
        ],
      },
    ],
  };
  const page = markup(reportPage([{ ...fakeRun({ retrieval: true }), examples }]));
  for (const part of [
    "Example queries",
    `<img src="${picture}" alt="photos/cat.jpg">`,
    "image → text",
    "1 of 2 hits are of its class",
    "✓ its class",
    "✗ other class",
    "3 bits apart",
    "&lt;img src=x",
  ]) {
    assert(page.replaceAll("&#60;", "&lt;").includes(part), part);
  }
  assert.equal(page.match(/<img\b/g)?.length, 1);
});

test("retrieval runs of several code lengths", () => {
  const runs = [16, 32].map((bits) => fakeRun({ method: "dchn", retrieval: true, options: { bits } }));
  const page = reportPage(runs);
  assert(page.includes("Mean average precision by code length"));
  assert(page.includes("mAP image → text"));
});

test("a run without a result has its curves", () => {
  const { lines, config, environment, folder } = fakeRun({});
  const page = markup(reportPage([{ lines, config, environment, folder }]));
  assert(page.includes("<b>not finished</b>, 30 epochs so far"));
  assert(reportPage([{ lines: [], config, environment, folder }]).includes("0 epochs so far"));
});

const evil = `</script><script>document.title="owned"</script><img src=x onerror="document.title='owned'">`;

function evilRun(): ReturnType<typeof fakeRun> {
  const run = fakeRun({ classes: [evil, "{a}", "$ink"], options: { [evil]: evil, list: [evil] }, method: evil });
  const views = run.result!.dataset.views.map((view) => ({ ...view, name: evil }));
  return {
    ...run,
    folder: evil,
    config: { ...run.config, task: evil, dataset: { name: evil, path: evil }, command: [evil] },
    environment: { ...run.environment, started: evil, cpu: evil, vantage: evil },
    lines: run.lines.map((line) => ({
      ...line,
      stage: evil,
      losses: { [evil]: 1 },
      metrics: { [evil]: { [evil]: 0.5 } },
    })),
    result: { ...run.result!, dataset: { ...run.result!.dataset, views, notes: [evil] }, metrics: { [evil]: 0.5 } },
    map: { ...run.map!, projection: evil, colorings: run.map!.colorings.map((each) => ({ ...each, name: evil })) },
  };
}

test("whatever names hold, they stay text: one run and several", () => {
  for (const page of [reportPage([evilRun()]), reportPage([evilRun(), fakeRun({})])]) {
    assert.equal(page.match(/<script\b/gi)?.length, 3, "the page's own");
    assert.equal(page.match(/<\/script/gi)?.length, 3);
    assert.doesNotMatch(markup(page), /<img|onerror="/);
    chartsOf(page);
  }
});

test("the page loads nothing, lets only its own scripts run, and is below 3 MB", () => {
  const page = reportPage([fakeRun({})]);
  assert.doesNotMatch(markup(page), /\bsrc=|\bhref="(?!#s\d)|url\(/);
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)!;
  const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text]) => text!);
  const hashes = scripts.map((text) => `&#39;sha256-${createHash("sha256").update(text).digest("base64")}&#39;`);
  assert.equal(scripts.length, 2);
  assert.equal(
    policy,
    `default-src &#39;none&#39;; script-src ${hashes.join(" ")}; style-src &#39;unsafe-inline&#39;; img-src data: blob:; base-uri &#39;none&#39;; form-action &#39;none&#39;`,
  );
  assert(Buffer.byteLength(page) < 3_000_000);
});

test("a report is made from the folder alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-report-"));
  try {
    const { config, environment, lines, result, map } = fakeRun({});
    const run = createRun(join(folder, "a"), config, environment);
    for (const line of lines) run.log(line);
    run.close();
    writeResult(run.folder, result!, map);
    const path = writeReport([run.folder]);
    assert.equal(path, join(run.folder, "report.html"));
    assert.equal(
      readFileSync(path, "utf8"),
      reportPage([{ folder: run.folder, config, environment, lines, result, map }]),
    );
    assert.equal(writeReport([run.folder, run.folder], join(folder, "both.html")), join(folder, "both.html"));
    assert.throws(() => writeReport([run.folder, run.folder]), RangeError);
    assert.throws(() => writeReport([join(folder, "none")]), /there is no such run folder/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what is not of its type in a run's folder is refused in one line", () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-hostile-"));
  const raw = { html: "<script>" };
  const { config, environment, lines, result, map } = fakeRun({});
  const { dataset } = result!;
  const examples = { measure: "Hamming distance" as const, rule: "", directions: [], pictures: [] };
  const cases: [file: string, content: unknown, complaint: RegExp][] = [
    ["environment.json", { ...environment, vantage: raw }, /environment\.json: vantage: /],
    ["environment.json", { ...environment, files: [null] }, /environment\.json: files\.0: /],
    ["result.json", { ...result, epochs: raw }, /result\.json: epochs: /],
    ["result.json", { ...result, dataset: { ...dataset, views: [null] } }, /result\.json: dataset\.views\.0: /],
    [
      "result.json",
      { ...result, confusion: { rows: ["a"], columns: ["a"], counts: [["1"]] } },
      /confusion\.counts\.0\.0: /,
    ],
    [
      "result.json",
      { ...result, confusion: { rows: ["a"], columns: ["a"], counts: [] } },
      /confusion: expected as many counts/,
    ],
    ["result.json", { ...result, viewMetrics: { pix: { acc: raw } } }, /viewMetrics\.pix: /],
    ["result.json", { ...result, baselines: { bestView: { name: 1 } } }, /baselines\.bestView: /],
    ["result.json", { ...result, clusters: { sizes: raw } }, /clusters\.sizes: /],
    ["result.json", { ...result, retrieval: [{ direction: raw }] }, /retrieval\.0\.direction: /],
    ["examples.json", { ...examples, pictures: ["https://elsewhere/x.webp"] }, /examples\.json: pictures\.0: /],
  ];
  try {
    const run = createRun(join(folder, "a"), config, environment);
    for (const line of lines) run.log(line);
    run.close();
    writeResult(run.folder, result!, map);
    writeExamples(run.folder, examples);
    for (const [file, content, complaint] of cases) {
      const path = join(run.folder, file);
      const before = readFileSync(path);
      writeFileSync(path, JSON.stringify(content));
      assert.throws(() => writeReport([run.folder]), complaint);
      assert.throws(() => writeReport([run.folder]), UserError);
      writeFileSync(path, before);
    }
    writeReport([run.folder]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const browser = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0,
);

const flags = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

test("a browser draws every chart, runs no script of the data's and asks nobody for anything", {
  skip: browser === undefined && "no Chromium",
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-browser-"));
  const requested: string[] = [];
  const foreign = createServer((request, response) => {
    requested.push(request.url!);
    response.end();
  });
  await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`;
  const form = `<form action="${url}"><button autofocus></form>`;
  const markupOfTheirs = `<meta http-equiv="refresh" content="0;url=${url}"><base href="${url}"><img src="${url}">`;
  try {
    const path = join(folder, "report.html");
    const run = evilRun();
    const html = { html: markupOfTheirs } as never;
    const environment = { ...run.environment, vantage: html, node: markupOfTheirs, cpu: form };
    writeFileSync(path, reportPage([{ ...run, environment, result: { ...run.result!, epochs: html } }]));
    const profile = `--user-data-dir=${join(folder, "profile")}`;
    const { stdout: dom } = await promisify(execFile)(browser!, [...flags, profile, pathToFileURL(path).href], {
      timeout: 120_000,
      maxBuffer: 1 << 26,
    });
    const figures = markup(dom).match(/data-chart=/g)!.length;
    assert.equal(markup(dom).match(/<svg |<canvas /g)?.length, figures);
    assert.doesNotMatch(dom, /<title>owned/);
    assert.match(dom, /<path d="M[^"]*" fill="none" stroke="#/);
    const elements = markup(dom).replaceAll(/="[^"]*"/g, "");
    assert.doesNotMatch(elements, /<form|<base|<img/);
    assert.equal(elements.match(/<meta/g)?.length, 4, "the page's own");
    assert.ok(markup(dom).includes("&lt;form action="), "their text is shown");
    assert.deepEqual(requested, []);
  } finally {
    foreign.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
