// Tests of numbers from bytes against Number itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cellFlag, DecimalParser } from "./decimal.js";

const parser = new DecimalParser();
const parse = (text: string, decimal = 46): number | undefined => {
  const bytes = Buffer.from(`${text}\0\0`);
  return parser.parse(bytes, 0, text.length, decimal) ? parser.value : undefined;
};

test("doubles of any length come out as Number reads them", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 24 });
  const exponent = fc.option(fc.integer({ min: -330, max: 310 }), { nil: undefined });
  fc.assert(
    fc.property(
      digits,
      fc.option(digits, { nil: undefined }),
      exponent,
      fc.boolean(),
      (whole, fraction, e, negative) => {
        const text = `${negative ? "-" : ""}${whole}${fraction === undefined ? "" : `.${fraction}`}${e === undefined ? "" : `e${e}`}`;
        assert.ok(Object.is(parse(text), Number(text)), `${text}: ${parse(text)}`);
      },
    ),
    { numRuns: 20_000, seed: 1 },
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      for (const text of [String(value), value.toExponential(18), value.toPrecision(17)])
        assert.ok(Object.is(parse(text), Number(text)), text);
    }),
    { numRuns: 20_000, seed: 1 },
  );
});

test("halfway cases", () => {
  for (const text of [
    "9007199254740993",
    "90071992547409930000",
    "9007199254740993e22",
    "0.50000000000000005551",
    "8.5e-323",
  ])
    assert.equal(parse(text), Number(text), text);
});

test("what is no number is none", () => {
  for (const text of ["", "-", ".", "1e", "1e+", "1.2.3", "12a", "1 2", "--1", "0x1f", "e5", "1,5"])
    assert.equal(parse(text), undefined, text);
  assert.equal(parse("1,5", 44), 1.5);
  assert.equal(parse("1.5D+02"), 150);
});

test("flags say what the number does not", () => {
  const flags = (text: string) => (parse(text) === undefined ? Number.NaN : parser.flags);
  for (const text of ["1", "0", "10.5", "0.001", "123456789012345", "0.1234567890123456", "1.7976931348623157"])
    assert.equal(flags(text) & cellFlag.written, 0, text);
  for (const text of ["01", "1.50", "1.", ".5", "+1", "-0", "1e5", "0.0000001", "0.12345678901234567890"])
    assert.equal(flags(text) & cellFlag.written, cellFlag.written, text);
  assert.equal(flags("740245381351497731") & cellFlag.beyond, cellFlag.beyond);
  assert.equal(flags("9007199254740992") & cellFlag.beyond, 0);
  assert.equal(flags("1.055") & cellFlag.decimal, 0);
  for (const text of ["0.055", "1055.055", "1.05", "1.0555"])
    assert.equal(flags(text) & cellFlag.decimal, cellFlag.decimal, text);
});
