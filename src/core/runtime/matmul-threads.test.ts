// Products on different numbers of threads: the same bits, whatever the shape.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openBackend } from "#backends";
import { encodeModel } from "../onnx/model.js";
import { affine, input, matmul as product, relu } from "../tensor/index.js";
import { Engine } from "./engine.js";
import { matmul } from "./matmul.js";

const engines = await Promise.all([1, 2, 3, 16].map((threads) => Engine.open({ threads })));
after(() => Promise.all(engines.map((engine) => engine.close())));

const values = (length: number, step: number) => Float32Array.from({ length }, (_, i) => Math.sin(step * i));

/** Shapes that ONNX Runtime splits by columns, by rows, by rows of one, and with a single column. */
const shapes = [2, 16, 17, 64, 1030].flatMap((m) =>
  [100, 128, 129, 300, 2050].flatMap((k) => [1, 2, 16, 17, 64, 100, 129, 1024].map((n) => ({ m, k, n }))),
);

test("products of arrays do not depend on the number of threads", async () => {
  for (const { m, k, n } of shapes.filter((each) => each.m * each.k * each.n < 2e7)) {
    const [a, b] = [values(m * k, 0.7), values(k * n, 1.3)];
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const shape = { m, k, n, transposeA, transposeB };
        const [alone, ...others] = await Promise.all(engines.map((engine) => matmul(engine, a, b, shape)));
        for (const each of others) assert.deepEqual(each, alone, JSON.stringify(shape));
      }
    }
  }
});

test("nor do products in graphs, with weights as inputs or stored in the model", async () => {
  const [k, n] = [512, 100];
  const [x, weight, bias] = [input("x", ["rows", k]), input("weight", [n, k]), input("bias", [n])];
  const hidden = relu(affine(x, weight, bias));
  const outputs = { back: product(hidden, weight) };
  const stored = { weight: values(n * k, 0.3), bias: values(n, 0.9) };
  for (const weights of [undefined, new Map(Object.entries(stored))]) {
    const model = encodeModel({ name: "test", outputs, ...(weights && { weights }) });
    for (const rows of [1, 2, 17, 64, 200]) {
      const results: Float32Array[] = [];
      for (const engine of engines) {
        const session = await engine.backend.compile(model);
        const back = new Float32Array(rows * k);
        const call = session.bind(
          {
            x: { data: values(rows * k, 0.11), shape: [rows, k] },
            ...(!weights && {
              weight: { data: stored.weight, shape: [n, k] },
              bias: { data: stored.bias, shape: [n] },
            }),
          },
          { back: { data: back, shape: [rows, k] } },
        );
        await call.run();
        results.push(back);
        call.release();
        await session.release();
      }
      for (const each of results) assert.deepEqual(each, results[0], `${rows} rows, stored: ${weights !== undefined}`);
    }
  }
});

test("nor do products of batches", async () => {
  for (const batch of [2, 3]) {
    for (const { m, k, n } of shapes.filter(
      (each) => each.m < 100 && each.k < 2000 && each.n < 200 && each.k !== 128,
    )) {
      for (const transposeA of [false, true]) {
        const a = input("a", [batch, ...(transposeA ? [k, m] : [m, k])]);
        const model = encodeModel({
          name: "test",
          outputs: { c: product(a, input("b", [batch, k, n]), { transposeA }) },
        });
        const results: Float32Array[] = [];
        for (const engine of engines) {
          const session = await engine.backend.compile(model);
          const c = new Float32Array(batch * m * n);
          const call = session.bind(
            {
              a: { data: values(batch * m * k, 0.7), shape: a.shape as number[] },
              b: { data: values(batch * k * n, 1.3), shape: [batch, k, n] },
            },
            { c: { data: c, shape: [batch, m, n] } },
          );
          await call.run();
          results.push(c);
          call.release();
          await session.release();
        }
        for (const each of results) assert.deepEqual(each, results[0], JSON.stringify({ batch, m, k, n, transposeA }));
      }
    }
  }
});

test("nor do products of batches with rows enough for 64 threads, the most that ONNX Runtime gives one", async () => {
  const wide = await openBackend({}, 64);
  for (const { batch, n } of [
    { batch: 1, n: 100 },
    { batch: 3, n: 128 },
    { batch: 2, n: 17 },
  ]) {
    const [m, k] = [128, 700];
    const outputs = { c: product(input("a", [batch, m, k]), input("b", [batch, n, k]), { transposeB: true }) };
    const model = encodeModel({ name: "test", outputs });
    assert.ok(!Buffer.from(model).includes("Transpose"));
    const results: Float32Array[] = [];
    for (const backend of [engines[0]!.backend, engines[2]!.backend, wide]) {
      const session = await backend.compile(model);
      const c = new Float32Array(batch * m * n);
      const call = session.bind(
        {
          a: { data: values(batch * m * k, 0.7), shape: [batch, m, k] },
          b: { data: values(batch * n * k, 1.3), shape: [batch, n, k] },
        },
        { c: { data: c, shape: [batch, m, n] } },
      );
      await call.run();
      results.push(c);
      call.release();
      await session.release();
    }
    for (const each of results) assert.deepEqual(each, results[0], JSON.stringify({ batch, n }));
  }
  if (wide.memory === "own") await wide.close();
});
