// When a model may be used and when it may be replaced: uses side by side, a replacement alone, replacements one by one.
import { Runs } from "../core/runtime/runs.js";
import { Turns } from "../core/runtime/turns.js";

export class ModelUse {
  readonly #uses = new Runs();
  readonly #turns = new Turns();
  #replacement: Promise<unknown> | undefined;

  /** Does something that needs the model to stay; waits for a replacement that is under way. */
  async use<R>(work: () => Promise<R>): Promise<R> {
    while (this.#replacement !== undefined) await this.#replacement;
    this.#uses.begin();
    try {
      return await work();
    } finally {
      this.#uses.end();
    }
  }

  /** Does something long, a training, that must not meet another of its kind; what it replaces, it replaces by `replace`. */
  turn<R>(work: () => Promise<R>): Promise<R> {
    return this.#turns.take(work);
  }

  /** Replaces the model once nothing uses it; what comes meanwhile waits. To be called in a turn. */
  async replace<R>(work: () => Promise<R>): Promise<R> {
    while (!this.#uses.isIdle) await new Promise<void>((resolve) => this.#uses.whenIdle(resolve));
    const replacement = work();
    const ended = replacement.then(
      () => undefined,
      () => undefined,
    );
    this.#replacement = ended;
    try {
      return await replacement;
    } finally {
      this.#replacement = undefined;
    }
  }

  /** Does something once nothing uses the model: gives back a part of it. */
  whenIdle(action: () => void): void {
    this.#uses.whenIdle(action);
  }
}
