// Runs one side of a benchmark as a process of its own and takes the JSON line that it ends with.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));

/** What makes NumPy and PyTorch of Debian fast here: without it OpenBLAS may take the processor for a far older one. */
export function peerEnvironment(tuned) {
  const flagsLine = existsSync("/proc/cpuinfo")
    ? (readFileSync("/proc/cpuinfo", "utf8").match(/^flags.*$/m)?.[0] ?? "")
    : "";
  const wide = flagsLine.includes("avx512f");
  const core = { OPENBLAS_CORETYPE: wide ? "SKYLAKEX" : "Haswell" };
  if (!tuned) return core;
  return { ...core, OMP_WAIT_POLICY: "PASSIVE", ...(wide && { ATEN_CPU_CAPABILITY: "avx512" }) };
}

/** The last line of what a command prints, parsed; undefined, with a message, where it failed. */
export function runJson(command, args, env = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: 600_000,
  });
  if (result.signal === "SIGINT") process.exit(130);
  const line = result.stdout?.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line);
  } catch {
    const last = (result.stderr ?? "").trim().split("\n").slice(-3).join("\n");
    process.stderr.write(`  failed: ${command} ${args.join(" ")}\n${last}\n`);
    return undefined;
  }
}

/** Starts processes that each keep one processor busy; returns what stops them. */
export function startBusy(count) {
  const busy = Array.from({ length: count }, () => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
  const stop = () => {
    for (const each of busy) each.kill("SIGKILL");
  };
  process.once("exit", stop);
  return () => {
    stop();
    process.off("exit", stop);
  };
}
