// The authors' schedule: a learning rate that falls tenfold while the loss stands still, down to where training ends.
import type { Json, State } from "../training.js";

const FALL = 10;
/** Training ends once the rate is below this. */
const SMALLEST_RATE = 1e-8;

export class Plateau {
  #best: number | undefined;
  #waited = 0;

  constructor(
    private value: number,
    private readonly patience: number,
  ) {}

  /** The learning rate for the next epoch. */
  get rate(): number {
    return this.value;
  }

  /** Takes the loss of one epoch; says whether training has ended. */
  update(loss: number): boolean {
    this.#waited = this.#best === undefined || loss < this.#best ? 0 : this.#waited + 1;
    if (this.#waited === 0) this.#best = loss;
    if (this.#waited >= this.patience) {
      this.value /= FALL;
      this.#waited = 0;
    }
    return this.value < SMALLEST_RATE;
  }

  /** As `schedule`, a part of a trainer's state. */
  state(): { readonly schedule: Json } {
    return { schedule: { rate: this.value, waited: this.#waited, best: this.#best ?? null } };
  }

  restore({ schedule }: State["json"]): void {
    const { rate, waited, best } = schedule as { rate: number; waited: number; best: number | null };
    this.value = rate;
    this.#waited = waited;
    this.#best = best ?? undefined;
  }
}
