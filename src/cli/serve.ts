// vantage serve <index…>: the search server and its page, until it is told to stop.
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Command } from "commander";
import { UserError } from "../errors.js";
import { Engine } from "../runtime/index.js";
import { SearchIndex } from "../search/search-index.js";
import { isLoopback } from "../server/security.js";
import { say } from "./output.js";
import { engineOptions, wholeNumber } from "./settings.js";

export interface ServeFlags {
  readonly host: string;
  readonly port: string;
  readonly token?: string;
  readonly runs?: string;
  readonly threads?: string;
}

/** Requests in progress get so many milliseconds before their connections are cut. */
const patience = 10_000;

export function addServeCommand(root: Command): void {
  addServeFlags(
    root
      .command("serve <index...>")
      .description("search over HTTP and in the browser; ends on Ctrl-C or SIGTERM, after the requests in progress"),
  ).action(serve);
}

export function addServeFlags(command: Command): Command {
  return command
    .option(
      "--host <address>",
      "address to listen on; others than this machine reach it only where it is not loopback",
      "127.0.0.1",
    )
    .option("--port <n>", "0: any free one", "7040")
    .option(
      "--token <text>",
      "what requests must bring as Authorization: Bearer (better: VANTAGE_TOKEN, which no list of processes shows)",
    )
    .option("--runs <folder>", "run folders for the runs page (default: runs, where it is there)")
    .option("--threads <n>", "threads for matrix products and kernels");
}

/** Serves until a signal; returns once everything is closed, with the exit status set (Ctrl-C: 130). */
export async function serve(folders: readonly string[], flags: ServeFlags): Promise<void> {
  const port = wholeNumber("--port", flags.port);
  if (port > 65535) throw new UserError(`--port ${port}: expected 0 … 65535`);
  const token = flags.token ?? process.env.VANTAGE_TOKEN;
  if (token === "") throw new UserError("the token is empty: leave it out, or give one");
  if (flags.runs !== undefined && !existsSync(flags.runs)) throw new UserError(`--runs ${flags.runs}: no such folder`);
  // Only this command needs the server: the others start sooner without it.
  const { createServer } = await import("../server/server.js");
  const engine = await Engine.open(engineOptions(flags));
  const indexes = new Map<string, SearchIndex>();
  try {
    for (const folder of folders) {
      const index = await SearchIndex.open(folder, engine);
      indexes.set(freeName(index.index.manifest.name, indexes), index);
      if (index.store.isReadOnly) say(`${folder} may only be read: items cannot be added or deleted`);
      await index.warm();
    }
    const localOnly = isLoopback(flags.host);
    if (!localOnly && token === undefined) {
      say(
        `warning: anybody who reaches ${flags.host} can search, add and delete; set VANTAGE_TOKEN to ask for a token`,
      );
    }
    const runs = flags.runs ?? (existsSync("runs") ? "runs" : undefined);
    const server = await createServer({ indexes, runs, token, localOnly, say });
    const stop = untilSignal();
    await server.listen({ host: flags.host, port }).catch((error: NodeJS.ErrnoException) => {
      throw listenError(error, flags.host, port);
    });
    const { address, family, port: taken } = server.server.address() as AddressInfo;
    say(
      `serving ${[...indexes.keys()].join(", ")} at http://${family === "IPv6" ? `[${address}]` : address}:${taken}/`,
    );
    const signal = await stop;
    say("stopping: requests in progress are answered first (again: at once)");
    const cut = setTimeout(() => server.server.closeAllConnections(), patience);
    await server.close();
    clearTimeout(cut);
    process.exitCode = signal === "SIGINT" ? 130 : 0;
  } finally {
    for (const index of indexes.values()) await index.close();
    await engine.close();
  }
}

/** The first signal is waited for, the second one ends the process. */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isTold = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (isTold) process.exit(130);
        isTold = true;
        resolve(signal);
      });
    }
  });
}

/** Two indexes of the same name get numbers. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name;
  for (let i = 2; ; i++) if (!taken.has(`${name}-${i}`)) return `${name}-${i}`;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  const reasons: Record<string, string> = {
    EADDRINUSE: "another program listens there: give another --port",
    EACCES: "this user may not listen there: give a --port above 1023",
    EADDRNOTAVAIL: "this machine has no such address",
    ENOTFOUND: "there is no such host",
  };
  const reason = reasons[error.code ?? ""];
  return reason === undefined ? error : new UserError(`${host}:${port}: ${reason}`);
}
