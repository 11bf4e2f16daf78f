// Tests of the shared memory's allocator.
import assert from "node:assert/strict";
import { test } from "node:test";
import { OutOfMemoryError } from "../../errors.js";
import { MemoryScope, type SharedView, WholeMemory } from "./memory.js";
import { Random } from "./random.js";

test("arrays are zero-filled, aligned and of the asked type and length", () => {
  const memory = new WholeMemory();
  const views = [
    memory.float32(3),
    memory.int32(0),
    memory.uint8(65),
    memory.uint16(7),
    memory.float64(1),
    memory.uint32(9),
  ];
  assert.deepEqual(
    views.map((view) => [view.constructor.name, view.length]),
    [
      ["Float32Array", 3],
      ["Int32Array", 0],
      ["Uint8Array", 65],
      ["Uint16Array", 7],
      ["Float64Array", 1],
      ["Uint32Array", 9],
    ],
  );
  for (const view of views) {
    assert.equal(view.byteOffset % 64, 0);
    assert.ok(view.every((value) => value === 0));
    assert.equal(memory.address(view), view.byteOffset);
  }
  assert.equal(new Set(views.map((view) => view.byteOffset)).size, views.length);
  assert.equal(memory.bytesInUse, 64 * 7);
  for (const view of views) memory.free(view);
  assert.equal(memory.bytesInUse, 0);
});

test("a freed block is used again and zeroed, and neighbours merge", () => {
  const memory = new WholeMemory();
  const a = memory.float32(1000).fill(7);
  const b = memory.float32(1000).fill(8);
  const fence = memory.float32(1);
  memory.free(a);
  memory.free(b);
  const both = memory.float32(2000);
  assert.equal(both.byteOffset, a.byteOffset);
  assert.ok(both.every((value) => value === 0));
  memory.free(fence);
  memory.free(both);
  const again = memory.float32(10_000);
  assert.equal(again.byteOffset, a.byteOffset);
  assert.ok(again.every((value) => value === 0));
});

test("growth leaves old views valid", () => {
  const memory = new WholeMemory();
  const small = memory.float32(5).fill(3);
  const large = memory.float32(20_000_000);
  large[19_999_999] = 1;
  assert.deepEqual([...small], [3, 3, 3, 3, 3]);
  small[0] = 4;
  assert.ok(memory.holds(small) && memory.holds(large));
  memory.free(small);
  assert.equal(memory.float32(1).byteOffset, small.byteOffset);
});

test("misuse is named", () => {
  const memory = new WholeMemory();
  const view = memory.float32(32);
  assert.throws(() => memory.free(view.subarray(16)), /RangeError: free: no block .* starts at byte/);
  memory.free(view);
  assert.throws(() => memory.free(view), RangeError);
  assert.throws(() => memory.address(new Float32Array(4)), /Float32Array of 16 bytes lies outside/);
  assert.throws(() => memory.address(new WholeMemory().float32(4)), RangeError);
  assert.throws(() => memory.float32(-1), RangeError);
  assert.throws(() => memory.float32(1.5), RangeError);
});

test("4 GiB is the end, and says so", () => {
  const memory = new WholeMemory();
  const held = memory.float32(256 * 1024 * 1024);
  assert.throws(
    () => memory.float32(900 * 1024 * 1024),
    /out of memory: 3774873600 bytes requested, 1073741824 bytes in use/,
  );
  const top = memory.uint8(0xffff_0000 - 65536 - held.byteLength);
  top[top.length - 1] = 9;
  assert.equal(top.byteOffset + top.byteLength, 0xffff_0000);
  assert.throws(() => memory.uint8(1), OutOfMemoryError);
  memory.free(held);
  assert.equal(memory.uint8(1)[0], 0);
});

test("a seeded storm of allocations keeps blocks apart, zeroed and accounted for", () => {
  const memory = new WholeMemory();
  const random = new Random(1, "allocator");
  const held: { view: SharedView; mark: number }[] = [];
  let expected = 0;
  for (let turn = 0; turn < 4000; turn++) {
    if (held.length > 0 && random.next() < 0.48) {
      const at = random.integer(held.length);
      const { view, mark } = held[at]!;
      assert.ok(
        view.every((value) => value === mark),
        `block overwritten in turn ${turn}`,
      );
      held[at] = held[held.length - 1]!;
      held.pop();
      expected -= Math.max(64, Math.ceil(view.byteLength / 64) * 64);
      memory.free(view);
    } else {
      const length = random.integer(turn % 50 === 0 ? 100_000 : 600);
      const view = random.next() < 0.5 ? memory.float32(length) : memory.uint8(length);
      assert.ok(
        view.every((value) => value === 0),
        `block not zeroed in turn ${turn}`,
      );
      const mark = 1 + (turn % 250);
      view.fill(mark);
      expected += Math.max(64, Math.ceil(view.byteLength / 64) * 64);
      held.push({ view, mark });
    }
    assert.equal(memory.bytesInUse, expected);
  }
  for (const { view } of held) memory.free(view);
  assert.equal(memory.bytesInUse, 0);
  assert.equal(memory.uint8(1).byteOffset, 65536);
});

test("a scope gives back what was not given back before, and nothing else", () => {
  const memory = new WholeMemory();
  const outer = memory.float32(100);
  const before = memory.bytesInUse;
  const scope = new MemoryScope(memory);
  const [first, second] = [scope.float32(1000), scope.uint8(5)];
  assert.ok(memory.holds(first) && scope.holds(outer));
  scope.free(first);
  assert.throws(() => scope.free(first), RangeError);
  scope.release();
  assert.equal(memory.bytesInUse, before);
  scope.free(second);
  scope.release();
  assert.equal(memory.bytesInUse, before);
  assert.throws(() => scope.float32(1), { name: "ClosedError" });
  memory.free(outer);
});
