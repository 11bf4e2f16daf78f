// Reads run folders beside the event loop, and gives replies as they are sent: requests come in as messages, one at a time.
import { parentPort } from "node:worker_threads";
import { UserError } from "../../errors.js";
import { RunList } from "./run-list.js";

/** What is requested: all runs, or one of them and its log from a line on, or its settings. */
export interface RunsRequest {
  readonly id: number;
  readonly folder: string;
  readonly run?: { readonly name: string; readonly after: number | "settings" };
}

/** A reply as JSON; or why there is none. */
export type RunsAnswer = { readonly id: number } & (
  | { readonly json: Uint8Array<ArrayBuffer> }
  | { readonly missing: true }
  | { readonly error: string; readonly isUsers: boolean }
);

const lists = new Map<string, RunList>();

parentPort?.on("message", (request: RunsRequest) => {
  const answer = answerTo(request);
  parentPort!.postMessage(answer, "json" in answer ? [answer.json.buffer] : []);
});

function answerTo({ id, folder, run }: RunsRequest): RunsAnswer {
  try {
    const list = lists.get(folder) ?? new RunList(folder);
    lists.set(folder, list);
    const reply =
      run === undefined
        ? { runs: list.list() }
        : run.after === "settings"
          ? list.settings(run.name)
          : list.describe(run.name, run.after);
    if (reply === undefined) return { id, missing: true };
    return { id, json: new TextEncoder().encode(JSON.stringify(reply)) };
  } catch (error) {
    return { id, error: (error as Error).message, isUsers: error instanceof UserError };
  }
}
