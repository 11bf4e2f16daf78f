// Reading fixtures and comparing with it: for tests of the methods.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export interface FixtureTensor {
  readonly shape: number[];
  readonly data: number[];
}

const folder = new URL("../../fixtures/", import.meta.url);

// biome-ignore lint/suspicious/noExplicitAny: a fixture's form is its own
export function readFixture(name: string): any {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
}

/**
 * Asserts that values agree to a relative error, measured against the largest expected value so that entries that are
 * zero up to rounding do not count.
 */
export function assertClose(actual: ArrayLike<number>, expected: FixtureTensor, what: string, tolerance = 1e-4): void {
  assert.equal(actual.length, expected.data.length, `${what}: number of values`);
  const scale = Math.max(1e-6, ...expected.data.map(Math.abs));
  for (let i = 0; i < expected.data.length; i++) {
    const error = Math.abs(actual[i]! - expected.data[i]!) / scale;
    assert.ok(error < tolerance, `${what}[${i}]: ${actual[i]}, expected ${expected.data[i]} (relative error ${error})`);
  }
}

/** A fixture's parameters as a store takes them. */
export function parametersOf(fixture: { params: Record<string, FixtureTensor> }): Map<string, FixtureTensor> {
  return new Map(Object.entries(fixture.params));
}
