// Commands that are killed at any point and run again until they end: what they leave must be what one run leaves that was never killed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Random } from "../core/kernels/random.js";
import { readTensors } from "../runs/safetensors.js";

const script = fileURLToPath(new URL("../../bin/vantage.js", import.meta.url));
const faults = new URL("./faults.testing.js", import.meta.url).href;

export interface Life {
  /** null where it was killed. */
  readonly status: number | null;
  readonly stderr: string;
  readonly seconds: number;
}

/** One life of a command. @param killAfter milliseconds. */
export function live(
  args: readonly string[],
  folder: string,
  { fault, killAfter, env }: { fault?: string; killAfter?: number; env?: Record<string, string> },
): Promise<Life> {
  const started = performance.now();
  const child = spawn(process.execPath, [...(fault ? ["--import", faults] : []), script, ...args], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env, ...(fault && { VANTAGE_FAULT: fault }) },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
  return new Promise((resolve) =>
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ status, stderr, seconds: (performance.now() - started) / 1000 });
    }),
  );
}

/** How many changes to files a life said that it made. */
export function changesOf({ stderr }: Life): number {
  return Number(/^changes (\d+)$/m.exec(stderr)![1]);
}

export interface Killed {
  /** A folder that is made anew for every course from the first life to the last. */
  readonly folder: string;
  readonly kills: number;
  readonly random: Random;
  /** The next command, seeing what the lives before have left in the folder. */
  command(folder: string): readonly string[];
  /** What the end of a course has to be like. */
  content(folder: string): unknown | Promise<unknown>;
  prepare?(folder: string): void;
  readonly env?: Record<string, string>;
  /** Whether it fails where the disk is full; others can do without what they write. */
  readonly minds?: boolean;
  /** Names of files that may be there beside: what no later command can know to be of no use. */
  mayLeave?(name: string): boolean;
}

/**
 * Kills a command `kills` times, half of the times after a random time, half at a random change to a file (or fills its disk there), and compares what
 * is there in the end with what one life leaves.
 */
export async function killAndCompare({
  folder,
  kills,
  random,
  command,
  content,
  prepare,
  env,
  mayLeave,
  minds = true,
}: Killed): Promise<void> {
  const fresh = () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    prepare?.(folder);
  };
  fresh();
  const whole = await live(command(folder), folder, { fault: "count", env });
  assert.equal(whole.status, 0, whole.stderr);
  const expected = await content(folder);
  const changes = changesOf(whole);
  let [done, full, courses] = [0, 0, 0];
  while (done < kills) {
    fresh();
    const course: string[] = [];
    for (;;) {
      const lives = done >= kills || course.length >= 8;
      const atChange = random.next() < 0.5;
      const kind = minds && random.next() < 0.3 ? "full" : "kill";
      const fault = `${kind}:${1 + random.integer(changes)}`;
      const killAfter = 1000 * whole.seconds * random.next();
      const args = command(folder);
      const life = await live(args, folder, lives ? { env } : { env, ...(atChange ? { fault } : { killAfter }) });
      course.push(
        `${args.join(" ")}  ${lives ? "" : atChange ? fault : `${killAfter.toFixed(0)} ms`}  ${life.status ?? "killed"}`,
      );
      if (life.status === null) {
        done++;
        continue;
      }
      if (life.status === 2 && atChange && kind === "full") {
        const [said, ...more] = life.stderr.split("\n").filter((line) => line.startsWith("vantage: "));
        assert.match(said!, /cannot be written: the disk is full$/, course.join("\n"));
        assert.deepEqual(more, []);
        full++;
        continue;
      }
      assert.equal(life.status, 0, `${life.stderr}\n${course.join("\n")}`);
      break;
    }
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (mayLeave?.(basename(name))) rmSync(join(folder, name));
    }
    assert.deepEqual(await content(folder), expected, course.join("\n"));
    courses++;
  }
  console.log(`${done} kills and ${full} full disks in ${courses} courses; ${changes} changes to files in one life`);
}

/** Text that depends on when, or how long, something was done, made the same. */
function timeless(path: string): unknown {
  const text = readFileSync(path, "utf8");
  if (path.endsWith("metrics.jsonl")) {
    return text.split("\n").map((line) => line && { ...JSON.parse(line), seconds: 0, epochSeconds: 0 });
  }
  if (path.endsWith("result.json")) return { ...JSON.parse(text), seconds: 0, secondsPerEpoch: 0, stages: [] };
  if (path.endsWith("environment.json")) return { ...JSON.parse(text), started: "" };
  if (path.endsWith("index.yaml")) return text.replace(/^(created|identity): .*$/gm, "");
  if (path.endsWith("store/identity.json")) return { ...JSON.parse(text), id: "" };
  if (path.endsWith("config.yaml")) return { ...parse(text), command: [] };
  if (path.endsWith("report.html")) return text.endsWith("</html>\n") || text.slice(-200);
  return text;
}

function checkpoint(path: string): unknown {
  const { tensors, metadata } = readTensors(path);
  const state = JSON.parse(metadata.state!);
  return {
    lines: metadata.metricLines,
    state,
    tensors: [...tensors].map(([name, { shape, data }]) => [
      name,
      shape,
      digest(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ]),
  };
}

function digest(bytes: Uint8Array): string {
  return `${bytes.length} bytes, ${createHash("sha256").update(bytes).digest("hex")}`;
}

/** All files below a folder by path, as bytes where they are the same in every run, otherwise without what tells the time. */
export function contentOf(folder: string): Map<string, unknown> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !statSync(join(folder, name)).isDirectory())
    .sort();
  return new Map(
    files.map((name) => {
      const path = join(folder, name);
      if (/state-\d+\.safetensors$/.test(name)) return [name.replace(/state-\d+/, "state"), checkpoint(path)];
      if (/\.(jsonl?|yaml|html)$/.test(name)) return [name, timeless(path)];
      return [name, digest(readFileSync(path))];
    }),
  );
}
