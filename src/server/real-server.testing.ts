// The real server in a process of its own, for tests that are rough with it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../bin/vantage.js", import.meta.url));

export interface RealServer {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** What it has said on stderr. */
  said(): string;
  /** Ends it and resolves with its exit status. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface RealServerOptions {
  /** Descriptors that it may have open (`ulimit -n`). */
  readonly descriptors?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export async function startServer(
  folder: string,
  args: readonly string[] = [],
  { descriptors, env = {} }: RealServerOptions = {},
): Promise<RealServer> {
  const command = [process.execPath, script, "serve", folder, "--port", "0", "--threads", "1", ...args];
  // exec, so that the process is the server itself.
  if (descriptors !== undefined) command.unshift("sh", "-c", `ulimit -n ${descriptors}; exec "$@"`, "sh");
  const child = spawn(command[0]!, command.slice(1), {
    stdio: ["ignore", "ignore", "pipe"],
    cwd: folder,
    env: { ...process.env, ...env },
  });
  let said = "";
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr!.on("data", (data) => {
      said += data;
      const found = /serving .* at http:\/\/(?:127|0)\.0\.0\.[01]:(\d+)\//.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void ended.then((status) => reject(new Error(`the server ended with ${status}: ${said}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    process: child,
    said: () => said,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

const agent = new Agent({ keepAlive: true });

/**
 * The status and body of a JSON request. Not by `fetch`: where a server went away, that has once left its promise open for ever, with
 * nothing left that kept the process up.
 */
export async function send(
  { url }: Pick<RealServer, "url">,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = sent && { "content-type": "application/json", "content-length": sent.length };
  const requested = request(url + path, { agent, method, headers });
  requested.end(sent);
  const [reply] = (await once(requested, "response")) as [IncomingMessage];
  return { status: reply.statusCode!, body: (await json(reply)) as Record<string, unknown> };
}
