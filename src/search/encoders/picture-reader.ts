// Untrusted images decoded in child processes that are started again when an image ends them.
import type { ChildProcess } from "node:child_process";
import type { Pixels } from "../../data/media/decode.js";
import type { PictureEncoder } from "../../encoders/encoder.js";
import { UserError } from "../../errors.js";
import { startSandbox } from "../../sandbox.js";
import { FairQueue } from "../scheduling/fair-queue.js";
import { UnavailableError } from "../stores/unavailable.js";
import type { PictureRequest } from "./picture-process.js";

const script = new URL("./picture-process.js", import.meta.url);
/** Megabytes of JavaScript heap. */
const heap = 256;

export interface PictureLimits {
  /** Milliseconds that a picture may take. */
  readonly patience: number;
  /** Milliseconds that it may take while others wait. */
  readonly patienceOfOthers: number;
  /** Pictures that may wait, in all and of one asker. */
  readonly waiting: number;
  readonly waitingEach: number;
  /** Bytes of memory that reading it may take. */
  readonly memory: number;
}

/** Honest pictures take some hundredths of a second. */
const usual: PictureLimits = {
  patience: 10_000,
  patienceOfOthers: 2000,
  waiting: 64,
  waitingEach: 16,
  memory: 1.5 * 2 ** 30,
};
/** Milliseconds that a process may take to start, beside the picture's own. */
const startPatience = 20_000;
/** Pictures that are read at a time; only one of them of one asker. */
const processes = 2;

/** Whose picture it is, and whether somebody still waits for it. */
export interface PictureAsker {
  readonly asker?: string;
  readonly signal?: AbortSignal;
}

type Answer = { readonly isReady: true } | { readonly pixels: Pixels } | { readonly error: string };

interface Waiting {
  readonly request: PictureRequest;
  resolve(pixels: Pixels): void;
  reject(error: Error): void;
}

/**
 * Reads two pictures at a time, one of each asker, and takes the askers in turn: whoever sends pictures that take long waits for them
 * alone. A picture is given up after 10 s, after 2 s where others wait.
 */
export class PictureReader {
  readonly #limits: PictureLimits;
  readonly #queue: FairQueue<Waiting>;
  readonly #idle: ChildProcess[] = [];
  /** The askers whose pictures are read, and by which process. */
  readonly #reading = new Map<string, ChildProcess>();

  constructor(limits: Partial<PictureLimits> = {}) {
    this.#limits = { ...usual, ...limits };
    this.#queue = new FairQueue(this.#limits.waiting, this.#limits.waitingEach);
  }

  /** @throws UserError where the bytes are no picture that can be drawn in time; UnavailableError where too many wait. */
  pixels(
    bytes: Uint8Array,
    decoding: PictureEncoder["decoding"],
    { asker = "", signal }: PictureAsker = {},
  ): Promise<Pixels> {
    return new Promise((resolve, reject) => {
      const gone = () => {
        this.#queue.remove(asker, waiting);
        waiting.reject(new UnavailableError("the client no longer waits for this picture"));
      };
      const end = () => signal?.removeEventListener("abort", gone);
      const waiting: Waiting = {
        request: { bytes, decoding },
        resolve: (pixels) => {
          end();
          resolve(pixels);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      if (signal?.aborted) gone();
      else if (!this.#queue.add(asker, waiting))
        reject(new UnavailableError("too many pictures are waiting: try again"));
      else {
        signal?.addEventListener("abort", gone, { once: true });
        this.#next();
      }
    });
  }

  close(): void {
    for (const child of [...this.#idle.splice(0), ...this.#reading.values()]) child.kill("SIGKILL");
  }

  #next(): void {
    while (this.#reading.size < processes) {
      const next = this.#queue.take((asker) => !this.#reading.has(asker));
      if (next === undefined) return;
      this.#read(next.asker, next.work);
    }
  }

  #start(): ChildProcess {
    const child = startSandbox({ script, args: [String(this.#limits.memory)], heap });
    child.once("exit", () => {
      const place = this.#idle.indexOf(child);
      if (place >= 0) this.#idle.splice(place, 1);
    });
    // Where there is no process or no descriptor left, the picture that waits for it is told.
    child.on("error", () => {});
    // Neither the process nor its channel keeps this one alive.
    child.unref();
    child.channel?.unref();
    return child;
  }

  #read(asker: string, { request, resolve, reject }: Waiting): void {
    const old = this.#idle.pop();
    const child = old ?? this.#start();
    this.#reading.set(asker, child);
    let begun = performance.now() + (old === undefined ? startPatience : 0);
    const end = (act: () => void) => {
      clearInterval(timer);
      child.off("message", answered);
      child.off("exit", died);
      child.off("error", died);
      if (this.#reading.get(asker) !== child) return;
      this.#reading.delete(asker);
      act();
      this.#next();
    };
    const answered = (answer: Answer) => {
      if ("isReady" in answer) {
        begun = performance.now();
        return;
      }
      end(() => {
        this.#idle.push(child);
        if ("pixels" in answer) resolve(answer.pixels);
        else reject(new UserError(answer.error));
      });
    };
    const died = () => end(() => reject(new UserError("the picture cannot be drawn")));
    const timer = setInterval(() => {
      const isOthersTurn = this.#queue.size > 0;
      if (performance.now() - begun < (isOthersTurn ? this.#limits.patienceOfOthers : this.#limits.patience)) return;
      child.kill("SIGKILL");
      died();
    }, 100);
    child.on("message", answered as (answer: unknown) => void);
    child.once("exit", died);
    child.once("error", died);
    child.send(request, (error) => error && died());
  }
}
