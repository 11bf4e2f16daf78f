// Runs shared among processes on several machines: pg-boss keeps the jobs, a table the results.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type PgBoss from "pg-boss";
import type { Database } from "../../search/stores/postgres/database.js";
import { connectPostgres } from "../../search/stores/postgres/server.js";
import { UnavailableError } from "../../search/stores/unavailable.js";
import type { Outcome } from "../execute.js";
import type { Run } from "../run.js";
import { checkData, type StoredResult } from "../stored-run.js";
import type { RunSource } from "../work.js";
import { HeldJobs } from "./held-jobs.js";
import { SharedResults } from "./shared-results.js";

export interface QueueOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  /** Of the table. */
  readonly name: string;
  /** All runs of the table: results of any of them are sent and received. */
  readonly runs: readonly Run[];
  /** Those that this process makes where no other does, in that order; with data that is here. */
  readonly chosen: readonly Run[];
  /** What is known here. */
  resultOf(run: Run): StoredResult | undefined;
  /** Receives what another process has found. */
  onOther(run: Run, outcome: Outcome, host: string): void;
  /** Receives why the database is away, and undefined once it is back. */
  onAway(message: string | undefined): void;
  /** Is called when other processes have all runs that are left. */
  onWait(runs: number): void;
}

/** Milliseconds between looks at the queue. */
const POLL = 1000;
/** A job in progress is abandoned when nobody has held it so many looks in a row: it is held just after it is taken. */
const LOOKS = 3;
/** A run that is given back is taken again, however often that was. */
const RETRIES = 1_000_000;
/** Jobs wait a year. */
const WAITING_DAYS = 365;

