// Leases: overlapping calls have their own buffers, a pool bounds them, and all of it is given back.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { OutOfMemoryError } from "../../errors.js";
import { input, matmul, relu } from "../tensor/index.js";
import type { BufferSet } from "./buffer-set.js";
import { Engine } from "./engine.js";
import { allEngines } from "./engines.testing.js";
import { LeasePool } from "./lease.js";
import { Program } from "./program.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());
const x = input("x", ["n", 64]);
const parts = { name: "products", outputs: { y: relu(matmul(matmul(x, x, { transposeB: true }), x)) } };

for (const [way, open] of allEngines) {
  test(`50 calls at the same time give what they give one by one (${way})`, async () => {
    await using own = await open(2);
    const program = await Program.compile(own, parts);
    const call = (i: number) =>
      program.call(
        { n: 300 + (i % 7) },
        ({ inputs }) => inputs.x!.set(inputs.x!.map((_, j) => Math.sin(i + j))),
        ({ y }) => y!.slice(),
      );
    const alone: Float32Array[] = [];
    for (let i = 0; i < 50; i++) alone.push(await call(i));
    assert.deepEqual(await Promise.all(Array.from({ length: 50 }, (_, i) => call(i))), alone);
    await program.release();
  });
}

test("runs of one program are in flight together, each with its own buffers", async () => {
  const program = await Program.compile(engine, parts);
  const leases = await Promise.all([program.lease({ n: 500 }), program.lease({ n: 500 })]);
  assert.notEqual(leases[0].inputs.x!.byteOffset, leases[1].inputs.x!.byteOffset);
  leases.forEach(({ inputs }, i) => void inputs.x!.fill(i + 1));
  await Promise.all(leases.map((lease) => lease.run()));
  const values = leases.map(({ outputs }) => outputs.y![0]);
  assert.equal(values[1], 8 * values[0]!);
  for (const lease of leases) lease.release();
  await program.release();
});

test("no more leases than threads and one are lent, and their buffers are used again", async () => {
  const program = await Program.compile(engine, parts);
  const first = await Promise.all([1, 2, 3].map(() => program.lease({ n: 100 })));
  const { bytesInUse } = engine.memory;
  let isLent = false;
  const fourth = program.lease({ n: 100 }).then((lease) => {
    isLent = true;
    return lease;
  });
  await new Promise(setImmediate);
  assert.equal(isLent, false);
  for (const lease of first) lease.release();
  (await fourth).release();
  for (let i = 0; i < 10; i++) (await program.lease({ n: 100 })).release();
  assert.equal(engine.memory.bytesInUse, bytesInUse);
  await program.release();
});

test("a lease or program is refused with a ClosedError once it is released", async () => {
  const program = await Program.compile(engine, parts);
  const lease = await program.lease({ n: 10 });
  const releasing = program.release();
  await assert.rejects(program.lease({ n: 10 }), { name: "ClosedError", code: "ERR_CLOSED" });
  await lease.run();
  lease.release();
  lease.release();
  assert.throws(() => lease.inputs, { name: "ClosedError" });
  await assert.rejects(lease.run(), { name: "ClosedError" });
  await releasing;
  assert.throws(() => program.at({ n: 10 }), { name: "ClosedError" });
});

test("where memory is short a lease waits for another one's; alone it is refused", async () => {
  let places = 2;
  const sets = { made: 0, released: 0 };
  const pool = new LeasePool(() => {
    sets.made++;
    let holds = 0;
    return {
      at: () => {
        if (places === 0) throw new OutOfMemoryError("out of memory");
        places--;
        holds++;
        return {};
      },
      release: () => {
        places += holds;
        holds = 0;
        sets.released++;
      },
    } as unknown as BufferSet;
  }, 4);
  const leases = await Promise.all([pool.lease({}), pool.lease({})]);
  let isLent = false;
  const third = pool.lease({}).then((lease) => {
    isLent = true;
    return lease;
  });
  await new Promise(setImmediate);
  assert.equal(isLent, false);
  places = 1;
  leases[0].release();
  const late = await third;
  for (const lease of [leases[1], late]) lease.release();
  await pool.whenIdle();
  pool.release();
  assert.equal(sets.made, sets.released);
  places = 0;
  await assert.rejects(pool.lease({}), OutOfMemoryError);
  await pool.whenIdle();
});

test("1000 programs opened, used and closed leave no bytes", async () => {
  const { bytesInUse } = engine.memory;
  for (let i = 0; i < 1000; i++) {
    const program = await Program.compile(engine, parts);
    program.at({ n: 20 }).inputs.x!.fill(1);
    await program.call(
      { n: 4 },
      ({ inputs }) => inputs.x!.fill(1),
      ({ y }) => assert.equal(y![0], 64 * 4),
    );
    await program.release();
  }
  assert.equal(engine.memory.bytesInUse, bytesInUse);
});
