// Entropies and mutual information of a contingency table, and the mutual information expected by chance.
import type { Contingency } from "./contingency.js";

/** Entropy in nats of the distribution that the counts, which sum to `total`, stand for. */
export function entropy(counts: Int32Array, total: number): number {
  let sum = 0;
  for (const c of counts) if (c > 0 && c < total) sum -= (c / total) * (Math.log(c) - Math.log(total));
  return sum;
}

/** Mutual information in nats of the two labelings; never below 0. */
export function mutualInformation(table: Contingency): number {
  const { samples, counts, rowSums, columnSums } = table;
  const logRows = Float64Array.from(rowSums, Math.log);
  const logColumns = Float64Array.from(columnSums, Math.log);
  const logSamples = Math.log(samples);
  let sum = 0;
  for (let i = 0, e = 0; i < rowSums.length; i++) {
    for (let j = 0; j < columnSums.length; j++, e++) {
      const c = counts[e]!;
      if (c > 0) sum += (c / samples) * (Math.log(c) + logSamples - logRows[i]! - logColumns[j]!);
    }
  }
  return sum < Number.EPSILON ? 0 : sum;
}

/** Chances below e^−80 (10⁻³⁵) cannot change a float64 sum whose greatest chance is at least 1/n. */
const negligible = -80;

/**
 * Mutual information in nats expected of two random labelings with the table's class and cluster sizes (hypergeometric
 * model): Vinh, Epps and Bailey, JMLR 11 (2010), equation 24a, summed outwards from the likeliest count of each cell.
 */
export function expectedMutualInformation({ samples: n, rowSums, columnSums }: Contingency): number {
  const logFactorial = logFactorials(n);
  let sum = 0;
  for (const a of rowSums) {
    for (const b of columnSums) {
      const fixed =
        logFactorial[a]! + logFactorial[b]! + logFactorial[n - a]! + logFactorial[n - b]! - logFactorial[n]!;
      const logExpected = Math.log(a) + Math.log(b) - Math.log(n);
      const term = (c: number) => {
        const logChance =
          fixed - logFactorial[c]! - logFactorial[a - c]! - logFactorial[b - c]! - logFactorial[n - a - b + c]!;
        return logChance < negligible ? undefined : (c / n) * (Math.log(c) - logExpected) * Math.exp(logChance);
      };
      const first = Math.max(1, a + b - n);
      const last = Math.min(a, b);
      const likeliest = Math.max(first, Math.floor(((a + 1) * (b + 1)) / (n + 2)));
      for (let c = likeliest; c <= last; c++) {
        const value = term(c);
        if (value === undefined) break;
        sum += value;
      }
      for (let c = likeliest - 1; c >= first; c--) {
        const value = term(c);
        if (value === undefined) break;
        sum += value;
      }
    }
  }
  return sum;
}

/** log Γ(i+1) for i = 0 … n: log-gamma is needed at whole numbers only, where it is a running sum (compensated, so exact to 1 ulp). */
function logFactorials(n: number): Float64Array {
  const result = new Float64Array(n + 1);
  let sum = 0;
  let lost = 0;
  for (let i = 2; i <= n; i++) {
    const term = Math.log(i) - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
    result[i] = sum;
  }
  return result;
}
