// The thread that reads one HDF5 file through h5wasm: damaged files make that library trap or loop for ever, and here they can.
import { parentPort } from "node:worker_threads";
import { File } from "h5wasm/node";
import { clearComplaints, lastComplaint, Problem, readBytes, task } from "./hdf5-library.js";
import { readRoot } from "./hdf5-objects.js";
import type { Answer, ReadRequest } from "./hdf5-tree.js";

const file = answer(0, () => {
  const opened = new File(task.path, "r");
  if (opened.file_id < 0n) throw new Error("it cannot be opened");
  return opened;
});
if (file) {
  answer(0, () => send({ id: 0, opened: readRoot(file) }));
  parentPort!.on("message", (request: ReadRequest) => {
    answer(request.id, () => {
      const bytes = readBytes(file.file_id, request.place, request.start, request.count);
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
    const message = error instanceof Problem || !innermost ? (error as Error).message : innermost;
    send({ id, problem: message.split("\n", 1)[0]! });
    return undefined;
  }
}
