// The message where a method or a graph needs more memory than there is.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine, Program } from "../core/runtime/index.js";
import { input, matmul, sum } from "../core/tensor/index.js";
import { synthetic } from "../data/sets/synthetic.js";
import { OutOfMemoryError, UserError } from "../errors.js";
import { findMethod } from "./index.js";
import { parseOptions } from "./options.js";

const engine = await Engine.open({ threads: 1 });
after(() => engine.close());

test("a fit that does not fit into memory names the option", async () => {
  const data = synthetic({ samples: 400, views: 2, classes: 3, dimensions: [12, 7], seed: 3 });
  const { create, options } = findMethod("gmae");
  // All but what the networks take.
  const held = engine.memory.uint8(0xffff_0000 - 2 ** 20);
  for (const [batch, advice] of [
    [200, /^out of memory: \d+ bytes requested, .*; lower option batch \(200\)$/],
    [0, /; set option batch \(0 takes the whole set at once\)$/],
  ] as const) {
    await assert.rejects(create(parseOptions("gmae", options, { batch }), engine).fit(data), (error) => {
      assert.ok(error instanceof OutOfMemoryError && error instanceof UserError, String(error));
      assert.match(error.message, advice);
      return true;
    });
  }
  engine.memory.free(held);
});

test("a graph whose intermediate results do not fit into memory", async () => {
  const x = input("x", ["n", 1]);
  const outputs = { y: sum(matmul(x, x, { transposeB: true })) };
  for (const way of ["native", "device", "portable"] as const) {
    const own = await Engine.open({ threads: 1, interface: way });
    const program = await Program.compile(own, { name: "square", outputs });
    await assert.rejects(program.at({ n: 4_000_000 }).run(), { name: "OutOfMemoryError" });
    await program.release();
    own.close();
  }
});
