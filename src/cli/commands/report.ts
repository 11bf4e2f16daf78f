// vantage report <run…>: one HTML page of one or several runs.
import type { Command } from "commander";
import { needPackages } from "../../optional.js";
import { writePlots } from "../../report/charts/plots.js";
import { writeReport } from "../../report/pages/page.js";
import { loadReportRun } from "../../report/report-run.js";
import { printResult } from "../output/output.js";

export function addReportCommand(root: Command): void {
  root
    .command("report <run...>")
    .description("write one HTML page with curves, tables and embedding maps; several runs side by side")
    .option("--out <file>", "output file (default: report.html in the run's folder, or here for several runs)")
    .action(async (folders: string[], { out }: { out?: string }) => {
      needPackages("reports");
      if (folders.length === 1) await writePlots(loadReportRun(folders[0]!));
      const path = writeReport(folders, out ?? (folders.length === 1 ? undefined : "report.html"));
      printResult({ report: path, runs: folders }, [path]);
    });
}