/** The queue as a source of runs. */
export class RunQueue implements RunSource {
  readonly #byJob: ReadonlyMap<string, Run>;
  readonly #queues: ReadonlyMap<string, string>;
  readonly #settled = new Set<string>();
  /** Those of them that this process has made. */
  readonly #own = new Set<string>();
  /** Jobs in progress that nobody held, and for how many looks. */
  #suspects = new Map<string, number>();
  #isAway = false;
  #waitingFor = 0;
  #renewal: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly options: QueueOptions,
    readonly database: Database,
    readonly boss: PgBoss,
    readonly results: SharedResults,
    readonly held: HeldJobs,
  ) {
    this.#byJob = new Map(options.chosen.map((run) => [jobOf(run), run]));
    this.#queues = queueNames(options);
  }

  /**
   * Connects, tells what is finished here, and puts the others into the queue; what failed before is tried again.
   * @throws UserError where the database cannot be used, or a result there was made with other data.
   */
  static async open(options: QueueOptions): Promise<RunQueue> {
    const database = await connectPostgres(options.url);
    try {
      const results = await SharedResults.open(database);
      const { default: Boss } = await import("pg-boss");
      const executeSql = async (text: string, values: unknown[] = []) => ({ rows: await database.query(text, values) });
      // what is abandoned is reported by held-jobs.ts: nothing expires, however long it takes, and nothing is tidied away
      const boss = new Boss({ db: { executeSql }, schema: "vantage_jobs", supervise: false, schedule: false });
      boss.on("error", () => {});
      await boss.start();
      const queue = new RunQueue(options, database, boss, results, new HeldJobs(database));
      await queue.#fill();
      // while all runs of this process are in progress nothing else would notice that the server has ended its session
      queue.#renewal = setInterval(() => void queue.held.check().catch(() => {}), POLL);
      return queue;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  async take(signal: AbortSignal): Promise<Run | undefined> {
    while (!signal.aborted) {
      // one after another: two that look at once would both suspect what the other has just taken
      const turn = this.#turn.then(() => this.#whileAway(() => this.#next(), signal));
      this.#turn = turn.catch(() => {});
      const run = await turn;
      if (run !== "none yet") return run;
      await pause(signal);
    }
    return undefined;
  }

  async settle(run: Run, outcome: Outcome): Promise<void> {
    const [queue, job] = [this.#queueOf(run), jobOf(run)];
    if (outcome.state === "interrupted") {
      // where the database is away, others will find that nobody holds the job
      await this.boss.fail(queue, job).catch(ifAway);
      return this.held.release(job).catch(ifAway);
    }
    this.#settled.add(run.key);
    this.#own.add(run.key);
    await this.#whileAway(async () => {
      if (outcome.state === "finished") await this.results.publish(run.key, outcome.result);
      else await this.results.publishFailure(run.key, outcome.message);
      await this.boss.complete(queue, job);
      await this.held.release(job);
    });
  }

  /** Receives once more what others have found, and disconnects. */
  async close(): Promise<void> {
    try {
      await this.#hearOthers().catch(ifAway);
    } finally {
      clearInterval(this.#renewal);
      await this.held.close();
      await this.boss.stop({ graceful: false });
      await this.database.close();
    }
  }

  async #fill(): Promise<void> {
    const { runs, chosen, resultOf } = this.options;
    for (const run of runs) {
      const result = resultOf(run);
      if (result !== undefined) await this.results.publish(run.key, result);
    }
    await this.results.forgetFailures(chosen.map(({ key }) => key));
    await this.#hearOthers();
    for (const queue of new Set(this.#queues.values())) await this.boss.createQueue(queue);
    const todo = chosen.filter((run) => !this.#settled.has(run.key));
    for (const run of todo) {
      const job = await this.boss.getJobById(this.#queueOf(run), jobOf(run));
      const isOver = job !== null && !["created", "retry", "active"].includes(job.state);
      if (isOver) await this.boss.deleteJob(this.#queueOf(run), jobOf(run));
    }
    const keepUntil = new Date(Date.now() + WAITING_DAYS * 86_400_000);
    await this.boss.insert(
      todo.map((run, i) => ({
        id: jobOf(run),
        name: this.#queueOf(run),
        data: { cell: run.cell.name, seed: run.seed, key: run.key },
        priority: todo.length - i,
        retryLimit: RETRIES,
        keepUntil,
      })),
    );
  }

  /** A run for this process; undefined once all are settled; "none yet" while others have what is left. */
  async #next(): Promise<Run | undefined | "none yet"> {
    await this.held.check();
    await this.#hearOthers();
    for (const queue of new Set(this.#queues.values())) {
      const [job] = await this.boss.fetch(queue);
      if (job === undefined) continue;
      await this.held.hold(job.id);
      const run = this.#byJob.get(job.id)!;
      if (this.options.resultOf(run) === undefined) return run;
      await this.boss.complete(queue, job.id);
      await this.held.release(job.id);
    }
    const left = this.options.chosen.filter((run) => !this.#settled.has(run.key));
    if (left.length === 0) return undefined;
    const others = left.filter((run) => !this.held.has(jobOf(run))).length;
    if (others > 0 && this.#waitingFor !== others) this.options.onWait(others);
    this.#waitingFor = others;
    await this.#giveBackAbandoned(left);
    return "none yet";
  }

  /** Gives jobs back to the queue that are in progress though nobody holds them. */
  async #giveBackAbandoned(runs: readonly Run[]): Promise<void> {
    const suspects = new Map<string, number>();
    for (const run of runs) {
      const [queue, job] = [this.#queueOf(run), jobOf(run)];
      if (this.held.has(job)) continue;
      const isActive = (await this.boss.getJobById(queue, job))?.state === "active";
      if (!isActive || !(await this.held.isAbandoned(job))) continue;
      const looks = (this.#suspects.get(job) ?? 0) + 1;
      if (looks === LOOKS) await this.boss.fail(queue, job);
      else suspects.set(job, looks);
    }
    this.#suspects = suspects;
  }

  async #hearOthers(): Promise<void> {
    const { runs, resultOf, onOther } = this.options;
    for (const run of runs) if (resultOf(run) !== undefined) this.#settled.add(run.key);
    const unknown = runs.filter((run) => resultOf(run) === undefined && !this.#own.has(run.key));
    const open = new Map(unknown.map((run) => [run.key, run]));
    for (const { key, result, failed, host } of await this.results.read([...open.keys()])) {
      const run = open.get(key)!;
      if (result?.sha256 !== undefined) await checkData(run, result.sha256, `a result from ${host}`);
      const isKnown = this.#settled.has(key);
      this.#settled.add(key);
      if (result !== null) onOther(run, { state: "finished", result }, host);
      else if (!isKnown) onOther(run, { state: "failed", message: failed! }, host);
    }
  }

  /** Tries again until the database answers; gives up with the signal. */
  async #whileAway<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    while (signal?.aborted !== true) {
      try {
        const done = await attempt();
        if (this.#isAway) this.options.onAway(undefined);
        this.#isAway = false;
        return done;
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        if (!this.#isAway) this.options.onAway(error.message);
        this.#isAway = true;
        await pause(signal);
      }
    }
    return undefined;
  }

  #queueOf({ key }: Run): string {
    return this.#queues.get(key)!;
  }
}

/** The name of each run's queue, by key: one for each data set, so that a process takes only what it has the data for. */
function queueNames({ name, chosen }: QueueOptions): Map<string, string> {
  const names = new Map<string, string>();
  for (const data of new Set(chosen.map(({ cell }) => cell.settings!.data))) {
    const runs = chosen.filter(({ cell }) => cell.settings!.data === data);
    const keys = runs.map(({ key }) => key).sort();
    const hash = createHash("sha256")
      .update(JSON.stringify([data, keys]))
      .digest("hex")
      .slice(0, 16);
    for (const key of keys) names.set(key, `${name}-${hash}`);
  }
  return names;
}

/** The id of a run's job: the start of its key as a UUID, so that whoever adds it adds the same. */
function jobOf({ key }: Run): string {
  return [key.slice(0, 8), key.slice(8, 12), key.slice(12, 16), key.slice(16, 20), key.slice(20, 32)].join("-");
}

function ifAway(error: unknown): void {
  if (!(error instanceof UnavailableError)) throw error;
}

async function pause(signal?: AbortSignal): Promise<void> {
  await sleep(POLL, undefined, { signal }).catch(() => {});
}
