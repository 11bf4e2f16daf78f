// The split of the emoji into queries and database, the same for ever.
import { Random } from "../../../core/kernels/random.js";
import type { Splits } from "../../dataset.js";
import type { Emoji } from "./emoji-list.js";

const queryShare = 0.2;

/**
 * A fifth of each subgroup becomes queries (`query` and `test`), the rest `database` and `train`. Variants of one emoji (by
 * gender, or facing right) stay on one side, so that no query has a twin in the database; every subgroup keeps some emoji in it.
 */
export function emojiSplits(emoji: readonly Emoji[]): Splits {
  const subgroups = new Map<string, Map<string, number[]>>();
  emoji.forEach(({ code, subgroup }, row) => {
    const variants = subgroups.get(subgroup) ?? new Map<string, number[]>();
    subgroups.set(subgroup, variants);
    const key = withoutGender(code);
    variants.set(key, [...(variants.get(key) ?? []), row]);
  });

  const query: number[] = [];
  // Carried from one subgroup to the next, so that rounding does not add up.
  let owed = 0;
  for (const [subgroup, variants] of subgroups) {
    const units = [...variants.values()];
    owed += queryShare * units.reduce((sum, rows) => sum + rows.length, 0);
    const order = new Random(0, "emoji-split", subgroup).permutation(units.length);
    for (const u of order.subarray(1)) {
      const unit = units[u]!;
      if (owed < unit.length / 2) continue;
      query.push(...unit);
      owed -= unit.length;
    }
  }
  const requested = new Set(query);
  const rows = Int32Array.from(emoji, (_, row) => row);
  const queries = rows.filter((row) => requested.has(row));
  const database = rows.filter((row) => !requested.has(row));
  return { query: queries, database, train: database, test: queries };
}

const joinersAndSigns = new Set(["200D", "FE0F", "2640", "2642", "27A1"]);
const people = new Set(["1F468", "1F469", "1F9D1"]);

/** The code points that man, woman and person variants share: without joiners, gender signs and arrows. */
function withoutGender(code: string): string {
  const points = code.split("-").filter((point) => !joinersAndSigns.has(point));
  return points.map((point) => (people.has(point) ? "person" : point)).join("-");
}
