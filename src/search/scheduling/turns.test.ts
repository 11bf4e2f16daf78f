// Long work in turns: however many do it at a time, the event loop goes round between two slices.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./turns.js";

function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test("one asker in each turn of the event loop, all of them in turn", async () => {
  let round = 0;
  let isRunning = true;
  const count = () => {
    round++;
    if (isRunning) setImmediate(count);
  };
  setImmediate(count);
  const slices: { readonly asker: number; readonly round: number }[] = [];
  const ask = async (asker: number) => {
    const turns = new Turns();
    for (let part = 0; part < 10; part++) {
      await turns.ifDue();
      slices.push({ asker, round });
      // Longer than a slice: every part is one.
      work(5);
    }
  };
  await Promise.all([0, 1, 2, 3].map(ask));
  isRunning = false;
  const rounds = slices.map((slice) => slice.round);
  assert.equal(new Set(rounds).size, slices.length, "two slices in one turn of the loop");
  for (let i = 0; i + 4 <= slices.length; i += 4) {
    assert.equal(new Set(slices.slice(i, i + 4).map(({ asker }) => asker)).size, 4, `slices from ${i} on`);
  }
});

test("short work does not wait", async () => {
  const waits = async () => {
    const turns = new Turns();
    await turns.ifDue();
    let hasGoneRound = false;
    setImmediate(() => {
      hasGoneRound = true;
    });
    for (let i = 0; i < 100; i++) await turns.ifDue();
    return hasGoneRound;
  };
  // A busy machine may hold this process up for longer than a slice, though not every time.
  let tries = 1;
  while ((await waits()) && tries < 10) tries++;
  assert.ok(tries < 10, `it waited ${tries} times`);
});

test("work that has begun goes on at once, and waits after its slice", async () => {
  const turns = new Turns({ slice: 1, isBegun: true });
  let hasGoneRound = false;
  setImmediate(() => {
    hasGoneRound = true;
  });
  assert.equal(await turns.ifDue(), false);
  assert.equal(hasGoneRound, false);
  work(2);
  assert.equal(await turns.ifDue(), true);
  assert.equal(hasGoneRound, true);
});
