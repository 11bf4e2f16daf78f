// vantage serve <index…>: the search server and its page, until it is stopped.
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer as createProbe } from "node:net";
import type { Command } from "commander";
import type { FastifyInstance } from "fastify";
import { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { SearchIndex } from "../../search/index/search-index.js";
import { checkOrigin } from "../../server/access/origins.js";
import { isLoopback } from "../../server/access/security.js";
import { checkToken } from "../../server/access/token.js";
import { several } from "../arguments.js";
import { printResult, say } from "../output/output.js";
import { engineOptions, wholeNumber } from "../settings.js";

export interface ServeFlags {
  readonly encoder?: readonly string[];
  readonly host: string;
  readonly port: string;
  readonly token?: string;
  readonly withoutToken?: boolean;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly runs?: string;
  readonly threads?: string;
}

/** Milliseconds after a signal until the connections of requests in progress are cut, and until the process ends in any case. */
const [patience, end] = [7000, 9500];

export function addServeCommand(root: Command): void {
  addServeFlags(
    root
      .command("serve <index...>")
      .description(
        "serve search over HTTP and in the browser; on Ctrl-C or SIGTERM, finish the requests in progress and stop",
      ),
  ).action(serve);
}

export function addServeFlags(command: Command): Command {
  return command
    .option("--host <address>", "address to listen on; 0.0.0.0 accepts requests from other machines", "127.0.0.1")
    .option("--port <n>", "port to listen on; 0: any free port", "7040")
    .option(
      "--token <text>",
      "token that requests must send as Authorization: Bearer (prefer VANTAGE_TOKEN: process lists show flags)",
    )
    .option("--without-token", "serve other machines without a token: anyone can search, add and delete")
    .option("--allow-host <name>", "another host name to accept, such as a proxy's; may be repeated", several)
    .option(
      "--allow-origin <origin>",
      "a site whose pages may send requests (CORS), such as https://example.org; may be repeated",
      several,
    )
    .option(
      "--encoder <spec>",
      "use an encoder of words or pictures that the index does not contain: onnx:FILE, transformers:MODEL or http:URL, as named in the index; may be repeated",
      several,
    )
    .option("--runs <folder>", "folder of runs for the page (default: runs, if it exists)")
    .option("--threads <n>", "threads for matrix products and kernels");
}
interface Access {
  readonly port: number;
  readonly token?: string;
  /** The address is this machine's own. */
  readonly localOnly: boolean;
}

/** Where it is to listen, and for whom. @throws UserError for what cannot be, or would let in anybody by default. */
async function checkServeFlags(flags: ServeFlags): Promise<Access> {
  const port = wholeNumber("--port", flags.port);
  if (port > 65535) throw new UserError(`--port ${port}: expected 0 … 65535`);
  const token = flags.token ?? process.env.VANTAGE_TOKEN;
  if (token !== undefined) checkToken(token);
  if (flags.runs !== undefined && !existsSync(flags.runs)) throw new UserError(`--runs ${flags.runs}: no such folder`);
  for (const origin of flags.allowOrigin ?? []) checkOrigin(origin);
  const { address } = await lookup(flags.host).catch((error: NodeJS.ErrnoException) => {
    throw listenError(error, flags.host, port);
  });
  const localOnly = isLoopback(address);
  if (!localOnly && token === undefined && flags.withoutToken !== true) {
    throw new UserError(
      `anyone who reaches ${flags.host} could search, add and delete: set VANTAGE_TOKEN to a token that requests must send ` +
        `(or give --token TEXT), or give --without-token to allow this`,
    );
  }
  return { port, token, localOnly };
}

/** Whether serving will be possible, before long work at whose end it is served. @throws UserError as serving would. */
export async function checkServing(flags: ServeFlags): Promise<void> {
  const { port } = await checkServeFlags(flags);
  const probe = createProbe().listen({ host: flags.host, port });
  await once(probe, "listening").catch((error: NodeJS.ErrnoException) => {
    throw listenError(error, flags.host, port);
  });
  probe.close();
  await once(probe, "close");
}

/** Serves until a signal; returns once everything is closed, with the exit status set (Ctrl-C: 130). */
export async function serve(folders: readonly string[], flags: ServeFlags): Promise<void> {
  // From here on, so that a signal is received while the indexes are opened too.
  const signal = firstSignal();
  const { port, token, localOnly } = await checkServeFlags(flags);
  // Only this command needs the server: the others start sooner without it.
  const { createServer } = await import("../../server/server.js");
  const engine = await Engine.open(engineOptions(flags));
  const indexes = new Map<string, SearchIndex>();
  let server: FastifyInstance | undefined;
  let last: NodeJS.Timeout | undefined;
  const start = async () => {
    for (const folder of folders) {
      const index = await SearchIndex.open(folder, engine, { onNote: say, encoders: flags.encoder });
      indexes.set(freeName(index.index.manifest.name, indexes), index);
      if (index.store.isReadOnly) say(`${folder} is read-only: items cannot be added or deleted`);
      await index.warm();
      if (signal.given !== undefined) return;
    }
    const runs = flags.runs ?? (existsSync("runs") ? "runs" : undefined);
    // The name that it listens at is a name of its own.
    const allowedHosts = [flags.host, ...(flags.allowHost ?? [])].map((name) => name.toLowerCase());
    server = await createServer({
      ...{ indexes, runs, token, say, allowedHosts, allowedOrigins: flags.allowOrigin },
      localOnly: localOnly || flags.allowHost !== undefined,
    });
    await server.listen({ host: flags.host, port }).catch((error: NodeJS.ErrnoException) => {
      throw listenError(error, flags.host, port);
    });
    const { address, family, port: taken } = server.server.address() as AddressInfo;
    const url = `http://${family === "IPv6" ? `[${address}]` : address}:${taken}/`;
    say(`serving ${[...indexes.keys()].join(", ")} at ${url}`);
    printResult({ indexes: [...indexes.keys()], url, pid: process.pid }, []);
  };
  try {
    const starting = start();
    await Promise.race([starting, signal.received]);
    await signal.received;
    // Whatever hangs, the process ends before a supervisor kills it after its usual ten seconds.
    last = setTimeout(() => {
      say(`stopped after ${end / 1000} s with requests or stores still open; exit status 1`);
      process.exit(1);
    }, end);
    // What was half opened is closed as well as what is ready.
    await starting;
    say("stopping: requests in progress are answered first (again: at once)");
    const cut = setTimeout(() => server?.server.closeAllConnections(), patience);
    await server?.close();
    clearTimeout(cut);
    process.exitCode = signal.given === "SIGINT" ? 130 : 0;
  } finally {
    for (const index of indexes.values()) await index.close();
    await engine.close();
    clearTimeout(last);
  }
}

interface FirstSignal {
  readonly received: Promise<void>;
  /** Which one, once it was received. */
  given: NodeJS.Signals | undefined;
}

/** The first signal is waited for, the second one ends the process. */
function firstSignal(): FirstSignal {
  const first: { given: NodeJS.Signals | undefined } = { given: undefined };
  const received = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.on(name, () => {
        if (first.given !== undefined) process.exit(130);
        first.given = name;
        resolve();
      });
    }
  });
  return Object.assign(first, { received });
}

/** Two indexes of the same name get numbers. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name;
  for (let i = 2; ; i++) if (!taken.has(`${name}-${i}`)) return `${name}-${i}`;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  const reasons: Record<string, string> = {
    EADDRINUSE: "the port is in use: give another --port",
    EACCES: "permission denied: give a --port above 1023",
    EADDRNOTAVAIL: "this machine has no such address",
    ENOTFOUND: "there is no such host",
    EAI_AGAIN: "no such host, or no name server answers",
  };
  const reason = reasons[error.code ?? ""];
  return reason === undefined ? error : new UserError(`${host}:${port}: ${reason}`);
}
