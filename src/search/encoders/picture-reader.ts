// Features of untrusted images, made in child processes that are started again when an image ends them.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UserError } from "../../errors.js";
import { FairQueue } from "../scheduling/fair-queue.js";
import { UnavailableError } from "../stores/unavailable.js";

const script = fileURLToPath(new URL("./picture-process.js", import.meta.url));
/** Megabytes of JavaScript heap. */
const heap = 256;
/** Variables that the process gets. */
const passed = new Set([
  "PATH",
  "HOME",
  "VANTAGE_CACHE",
  "XDG_CACHE_HOME",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SystemRoot",
  "LANG",
  "NODE_V8_COVERAGE",
]);

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

/** Whose picture it is, and whether somebody still waits for its features. */
export interface PictureAsker {
  readonly asker?: string;
  readonly signal?: AbortSignal;
}

type Answer = { readonly isReady: true } | { readonly features: Float32Array } | { readonly error: string };

interface Waiting {
  readonly bytes: Uint8Array;
  resolve(features: Float32Array): void;
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
  features(bytes: Uint8Array, { asker = "", signal }: PictureAsker = {}): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      const gone = () => {
        this.#queue.remove(asker, waiting);
        waiting.reject(new UnavailableError("nobody waits for this picture any more"));
      };
      const end = () => signal?.removeEventListener("abort", gone);
      const waiting: Waiting = {
        bytes,
        resolve: (features) => {
          end();
          resolve(features);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      if (signal?.aborted) gone();
      else if (!this.#queue.add(asker, waiting)) reject(new UnavailableError("too many pictures wait: try again"));
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
    const child = fork(script, [String(this.#limits.memory)], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      // No token and no password of a database: of this process's environment, what finds the cache and temporary files.
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.has(name))),
      execArgv: [`--max-old-space-size=${heap}`],
    });
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

  #read(asker: string, { bytes, resolve, reject }: Waiting): void {
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
        if ("features" in answer) resolve(answer.features);
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
    child.send(bytes, (error) => error && died());
  }
}
