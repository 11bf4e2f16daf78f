// Decodes untrusted images in a child process: a failure ends that process alone. Messages: once that it is ready, then bytes in, features out.
import { Worker } from "node:worker_threads";
import { emojiImageFeatures, readPicture } from "../../data/sets/emoji/index.js";
import { UserError } from "../../errors.js";

/** Bytes of memory that the process may take. */
const memory = Number(process.argv[2]);

// resvg holds up this thread while it draws: another one watches its memory.
new Worker(`setInterval(() => process.memoryUsage.rss() > ${memory} && process.kill(process.pid, "SIGKILL"), 20)`, {
  eval: true,
}).unref();

process.on("message", async (bytes: Uint8Array) => {
  try {
    process.send!({ features: emojiImageFeatures(await readPicture(bytes)) });
  } catch (error) {
    process.send!({ error: error instanceof UserError ? error.message : "the picture cannot be drawn" });
  }
});
process.send!({ isReady: true });
process.on("disconnect", () => process.exit());
