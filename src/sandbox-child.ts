// The inside of a sandboxed child process.
import { Worker } from "node:worker_threads";

/**
 * Ends this process once it holds more than so many bytes. Another thread looks, since the one that decodes may be held up.
 */
export function watchMemory(bytes: number): void {
  new Worker(`setInterval(() => process.memoryUsage.rss() > ${bytes} && process.kill(process.pid, "SIGKILL"), 20)`, {
    eval: true,
  }).unref();
}
