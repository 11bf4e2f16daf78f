// An SVG that takes too long, or too much, ends its own process; the next one is drawn all the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../errors.js";
import { drawApart } from "./draw-apart.js";

const size = { width: 16, height: 16, fit: "fill" } as const;
const svg = (inside: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">${inside}</svg>`);
const plain = svg('<rect width="100" height="100" fill="#f00"/>');

/** Patterns in patterns: each level is drawn ten times for one of the level above. */
function nested(levels: number): Buffer {
  const parts = ['<pattern id="p0" width="1" height="1"><rect width="1" height="1"/></pattern>'];
  for (let level = 1; level <= levels; level++) {
    const inner = `<rect width="10" height="10" fill="url(#p${level - 1})"/>`.repeat(10);
    parts.push(`<pattern id="p${level}" width=".1" height=".1">${inner}</pattern>`);
  }
  return svg(`${parts.join("")}<rect width="100" height="100" fill="url(#p${levels})"/>`);
}

test("many at once, each its own pixels", async () => {
  const drawn = await Promise.all(
    Array.from({ length: 6 }, (_, i) => drawApart(svg(`<rect width="100" height="100" fill="rgb(${i},0,0)"/>`), size)),
  );
  assert.deepEqual(
    drawn.map(({ data }) => data[0]),
    [0, 1, 2, 3, 4, 5],
  );
});

test("what takes too long is given up, and the next is drawn", async () => {
  await assert.rejects(drawApart(nested(8), { ...size, width: 224, height: 224 }, 0.5), (error: unknown) => {
    assert.ok(error instanceof UserError);
    return error.message === "it takes more than 0.5 seconds to draw";
  });
  const { data } = await drawApart(plain, size);
  assert.deepEqual([...data.subarray(0, 3)], [255, 0, 0]);
});

test("what cannot be drawn says why", async () => {
  await assert.rejects(drawApart(Buffer.from("<svg"), size), /XML|unsupported|corrupt/i);
});
