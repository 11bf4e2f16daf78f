// Node.js, processor and memory, with the limits that a container sets.
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import satisfies from "semver/functions/satisfies.js";
import { type Check, formatBytes } from "./check.js";

const { version, platform, arch } = process;

/** Whether this Node.js is one that the package supports. */
export function checkNode(): Check {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const range = (JSON.parse(text) as { engines: { node: string } }).engines.node;
  const found = { version: version.slice(1), expected: range, platform, arch };
  const name = "Node.js";
  if (satisfies(version, range)) return { name, state: "ok", text: `${version} on ${platform} ${arch}`, found };
  return { name, state: "fails", text: `${version}, expected ${range}: install a later one`, found };
}

/** Vector instructions that matrix products gain by, as /proc/cpuinfo names them. */
const wanted = ["avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "sve"];

/** The processor, its instructions, and how many cores this process may use. */
export function checkProcessor(): Check {
  const usable = availableParallelism();
  const quota = processorQuota();
  const [first] = cpus();
  const model = first?.model.trim() || "unknown processor";
  const flags = /^(?:flags|Features)\s*:(.*)$/m
    .exec(read("/proc/cpuinfo") ?? "")?.[1]
    ?.trim()
    .split(/\s+/);
  const features = flags && wanted.filter((flag) => flags.includes(flag));
  const limit = quota === undefined ? "" : `, limited to ${quota} of them by the container`;
  const cores = `${usable} of ${cpus().length} cores usable${limit}`;
  const slow = features !== undefined && arch === "x64" && !features.includes("avx2");
  const vectors = features === undefined ? "" : `; ${features.join(" ") || "no vector instructions"}`;
  return {
    name: "processor",
    state: "ok",
    text: `${model}, ${cores}${vectors}${slow ? " (without avx2 training is several times slower)" : ""}`,
    found: { model, cores: cpus().length, usable, quota, features },
  };
}

/** Memory, and what the container leaves of it. */
export function checkMemory(): Check {
  const total = totalmem();
  const limit = process.constrainedMemory();
  const usable = limit > 0 && limit < total ? limit : total;
  const free = process.availableMemory();
  const of = usable < total ? `, limited to ${formatBytes(usable)} by the container` : "";
  const found = { total, limit: usable < total ? usable : undefined, free };
  const text = `${formatBytes(total)}${of}; ${formatBytes(free)} free`;
  if (free >= 500e6) return { name: "memory", state: "ok", text, found };
  return { name: "memory", state: "missing", text: `${text}: larger data sets will not fit`, found };
}

/** Cores that the control group allows; undefined without a limit. */
function processorQuota(): number | undefined {
  const [own, period = "100000"] = read("/sys/fs/cgroup/cpu.max")?.trim().split(/\s+/) ?? [
    read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us")?.trim(),
    read("/sys/fs/cgroup/cpu/cpu.cfs_period_us")?.trim(),
  ];
  const cores = Number(own) / Number(period);
  return cores > 0 ? Number(cores.toFixed(2)) : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
