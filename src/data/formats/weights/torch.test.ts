// Files that PyTorch wrote (fixtures/make.py): every type, strides and shared storages; code in a pickle is refused.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { unzipSync, zipSync } from "fflate";
import { UserError } from "../../../errors.js";
import { testFolder } from "../readers.testing.js";
import { openWeights } from "./open.js";
import { fixture } from "./weights.testing.js";

type Expected = Record<string, Record<string, { shape: number[]; values: number[] }>>;
const expected = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as Expected;
const folder = testFolder();

function refusal(path: string, part?: string): string {
  try {
    openWeights(path, part === undefined ? {} : { part }).close();
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.message.replaceAll(path, "FILE");
  }
  assert.fail("it was read");
}

function check(file: string, tensors: Expected[string], part?: string): void {
  const weights = openWeights(fixture(file), part === undefined ? {} : { part });
  assert.deepEqual([...weights.tensors.keys()].sort(), Object.keys(tensors).sort());
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const tensor = weights.tensors.get(name)!;
    assert.deepEqual(tensor.shape, shape, `${file}: ${name}`);
    assert.deepEqual([...tensor.read()], values, `${file}: ${name}`);
  }
  weights.close();
}

for (const [name, tensors] of Object.entries(expected)) {
  test(`${name} in both forms of PyTorch, as PyTorch has them`, () => {
    check(`${name}.pth`, tensors);
    check(`${name}-legacy.pth`, tensors);
  });
}

test("safetensors of every type", () => check("types.safetensors", expected.types!));

test("types that are converted are noted", () => {
  const { notes, close } = openWeights(fixture("types.pth"));
  close();
  assert.equal(notes.filter((note) => /is float64, read as float32, rounded/.test(note)).length, 1);
  assert.equal(notes.filter((note) => /"bfloat16" is bfloat16, read as float32$/.test(note)).length, 1);
});

test("a checkpoint's one set of tensors is taken and noted; of several one is to be named", () => {
  check("checkpoint.pth", expected.module!);
  const { notes, close } = openWeights(fixture("checkpoint.pth"));
  close();
  assert.match(notes[0]!, /its "state_dict" is read; epoch, optimizer, size are left$/);
  check("several.pth", expected.module!, "ema");
  assert.match(refusal(fixture("several.pth")), /several sets of tensors: model, ema; say which one is meant/);
  assert.match(refusal(fixture("several.pth"), "other"), /no part "other" with tensors; it has model, ema/);
});

test("a pickled module is refused by the name of its class, a program as a program", () => {
  assert.match(
    refusal(fixture("whole-module.pth")),
    /object of class torch\.nn\.modules\.container\.Sequential.*state_dict/,
  );
  assert.match(refusal(fixture("script.pt")), /TorchScript program, which is not run/);
});

/** A file of PyTorch with another pickle. */
function withPickle(pickle: Uint8Array | string): string {
  const files = unzipSync(readFileSync(fixture("module.pth")));
  const name = Object.keys(files).find((each) => each.endsWith("data.pkl"))!;
  const path = join(folder, "changed.pth");
  const level = 0;
  writeFileSync(
    path,
    zipSync({ ...files, [name]: typeof pickle === "string" ? Buffer.from(pickle, "latin1") : pickle }, { level }),
  );
  return path;
}

test("code in a pickle is refused by name and not run", () => {
  const marker = join(folder, "run");
  for (const [module, name, message] of [
    ["os", "system", /an object of class os\.system/],
    ["posix", "system", /posix\.system/],
    ["builtins", "eval", /builtins\.eval/],
    ["torch.hub", "load", /torch\.hub\.load/],
  ] as const) {
    const path = withPickle(`\x80\x02c${module}\n${name}\n(S'touch ${marker}'\ntR.`);
    assert.match(refusal(path), message);
  }
  assert.throws(() => readFileSync(marker), /ENOENT/);
  // Opcodes that make instances.
  assert.match(refusal(withPickle("\x80\x02(ios\nsystem\n.")), /objects of other classes/);
  assert.match(refusal(withPickle("\x80\x02ccollections\nOrderedDict\n)\x81.")), /objects of other classes/);
});

test("a tensor that reaches beyond its storage is refused", () => {
  const pickle = Object.entries(unzipSync(readFileSync(fixture("module.pth")))).find(([name]) =>
    name.endsWith("data.pkl"),
  )![1];
  const text = Buffer.from(pickle).toString("latin1");
  // The shape (2, 3) of the first tensor.
  const shape = text.indexOf("K\x02K\x03\x86");
  assert.ok(shape > 0);
  const larger = `${text.slice(0, shape)}M\xff\xffM\xff\xff\x86${text.slice(shape + 5)}`;
  assert.match(refusal(withPickle(larger)), /shape \[65535, 65535\] that its 6 stored values do not hold/);
});

test("what is no file of weights is refused", () => {
  const path = join(folder, "text.pth");
  for (const [content, message] of [
    ["", /no file of weights/],
    ["some text, longer than it has to be", /no file of weights/],
    ["\x80\x04]\x94.", /a pickle, not a file of torch\.save/],
  ] as const) {
    writeFileSync(path, content, "latin1");
    assert.match(refusal(path), message);
  }
  writeFileSync(path, readFileSync(fixture("module.pth")).subarray(0, 1500));
  assert.match(refusal(path), /truncated/);
});
