// Regular expressions over what is in a file: long runs of one sign are read in time that grows with their length, not its square.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../errors.js";
import { plainSvg } from "../sets/emoji/plain-svg.js";
import { nextName } from "./matlab/matlab5-elements.js";
import { parsePython } from "./python-literal.js";
import { insideBrackets, looksLikeVector, vectorIn } from "./text/vectors.js";

const length = 200_000;
const blanks = " ".repeat(length);
const svg = (style: string) =>
  plainSvg(`<svg xmlns="http://www.w3.org/2000/svg"><path style="${style}"/></svg>`, () => 0);

/** The name in an element of a MATLAB 5 file. */
function matlabName(text: string): string {
  const bytes = Buffer.alloc(8 + text.length + 8);
  bytes.writeUInt32LE(1, 0);
  bytes.writeUInt32LE(text.length, 4);
  bytes.write(text, 8, "latin1");
  return nextName({ file: { path: "file.mat", little: true, octave: false }, name: "x", bytes, offset: 0 });
}

const reads: Record<string, () => unknown> = {
  "blanks before what is no vector": () => assert.equal(vectorIn(`${blanks}x`), undefined),
  "brackets before what is no vector": () => assert.equal(vectorIn(`${"[( ".repeat(length / 3)}x`), undefined),
  "array( and blanks": () => assert.equal(vectorIn(`array(${blanks}x`), undefined),
  "what follows an array": () => assert.equal(insideBrackets(`array([1]${blanks}x)`), undefined),
  "the first characters of a cell": () => assert.equal(looksLikeVector(`${blanks}x`), false),
  "the first characters of a call": () => assert.equal(looksLikeVector(`a(${blanks}x`), false),
  "a vector between blanks": () => assert.deepEqual(vectorIn(`${blanks}[ 1, 2]${blanks}`), Float64Array.of(1, 2)),
  "url( and blanks": () => assert.match(svg(`fill:url(${blanks}#a)`), /url\( /),
  "url(' and blanks": () => assert.match(svg(`fill:url(${blanks}'${blanks}#a')`), /url\( /),
  "url( and blanks before another file": () => assert.throws(() => svg(`fill:url(${blanks}a)`), UserError),
  "url and blanks": () => assert.match(svg(`fill:url${blanks}`), /url /),
  "a string of Python without an end": () => assert.equal(parsePython(`'${"\\'".repeat(length / 2)}`), undefined),
  "zeros in a name of MATLAB": () => assert.equal(matlabName(`${"\0".repeat(length)}x`).length, length + 1),
  "zeros behind a name of MATLAB": () => assert.equal(matlabName(`x${"\0".repeat(length)}`), "x"),
  "two strings of Python": () => assert.deepEqual(parsePython(`['a\\'b', "c"]`), ["a'b", "c"]),
};

for (const [what, read] of Object.entries(reads)) {
  test(what, () => {
    const begun = performance.now();
    read();
    const took = performance.now() - begun;
    assert.ok(took < 2000, `${took.toFixed(0)} ms`);
  });
}
