// The thread that reads one HDF5 file through h5wasm: damaged files make that library trap or loop for ever, and here they can.
import { parentPort } from "node:worker_threads";
import { UserError } from "../../../errors.js";
import { clearComplaints, lastComplaint, openFile, Problem, readBlock } from "./library.js";
import { readRoot } from "./root.js";
import type { Answer, ReadRequest } from "./tree.js";

const root = answer(0, openFile);
if (root) {
  answer(0, () => send({ id: 0, opened: readRoot(root) }));
  parentPort!.on("message", (request: ReadRequest) => {
    answer(request.id, () => {
      const bytes = readBlock(request);
      parentPort!.postMessage({ id: request.id, bytes } satisfies Answer, [bytes.buffer as ArrayBuffer]);
    });
  });
}

function send(message: Answer): void {
  parentPort!.postMessage(message);
}

function answer<T>(id: number, work: () => T): T | undefined {
  clearComplaints();
  try {
    return work();
  } catch (error) {
    const innermost = lastComplaint();
    const isOwn = error instanceof Problem || error instanceof UserError;
    const message = isOwn || !innermost ? (error as Error).message : innermost;
    send({ id, problem: message.split("\n", 1)[0]!, isDamage: !(error instanceof UserError) });
    return undefined;
  }
}
