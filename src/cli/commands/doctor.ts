// vantage doctor: what of the program works on this machine, and what installs the rest.
import type { Command } from "commander";
import { textTable } from "../../text-table.js";
import { version } from "../../version.js";
import type { Check, State } from "../doctor/check.js";
import { checkDevices, checkTraining } from "../doctor/engine.js";
import { checkMemory, checkNode, checkProcessor } from "../doctor/machine.js";
import { checkPackages } from "../doctor/packages.js";
import { checkCache, checkHere } from "../doctor/storage.js";
import { printResult } from "../output/output.js";

const signs: Readonly<Record<State, string>> = { ok: "ok", missing: "–", fails: "FAILS" };

export function addDoctorCommand(root: Command): void {
  root
    .command("doctor")
    .description("check what works on this machine: Node.js, CPU, ONNX Runtime, packages, GPU, cache")
    .action(async () => {
      const checks: Check[] = [checkNode(), checkProcessor(), checkMemory(), await checkTraining()];
      checks.push(...(await checkDevices()), ...checkPackages(), checkCache(), checkHere());
      const failing = checks.filter(({ state }) => state === "fails");
      const rows = checks.map(({ name, state, text }) => [signs[state], name, text]);
      const end =
        failing.length === 0
          ? "training, indexing and search work here; lines with – matter only for that feature"
          : `does not work here: ${failing.map(({ name }) => name).join(", ")}`;
      printResult({ ok: failing.length === 0, version, checks }, [`vantage ${version}`, ...textTable(rows), "", end]);
      if (failing.length > 0) process.exitCode = 1;
    });
}
