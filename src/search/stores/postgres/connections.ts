// Connections to a PostgreSQL server that are given up when they no longer answer: where a firewall or a failover swallows
// packets, neither side notices, and a query would wait for ever.
import { Socket } from "node:net";
import type { Client, Pool, PoolClient, PoolConfig } from "pg";
import { needPackages } from "../../../optional.js";
import type { Limits } from "./database.js";
import { type Target, urlError } from "./errors.js";

const connectMilliseconds = 10_000;
/** Queries get this long, of the 30 s that a request has; the server itself ends them a little sooner. */
const answerMilliseconds = 20_000;
const statementMilliseconds = 18_000;
/** A query without an answer for so long has the server asked, over a new connection, whether it is at work on it. */
const patienceMilliseconds = 2000;
const secondLookMilliseconds = 500;
const laterLookMilliseconds = 5000;
const tickMilliseconds = 250;
/** Connections that are to end get so long for their goodbye. */
const goodbyeMilliseconds = 2000;

/** No query of ours is long enough to be compiled first; and acknowledged means on disk, whatever the server's default. */
const perConnection = `SET jit = off;
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
  SELECT set_config('statement_timeout', '${statementMilliseconds}', false) FROM pg_settings
  WHERE name = 'statement_timeout' AND setting::int NOT BETWEEN 1 AND ${statementMilliseconds}`;

/** No answer came in time. */
class NoAnswerError extends Error {
  readonly code = "ETIMEDOUT";
}

/** The server waits for a query that this side has sent, or for this side to take the answer: something between is cut. */
class FrozenError extends NoAnswerError {}

interface WatchedClient extends Client {
  readonly socket: Socket;
  readonly processID: number | null;
}

/** A query without an answer yet. */
interface Running {
  readonly client: WatchedClient;
  readonly since: number;
  readonly until: number;
  nextLook: number;
  /** What the last look saw, where the server was waiting. */
  waiting?: string;
  failure?: Error;
}

/** A connection for one job. */
export interface Lease {
  query<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  giveBack(): void;
}

type ClientConstructor = typeof Client;

