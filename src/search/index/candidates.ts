// How many of the nearest codes are ordered anew by their vectors, where a query does not say.
import { UserError } from "../../errors.js";
import { countItems, type Query, type Store } from "../stores/store.js";
import type { Manifest } from "./index-folder.js";

/** Milliseconds for which a count of the items stands: a few items more or less make no difference. */
const countStands = 10_000;
/** Candidates of 10,000 vectors with codes of 512 bits, and of more or shorter ones: recall@10 of 0.99 and more (docs/clip-vectors.md). */
const [fewest, ofItems, ofBits, growth] = [1000, 10_000, 512, 0.75];
/** What a request may request too. */
const most = 10_000;

export class Candidates {
  readonly #counts = new Map<string | undefined, { readonly items: number; readonly until: number }>();

  constructor(
    private readonly codes: Manifest["codes"],
    private readonly store: Store,
  ) {}

  /**
   * @param view whose items are searched; all where it is undefined. @param rerank as the query says.
   * @throws UserError where the query says fewer than hits.
   */
  async of(k: number, view: string | undefined, rerank: number | undefined): Promise<number> {
    // vectors without codes are all compared, whatever a query says: there is nothing else to go by
    if (this.codes === "none") return Math.max(k, await this.#items(view, 0));
    if (rerank !== undefined && rerank > 0 && rerank < k) {
      throw new UserError(`rerank: expected 0 or a whole number from k (${k}), got ${rerank}`);
    }
    if (rerank !== undefined) return rerank;
    if (this.codes === "sign" || this.codes === "packed") return 0;
    const usual = Math.max(fewest, 10 * k);
    if (this.codes === "centred") return usual;
    const items = await this.#items(view, countStands);
    const wanted = fewest * Math.max(1, items / ofItems) ** growth * Math.max(1, ofBits / this.store.space.bits);
    return Math.max(usual, Math.min(most, Math.ceil(wanted)));
  }

  /** Codes that say nothing have no graph. */
  modeOf(mode: Query["mode"]): Query["mode"] {
    return this.codes === "none" ? "exact" : mode;
  }

  async #items(view: string | undefined, stands: number): Promise<number> {
    const known = this.#counts.get(view);
    if (known !== undefined && performance.now() < known.until) return known.items;
    const items = await countItems(this.store, view);
    this.#counts.set(view, { items, until: performance.now() + stands });
    return items;
  }
}
