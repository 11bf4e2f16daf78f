// The runs page's data: run folders under one folder, also while they are written. They are read in a thread of its own.
import { Worker } from "node:worker_threads";
import { UserError } from "../../errors.js";
import { MissingError } from "../../search/index/search-index.js";
import { UnavailableError } from "../../search/stores/unavailable.js";
import { runFolder } from "./run-names.js";
import type { RunsAnswer, RunsRequest } from "./runs-worker.js";

/** Milliseconds that the thread may take over one request, those before it not counted. */
const patience = 20_000;

/** Who waits for one reply. */
interface Waiting {
  resolve(json: Buffer): void;
  reject(error: Error): void;
}

interface Question {
  readonly request: RunsRequest;
  readonly waiting: Waiting[];
}

let thread: Worker | undefined;
let serial = 0;
/** What is requested, in order; the first one is with the thread. */
const questions: Question[] = [];
let timer: NodeJS.Timeout | undefined;

/** All runs, newest first, as the JSON of a `RunsReply`; those that cannot be read are left out. */
export function listRuns(folder: string): Promise<Buffer> {
  return ask({ id: serial++, folder });
}

/**
 * A run, and its log from a line on as far as one reply goes, as the JSON of a `RunReply`.
 * @throws MissingError where there is no such run; UserError where it is damaged.
 */
export function describeRun(folder: string, name: string, after: number): Promise<Buffer> {
  return ask({ id: serial++, folder, run: { name, after } });
}

/** A run's settings, as the JSON of a `SettingsReply`. @throws as `describeRun`. */
export function settingsOf(folder: string, name: string): Promise<Buffer> {
  return ask({ id: serial++, folder, run: { name, after: "settings" } });
}

/** Where the report of a run is, for `sendInside`. @throws MissingError where there is no such run. */
export function reportOf(folder: string, name: string) {
  const own = runFolder(folder, name);
  if (own === undefined) throw new MissingError(`there is no run "${name}"`);
  return { folder: own, path: "report.html", missing: `run "${name}" has no report yet` };
}

/** The same question by several at once is asked once. */
function ask(request: RunsRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const same = questions.slice(1).find((each) => keyOf(each.request) === keyOf(request));
    if (same !== undefined) {
      same.waiting.push({ resolve, reject });
      return;
    }
    questions.push({ request, waiting: [{ resolve, reject }] });
    if (questions.length === 1) send();
  });
}

function keyOf({ folder, run }: RunsRequest): string {
  return JSON.stringify([folder, run]);
}

function send(): void {
  const [question] = questions;
  if (question === undefined) {
    thread?.unref();
    return;
  }
  thread ??= start();
  thread.ref();
  thread.postMessage(question.request);
  timer = setTimeout(
    () => giveUp(new UnavailableError(`the run folders take more than ${patience / 1000} s to read`)),
    patience,
  );
}

function start(): Worker {
  const worker = new Worker(new URL("./runs-worker.js", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  worker.on("message", (answer: RunsAnswer) => settle(answer));
  worker.on("error", (error) => {
    if (worker === thread) giveUp(error);
  });
  return worker;
}

function settle(answer: RunsAnswer): void {
  if (questions[0]?.request.id !== answer.id) return;
  clearTimeout(timer);
  const { request, waiting } = questions.shift()!;
  for (const { resolve, reject } of waiting) {
    if ("json" in answer) resolve(Buffer.from(answer.json.buffer));
    else if ("missing" in answer) reject(new MissingError(`there is no run "${request.run?.name}"`));
    else reject(answer.isUsers ? new UserError(answer.error) : new Error(answer.error));
  }
  send();
}

/** Ends the thread, which the first question keeps busy or has broken; the next question starts another one. */
function giveUp(error: Error): void {
  clearTimeout(timer);
  void thread?.terminate();
  thread = undefined;
  for (const { reject } of questions.shift()?.waiting ?? []) reject(error);
  send();
}
