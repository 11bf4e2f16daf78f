// Opening a collection as the command line shows it: progress, Ctrl-C, and the outcome as text.
import { Engine } from "../core/runtime/index.js";
import { InterruptedError } from "../methods/training.js";
import type { OpenHooks } from "../open/collection.js";
import type { OpenSummary } from "../open/open-collection.js";
import { quoted } from "../runs/command.js";
import { interruption } from "./interruption.js";
import { LongWork } from "./output/long-work.js";
import { say } from "./output/output.js";
import { taskProgress } from "./output/progress.js";
import { recallTable } from "./output/recall-table.js";
import { type CommonFlags, engineOptions } from "./settings.js";

/** Does the work with an engine of its own; the first Ctrl-C ends it where what is finished is kept. */
export async function withOpening<R>(
  flags: Pick<CommonFlags, "device" | "threads">,
  work: (engine: Engine, hooks: OpenHooks) => Promise<R>,
): Promise<R> {
  const interrupt = interruption("stopping; finished parts are kept; run the same command again to continue");
  const progress = taskProgress();
  const long = new LongWork("if interrupted, finished parts are kept");
  const engine = await Engine.open(engineOptions(flags));
  try {
    return await work(engine, {
      signal: interrupt.signal,
      onProgress(what, done, total) {
        progress.update(what, done, total);
        const line = long.update(what, done, total);
        if (line === undefined) return;
        progress.stop();
        say(line);
      },
      onNote(note) {
        progress.stop();
        say(`  note: ${note}`);
      },
    });
  } catch (error) {
    if (interrupt.signal.aborted && (error === interrupt.signal.reason || error instanceof InterruptedError)) {
      throw new InterruptedError("interrupted; run the same command again to continue");
    }
    throw error;
  } finally {
    progress.stop();
    interrupt.release();
    await engine.close();
  }
}

/** What was compared, what was chosen, and how to go on, for people. */
export function formatOpened({ pairs, heldOut, candidates, chosen, index, items, seconds }: OpenSummary): string[] {
  return [
    `${pairs} pairs; recall on ${heldOut} held-out pairs (the true match found first, in the first 5, in the first 10):`,
    "",
    ...recallTable(candidates, chosen),
    "",
    `index   ${index}: ${items} items, ready after ${seconds.toFixed(0)} s`,
    `search  vantage search ${quoted(index)} --words WORDS --distinct`,
    `serve   vantage serve ${quoted(index)}`,
  ];
}
