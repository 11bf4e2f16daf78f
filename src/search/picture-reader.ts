// Features of pictures by strangers, made in a process of its own that is begun again when a picture ends it.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.js";

const script = fileURLToPath(new URL("./picture-process.js", import.meta.url));
/** Milliseconds that a picture may take. */
const patience = 10_000;
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

type Answer = { readonly features: Float32Array } | { readonly error: string };

export class PictureReader {
  #child: ChildProcess | undefined;
  /** The picture that is read, and those behind it. */
  #last: Promise<unknown> = Promise.resolve();

  /** @throws UserError where the bytes are no picture that can be drawn in time. */
  features(bytes: Uint8Array): Promise<Float32Array> {
    const result = this.#last.then(() => this.#read(bytes));
    this.#last = result.catch(() => {});
    return result;
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  #start(): ChildProcess {
    const child = fork(script, {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      // No token and no password of a database: of this process's environment, what finds the cache and temporary files.
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.has(name))),
      execArgv: [`--max-old-space-size=${heap}`],
    });
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    // Neither the process nor its channel keeps this one alive.
    child.unref();
    child.channel?.unref();
    this.#child = child;
    return child;
  }

  #read(bytes: Uint8Array): Promise<Float32Array> {
    const child = this.#child ?? this.#start();
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer);
        child.off("message", answered);
        child.off("exit", died);
        child.off("error", died);
        act();
      };
      const answered = (answer: Answer) =>
        end(() => ("features" in answer ? resolve(answer.features) : reject(new UserError(answer.error))));
      const died = () =>
        end(() => {
          if (this.#child === child) this.#child = undefined;
          reject(new UserError("the picture cannot be drawn"));
        });
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        died();
      }, patience);
      child.on("message", answered as (answer: unknown) => void);
      child.once("exit", died);
      child.once("error", died);
      child.send(bytes, (error) => error && died());
    });
  }
}
