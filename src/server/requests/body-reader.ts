// Reads the bodies of all requests: small ones at once, large ones in a thread of their own, of each client in turn.
import { Worker } from "node:worker_threads";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { UserError } from "../../errors.js";
import { FairQueue } from "../../search/scheduling/fair-queue.js";
import { Turns } from "../../search/scheduling/turns.js";
import { UnavailableError } from "../../search/stores/unavailable.js";
import { addressOf } from "../access/token.js";
import { type BodyKind, readBody } from "./body.js";
import type { BodyAnswer, BodyTask } from "./body-worker.js";
import { endOf } from "./deadline.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the body of a route's requests is. */
    body?: BodyKind;
  }
}

/** Bytes that are read in about a millisecond. */
const small = 32 * 1024;
/** Bodies that may wait, in all and of one client. */
const [mostWaiting, mostWaitingEach] = [64, 32];
/** Milliseconds and megabytes that reading a body may take. */
const [patience, heap] = [10_000, 384];

interface Waiting extends BodyTask {
  resolve(answer: BodyAnswer): void;
  reject(error: Error): void;
}

/** Bodies that are what their routes take. */
const checked = new WeakSet<object>();

/** Whether a body was checked while it was read. */
export function isChecked(body: unknown): boolean {
  return typeof body === "object" && body !== null && checked.has(body);
}

/** Takes JSON in UTF-8 only. */
export function readBodies(server: FastifyInstance): void {
  const reader = new LargeBodies();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (request: FastifyRequest, body: Buffer) => {
      const { body: kind } = request.routeOptions.config;
      // A request for what is not there says so.
      if (kind === undefined) return undefined;
      const value =
        body.length <= small
          ? (readBody(body, kind) as object)
          : await reader.read({ bytes: body, kind }, addressOf(request.ip), endOf(request));
      checked.add(value);
      return value;
    },
  );
  server.addHook("onRequest", async (request, reply) => {
    const encoding = request.headers["content-encoding"];
    if (encoding === undefined || encoding.toLowerCase() === "identity") return;
    return reply.status(415).send({ error: `content-encoding: expected a body without, got "${encoding}"` });
  });
  server.addHook("onClose", async () => reader.close());
}

class LargeBodies {
  readonly #queue = new FairQueue<Waiting>(mostWaiting, mostWaitingEach);
  #worker: Worker | undefined;
  #isReading = false;

  async read(task: BodyTask, asker: string, signal: AbortSignal): Promise<object> {
    const answer = await new Promise<BodyAnswer>((resolve, reject) => {
      const waiting = { ...task, resolve, reject };
      if (!this.#queue.add(asker, waiting)) reject(new UnavailableError("too many large requests at once: try again"));
      signal.addEventListener("abort", () => {
        this.#queue.remove(asker, waiting);
        reject(new UnavailableError("the client no longer waits for this request"));
      });
      this.#next();
    });
    if ("error" in answer) throw new UserError(answer.error);
    const { items = [] } = answer.value as { items?: { metadata?: unknown }[] };
    const turns = new Turns();
    for (const [i, text] of answer.metadata.entries()) {
      await turns.ifDue();
      if (text !== undefined) items[i]!.metadata = JSON.parse(text);
    }
    return answer.value;
  }

  close(): void {
    void this.#worker?.terminate();
  }

  #next(): void {
    if (this.#isReading) return;
    const next = this.#queue.take();
    if (next === undefined) return;
    this.#isReading = true;
    const { bytes, kind, resolve, reject } = next.work;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const end = (act: () => void) => {
      clearTimeout(timer);
      worker.off("message", answered);
      worker.off("error", died);
      this.#isReading = false;
      act();
      this.#next();
    };
    const answered = (answer: BodyAnswer) => end(() => resolve(answer));
    const died = () =>
      end(() => {
        if (this.#worker === worker) this.#worker = undefined;
        void worker.terminate();
        reject(new UserError("the body takes too much time or memory to be read: send less at once"));
      });
    const timer = setTimeout(died, patience);
    worker.on("message", answered);
    worker.on("error", died);
    worker.postMessage({ bytes, kind } satisfies BodyTask);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./body-worker.js", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heap },
      // No token and no password of a database.
      env: {},
    });
    // Who waits for it has a listener of its own.
    worker.on("error", () => {});
    worker.unref();
    return worker;
  }
}
