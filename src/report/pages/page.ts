// report.html: one page that needs no server and no network, for one run or for several.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { writeFileAtomic } from "../../files.js";
import { inside } from "../../inside.js";
import { needPackages } from "../../optional.js";
import { palettes } from "../charts/palette.js";
import { groupRuns, loadReportRun, type ReportRun } from "../report-run.js";
import { comparisonPage, comparisonTitle } from "./comparison-page.js";
import { html, jsonForScript, ownMarkup } from "./html.js";
import { ChartData } from "./page-parts.js";
import { pageScript } from "./page-script.js";
import { pageStyle } from "./page-style.js";
import { runPage, runTitle } from "./run-page.js";

/**
 * The page as text. It holds ECharts and all data; its content security policy lets only its own scripts run and
 * nothing load, whatever a name in the data may hold.
 * @throws RangeError without a run.
 */
export function reportPage(runs: readonly ReportRun[]): string {
  const groups = groupRuns(runs);
  const [first] = groups.flatMap(({ entries }) => entries);
  if (!first) throw new RangeError("reportPage: no run");
  const data = new ChartData();
  const several = runs.length > 1;
  const body = several ? comparisonPage(groups, data) : runPage(first, data);
  const title = several ? comparisonTitle(groups) : runTitle(first.run);
  const scripts = [echartsSource(), pageScript].map((text) =>
    ownMarkup(text.replaceAll(/<(?=\/script|!--)/gi, "\\x3c")),
  );
  const hashes = scripts.map((script) => `'sha256-${createHash("sha256").update(script.html).digest("base64")}'`);
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="generator" content="vantage ${first.run.environment.vantage}">
<title>${title}</title>
<style>${ownMarkup(pageStyle)}</style>
</head>
<body>
${data.contents()}
<main>
${body}
<footer>Made by vantage ${first.run.environment.vantage}; charts by Apache ECharts.</footer>
</main>
<script type="application/json" id="data">${ownMarkup(jsonForScript({ palettes, charts: data.options }))}</script>
${scripts.map((script) => html`<script>${script}</script>\n`)}</body>
</html>
`.html;
}

/**
 * Writes report.html of the given run folders.
 * @param path where to; by default into the folder of the only run.
 * @returns where it is.
 * @throws UserError for a folder that is not a run, or a page that cannot be written; RangeError for several runs and no path.
 */
export function writeReport(folders: readonly string[], path?: string): string {
  if (path === undefined && folders.length > 1) throw new RangeError("writeReport: several runs need a path");
  const target = path ?? inside(folders[0]!, "report.html");
  writeFileAtomic(target, reportPage(folders.map(loadReportRun)));
  return target;
}

let echarts: string | undefined;

function echartsSource(): string {
  needPackages("reports");
  echarts ??= readFileSync(createRequire(import.meta.url).resolve("echarts/dist/echarts.min.js"), "utf8");
  return echarts;
}
