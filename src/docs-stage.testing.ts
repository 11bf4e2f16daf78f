// Where the documentation's examples run: a folder of their own, with this build as `vantage`, `npx vantage` and "vantage-ml".
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "./docs-pages.testing.js";

const bin = join(root, "bin/vantage.js");
const tsc = join(root, "node_modules/typescript/bin/tsc");

/**
 * `vantage` of this build, on one thread. A training is one epoch of narrow networks and an index of the emoji has one view's
 * items, so that examples are not long; a server gets a port that is free, and says in a file that it is there.
 */
const vantage = `#!/usr/bin/env node
import { writeFileSync } from "node:fs";
const words = process.argv.slice(2);
const [command, method] = words[0] === "--method-file" ? words.slice(2) : words;
const isHelp = words.includes("--help");
const alone = ["report", "datasets", "copy", "export", "doctor", "completion", "help"];
if (!isHelp && !alone.includes(command)) process.argv.push("--threads", "1");
if (!isHelp && command === "train" && method !== "cca") process.argv.push("--epochs", "1");
if (command === "index" && process.argv.includes("runs/emoji")) process.argv.push("--views-to-index", "noto");
if (command === "train" && (method === "dchn" || method === "djsrh")) process.argv.push("--set", "hidden=64");
if (command === "serve") {
  process.argv.push("--port", process.env.STAGE_PORT);
  writeFileSync(process.env.STAGE_SERVER, String(process.pid));
}
await import(${JSON.stringify(bin)});
`;
const npx = `#!/bin/sh
test "$1" = vantage || { echo "npx $1: the stage has vantage only" >&2; exit 1; }
shift
exec vantage "$@"
`;
/** The same request, to the port where the server of the example listens; a reply that is no success is a failure. */
const curl = `#!/usr/bin/env node
import { spawnSync } from "node:child_process";
const args = process.argv.slice(2).map((each) => each.replace(/^localhost:7040\\b/, "localhost:" + process.env.STAGE_PORT));
const path = process.env.PATH.split(${JSON.stringify(delimiter)}).slice(1).join(${JSON.stringify(delimiter)});
const { status, error } = spawnSync("curl", ["--fail-with-body", ...args], { stdio: "inherit", env: { ...process.env, PATH: path } });
if (error) throw error;
process.exit(status);
`;

export interface Stage {
  readonly folder: string;
  /** Runs a shell example as it is written, to its end; rejects with all that it said where a command of it fails. */
  shell(text: string): Promise<string>;
  /** Runs a shell example whose last command serves; `use` has the server, then it is stopped. */
  serving(text: string, use: (url: string) => Promise<void>): Promise<void>;
  /** Checks the types of a TypeScript example and runs it; what it said. */
  script(text: string): Promise<string>;
  /** Ends what still runs, and removes the folder. */
  remove(): void;
}

export async function openStage(): Promise<Stage> {
  const place = mkdtempSync(join(tmpdir(), "vantage-docs-"));
  const [tools, folder] = [join(place, "bin"), join(place, "work")];
  for (const each of [tools, join(folder, "node_modules")]) mkdirSync(each, { recursive: true });
  symlinkSync(root, join(folder, "node_modules/vantage-ml"));
  symlinkSync(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
  writeFileSync(join(tools, "package.json"), '{"type":"module"}');
  for (const [name, text] of Object.entries({ vantage, npx, curl })) {
    writeFileSync(join(tools, name), text);
    chmodSync(join(tools, name), 0o755);
  }
  const port = await freePort();
  const server = join(place, "server");
  const env = {
    ...process.env,
    PATH: `${tools}${delimiter}${process.env.PATH}`,
    STAGE_PORT: String(port),
    STAGE_SERVER: server,
  };
  const start = (command: string, args: readonly string[]) => {
    const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    const done = new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status) =>
        status === 0
          ? resolve(said)
          : reject(new Error(`${[command, ...args].join(" ")}\nended with ${status}:\n${said}`)),
      );
    });
    return { done, said: () => said };
  };
  // The first command that fails ends the example.
  const bash = (text: string) => start("bash", ["-euo", "pipefail", "-c", text]);
  const stop = () => {
    if (existsSync(server)) process.kill(Number(readFileSync(server, "utf8")), "SIGTERM");
    rmSync(server, { force: true });
  };
  return {
    folder,
    shell: (text) => bash(text).done,
    async serving(text, use) {
      const running = bash(text);
      const url = `http://127.0.0.1:${port}`;
      try {
        await Promise.race([received(() => running.said().includes(`at ${url}/`)), running.done]);
        await use(url);
      } finally {
        stop();
      }
      await running.done;
    },
    async script(text) {
      writeFileSync(join(folder, "package.json"), '{"type":"module"}');
      writeFileSync(join(folder, "example.ts"), text);
      const flags = ["--strict", "--target", "es2023", "--module", "nodenext", "--types", "node", "--skipLibCheck"];
      await start(process.execPath, [tsc, ...flags, "example.ts"]).done;
      return start(process.execPath, ["example.js"]).done;
    },
    remove() {
      stop();
      rmSync(place, { recursive: true, force: true });
    },
  };
}

async function received(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** A port on loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