/** What was written and is still on its way is not sent any more. */
function cutOff(socket: Socket): void {
  if (socket.remotePort === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** Clients that can be cut off at any time. */
function watchedClients(Base: ClientConstructor, sockets: Set<Socket>) {
  return class extends Base {
    readonly socket: Socket;

    constructor(config: PoolConfig) {
      const socket = new Socket();
      super({ ...config, stream: () => socket, keepAlive: true, keepAliveInitialDelayMillis: 15_000 });
      this.socket = socket;
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    }

    override end(): Promise<void>;
    override end(callback: (error: Error) => void): void;
    override end(callback?: (error: Error) => void): Promise<void> | void {
      const cut = setTimeout(() => this.socket.destroy(), goodbyeMilliseconds);
      this.socket.once("close", () => clearTimeout(cut));
      return callback === undefined ? super.end() : super.end(callback);
    }
  };
}

/** A pool of ten connections, all of whose queries are watched. */
export class Connections {
  readonly #pool: Pool;
  readonly #running = new Set<Running>();
  readonly #answered = new WeakMap<Client, number>();
  /** Connections that were last active before this may be cut too. */
  #frozenAt = Number.NEGATIVE_INFINITY;
  #ticking: NodeJS.Timeout | undefined;
  #isLooking = false;

  private constructor(
    private readonly url: string,
    readonly target: Target,
    private readonly clients: ClientConstructor,
    private readonly sockets: Set<Socket>,
    pool: new (config: PoolConfig) => Pool,
  ) {
    this.#pool = new pool({
      connectionString: url,
      connectionTimeoutMillis: connectMilliseconds,
      Client: clients,
      onConnect: async (client: Client) => {
        await client.query({ text: perConnection, query_timeout: connectMilliseconds / 2 } as { text: string });
      },
    } as object as PoolConfig);
    // a connection that breaks while nobody uses it: the pool has dropped it already
    this.#pool.on("error", () => {});
  }

  /** @throws UserError where the URL, or a file that it names, cannot be read. */
  static async to(url: string): Promise<Connections> {
    needPackages("PostgreSQL");
    const pg = await import("pg").then((module) => module.default);
    const sockets = new Set<Socket>();
    try {
      if (!/^(postgres(ql)?:\/\/|socket:)/.test(url)) throw new TypeError();
      const { host, port, database, user } = new pg.Client({ connectionString: url });
      return new Connections(url, { host, port, database, user }, watchedClients(pg.Client, sockets), sockets, pg.Pool);
    } catch (error) {
      throw urlError(error);
    }
  }

  /** Whether a query was lost with its connection, while the server may be well. */
  static isFrozen(error: unknown): boolean {
    return error instanceof FrozenError;
  }

  /** A connection; one with other limits than all others have is not used again. */
  async lease({ isEndless = false }: Limits = {}): Promise<Lease> {
    const client = await this.#connect();
    let broken = isEndless;
    const onError = () => {
      broken = true;
    };
    client.on("error", onError);
    if (isEndless) await this.#query(client, "SET statement_timeout = 0", [], false).catch(() => {});
    return {
      query: async <Row>(text: string, values: readonly unknown[]) => {
        try {
          return await this.#query<Row>(client, text, values, isEndless);
        } catch (error) {
          broken ||= error instanceof NoAnswerError;
          throw error;
        }
      },
      giveBack() {
        client.off("error", onError);
        client.release(broken);
      },
    };
  }

  async #connect(): Promise<WatchedClient & PoolClient> {
    for (;;) {
      const client = (await this.#pool.connect()) as unknown as WatchedClient & PoolClient;
      const received = this.#answered.get(client);
      // a new one has not been asked anything yet
      if (received === undefined || received > this.#frozenAt) {
        if (received === undefined) this.#answered.set(client, performance.now());
        return client;
      }
      client.release(true);
    }
  }

  async #query<Row>(
    client: WatchedClient,
    text: string,
    values: readonly unknown[],
    isEndless: boolean,
  ): Promise<Row[]> {
    const since = performance.now();
    const until = isEndless ? Number.POSITIVE_INFINITY : since + answerMilliseconds;
    const running: Running = { client, since, until, nextLook: since + patienceMilliseconds };
    this.#running.add(running);
    this.#ticking ??= setInterval(() => this.#tick(), tickMilliseconds);
    try {
      const { rows } = await client.query(text, [...values]);
      this.#answered.set(client, performance.now());
      return rows;
    } catch (error) {
      throw running.failure ?? error;
    } finally {
      this.#running.delete(running);
      if (this.#running.size === 0) {
        clearInterval(this.#ticking);
        this.#ticking = undefined;
      }
    }
  }

  #tick(): void {
    const now = performance.now();
    const due: Running[] = [];
    for (const running of this.#running) {
      if (now >= running.until) {
        this.#giveUp(running, new NoAnswerError(`no reply within ${answerMilliseconds / 1000} s`));
      } else if (now >= running.nextLook) due.push(running);
    }
    if (due.length > 0 && !this.#isLooking) {
      this.#isLooking = true;
      void this.#look(due).finally(() => {
        this.#isLooking = false;
      });
    }
  }

  /** Gives up the queries that the server knows nothing of. One that it is at work on is left alone. */
  async #look(due: readonly Running[]): Promise<void> {
    const client = new this.clients({ connectionString: this.url, connectionTimeoutMillis: patienceMilliseconds });
    client.on("error", () => {});
    try {
      await client.connect();
      const { rows } = await client.query({
        text: `SELECT pid, state_change || ' ' || query_start AS what FROM pg_stat_activity
          WHERE pid = ANY($1) AND (state LIKE 'idle%' OR wait_event IN ('ClientRead', 'ClientWrite'))`,
        values: [due.map(({ client }) => client.processID)],
        query_timeout: patienceMilliseconds,
      } as { text: string });
      const waiting = new Map((rows as { pid: number; what: string }[]).map(({ pid, what }) => [pid, what]));
      const cut: Running[] = [];
      for (const running of due) {
        const what = waiting.get(running.client.processID ?? -1);
        // an answer that is on its way changes the number of bytes
        const seen = what && `${what} ${running.client.socket.bytesRead}`;
        if (seen !== undefined && seen === running.waiting) cut.push(running);
        running.waiting = seen;
        running.nextLook = performance.now() + (seen === undefined ? laterLookMilliseconds : secondLookMilliseconds);
      }
      const lost = cut.filter((running) => this.#running.has(running));
      if (lost.length === 0) return;
      // so that what may still be on its way to them is not done after all
      await client.query({
        text: "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1)",
        values: [lost.map(({ client }) => client.processID)],
        query_timeout: patienceMilliseconds,
      } as { text: string });
      for (const running of lost) {
        this.#giveUp(running, new FrozenError("the connection was cut on the way"));
      }
    } catch {
      // the server cannot be asked now: the limit of time remains
      for (const running of due) running.nextLook = performance.now() + laterLookMilliseconds;
    } finally {
      await client.end().catch(() => {});
    }
  }

  #giveUp(running: Running, failure: NoAnswerError): void {
    running.failure = failure;
    this.#frozenAt = performance.now();
    cutOff(running.client.socket);
  }

  /** Ends all connections: those at work get a moment to end. */
  async close(): Promise<void> {
    const cut = setTimeout(() => {
      for (const socket of this.sockets) cutOff(socket);
    }, goodbyeMilliseconds + tickMilliseconds);
    try {
      await this.#pool.end();
    } finally {
      clearTimeout(cut);
    }
  }
}
