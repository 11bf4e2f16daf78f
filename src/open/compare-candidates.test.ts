// The comparison: what is finished is kept and nothing else, what does not fit is left out, and the best of all is chosen.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import { StorageError, UserError } from "../errors.js";
import { findMethod } from "../methods/index.js";
import { InterruptedError } from "../methods/training.js";
import type { Candidate } from "./candidates.js";
import { bestOf, type CandidateResult, type Comparison, compareCandidates } from "./compare-candidates.js";
import { hiddenPairs, withHeldOut } from "./pairs.testing.js";

const engine = await Engine.open({ threads: 1 });
const place = mkdtempSync(join(tmpdir(), "vantage-compare-"));
after(async () => {
  await engine.close();
  rmSync(place, { recursive: true });
});

const pairs = withHeldOut(hiddenPairs(), 15);
let made: string[] = [];

/** A candidate that notes that it is made, which is where training begins. */
function candidate(method: string, options: Record<string, unknown>, failure?: Error): Candidate {
  const definition = findMethod(method);
  const create: typeof definition.create = (...given) => {
    made.push(method);
    if (failure) throw failure;
    return definition.create(...given);
  };
  return { method, definition: { ...definition, create }, options: { seed: 0, ...options } };
}

const cca = candidate("cca", { task: "retrieval", dimensions: 4 });
const djsrh = candidate("djsrh", { hidden: 8, epochs: 3, batch: 16, bits: 16 });
let count = 0;
const comparison = (change: Partial<Comparison> = {}): Comparison => ({
  ...{ pairs, candidates: [cca, djsrh], folder: join(place, String(count++)), fingerprint: "one", engine },
  ...change,
});
async function trained(request: Comparison): Promise<string[]> {
  made = [];
  await compareCandidates(request);
  return made;
}

test("a result for the features and each candidate, each with a run folder; the same seed gives the same", async () => {
  const request = comparison();
  const results = await compareCandidates(request);
  assert.deepEqual(
    results.map(({ method }) => method),
    ["features", "cca", "djsrh"],
  );
  assert.deepEqual(
    results.map(({ run }) => run),
    [undefined, join(request.folder, "cca"), join(request.folder, "djsrh")],
  );
  for (const { recall, run } of results) {
    assert.deepEqual(Object.keys(recall).sort(), ["image->text", "text->image"]);
    if (run) assert.ok(existsSync(join(run, "config.yaml")));
  }
  // By chance 1 of 15.
  assert.ok(results[1]!.recall["text->image"]!.at1 > 0.5, JSON.stringify(results[1]));
  const again = await compareCandidates(comparison());
  assert.deepEqual(
    again.map(({ recall }) => recall),
    results.map(({ recall }) => recall),
  );
});

test("what is finished is not trained again; other pairs, options or a damaged result are", async () => {
  const request = comparison();
  const first = await compareCandidates(request);
  made = [];
  assert.deepEqual((await compareCandidates(request)).slice(1), first.slice(1));
  assert.deepEqual(made, []);
  const other = candidate("cca", { task: "retrieval", dimensions: 3 });
  assert.deepEqual(await trained({ ...request, candidates: [other, djsrh] }), ["cca"]);
  assert.deepEqual(await trained({ ...request, fingerprint: "two" }), ["cca", "djsrh"]);
  for (const text of ["", "{", "null", "[]", '{"fingerprint":"two"}']) {
    writeFileSync(join(request.folder, "cca/candidate.json"), text);
    assert.deepEqual(await trained({ ...request, fingerprint: "two" }), ["cca"], text);
  }
  rmSync(join(request.folder, "cca/candidate.json"));
  assert.deepEqual(await trained({ ...request, fingerprint: "two" }), ["cca"]);
});

test("interrupted in a training, it keeps what is finished and goes on there", async () => {
  const request = comparison();
  const ending = new AbortController();
  const onEpoch = (method: string) => method === "djsrh" && ending.abort();
  await assert.rejects(
    compareCandidates(request, { signal: ending.signal, onEpoch }),
    (error) => error instanceof InterruptedError || error === ending.signal.reason,
  );
  assert.ok(!existsSync(join(request.folder, "djsrh/candidate.json")));
  assert.deepEqual(await trained(request), ["djsrh"]);
});

test("what does not fit is left out with a note; what ends everything is thrown", async () => {
  const notes: string[] = [];
  const misfit = candidate("dchn", {}, new UserError("there are no classes"));
  const results = await compareCandidates(comparison({ candidates: [misfit, cca] }), {
    onNote: (note) => notes.push(note),
  });
  assert.deepEqual(
    results.map(({ method }) => method),
    ["features", "cca"],
  );
  assert.deepEqual(notes, ["dchn is left out: there are no classes"]);
  for (const failure of [new StorageError("the disk is full"), new TypeError("a mistake in the program")]) {
    const candidates = [candidate("dchn", {}, failure), cca];
    await assert.rejects(compareCandidates(comparison({ candidates })), failure);
  }
  const request = comparison({ candidates: [cca] });
  mkdirSync(request.folder, { recursive: true });
  writeFileSync(join(request.folder, "cca"), "a file where a run belongs");
  assert.equal((await compareCandidates(request)).length, 2);
});

test("the best is by all recalls of both directions; features alone make no index", () => {
  const result = (method: string, at1: number, at5: number, at10 = 1): CandidateResult => ({
    ...{ method, options: {}, seconds: 1, ...(method !== "features" && { run: method }) },
    recall: { "a->b": { at1, at5, at10 }, "b->a": { at1, at5, at10 } },
  });
  assert.equal(bestOf([result("features", 1, 1), result("one", 0.2, 0.6), result("two", 0.9, 1)])!.method, "two");
  assert.equal(bestOf([result("one", 0.5, 0.6), result("two", 0.5, 0.6)])!.method, "one");
  assert.equal(bestOf([result("features", 1, 1)]), undefined);
});
