// What every store does alike: one suite, run on each of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UserError } from "../../errors.js";
import { metadataFault } from "./item-rules.js";
import { MemoryStore } from "./memory-store.testing.js";
import type { Hit, Item, Query, Space, Store } from "./store.js";

export interface StoreUnderTest {
  /** A new, empty store; the suite closes it. */
  readonly open: (space: Space) => Promise<Store>;
  /** Closes the store and opens what it left; absent where a store lives in memory only. */
  readonly reopen?: (store: Store) => Promise<Store>;
  /** Random operation sequences that are tried; fewer for a store that is slow to open. */
  readonly runs?: number;
}

/** Registers the suite's tests for a store. */
export function testStore(name: string, { open, reopen, runs = 25 }: StoreUnderTest): void {
  const run = async (space: Space, work: (store: Store) => Promise<void>) => {
    const store = await open(space);
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };
  const contract = (title: string, space: Space, work: (store: Store) => Promise<void>) =>
    test(`${name}: ${title}`, () => run(space, work));

  contract("an empty store has nothing and finds nothing", { bits: 64, dimensions: 2 }, async (store) => {
    assert.deepEqual(store.space, { bits: 64, dimensions: 2 });
    assert.deepEqual(await store.get("a"), []);
    assert.deepEqual(await store.page(undefined, 10), []);
    assert.deepEqual([...(await store.counts())], []);
    assert.equal(await store.remove(["a"]), 0);
    assert.equal(await store.remove([]), 0);
    await store.add([]);
    assert.deepEqual(await store.search([]), []);
    for (const mode of ["exact", "approximate"] as const) {
      assert.deepEqual(await store.search([{ code: new Uint8Array(8), k: 3, mode, rerank: 0 }]), [[]]);
    }
  });

  contract("items come back as they were added, by id and view", { bits: 16, dimensions: 3 }, async (store) => {
    const items = [
      item("b", "text", [1, 2], [1, 0.5, -2], { title: "bee", deep: { list: [1, "2", null, true], empty: {} } }),
      item("b", "image", [255, 0], [0, 0, 0]),
      item("a", "text", [0, 128], [1e-30, -3e38, 1], {}),
      item("a", "image", [7, 7], [0.1, 0.2, 0.3], { n: 1e-7, big: 1e300, negative: -1.5 }),
    ];
    await store.add(items);
    assert.deepEqual(await store.get("b"), [items[1], items[0]]);
    assert.deepEqual(await store.get("a"), [items[3], items[2]]);
    assert.deepEqual(await store.get("c"), []);
    assert.deepEqual(
      new Map(await store.counts()),
      new Map([
        ["image", 2],
        ["text", 2],
      ]),
    );
    assert.deepEqual(await store.page(undefined, 3), [items[3], items[2], items[1]]);
    assert.deepEqual(await store.page({ id: "a", view: "text" }, 10), [items[1], items[0]]);
    assert.deepEqual(await store.page({ id: "a", view: "j" }, 1), [items[2]]);
    assert.deepEqual(await store.page({ id: "aa", view: "" }, 1), [items[1]]);
    assert.deepEqual(await store.page({ id: "b", view: "text" }, 10), []);
  });

  contract("ids and views are in the order of their code points", { bits: 8, dimensions: 0 }, async (store) => {
    // In UTF-16 the last two, in two units each, would come before the two between U+E000 and U+FFFF.
    const texts = ["Z", "a", "é", "\ud7ff", "\ue000", "\uffee", "\u{10000}", "\u{1f600}"];
    const turned = [3, 7, 1, 5, 0, 6, 2, 4].map((place) => texts[place]!);
    await store.add(turned.map((text) => item(text, "v", [1])));
    await store.add(turned.map((text) => item("same", text, [1])));
    const ids = ["Z", "a", "same", ...texts.slice(2)];
    assert.deepEqual([...new Set((await store.page(undefined, 99)).map(({ id }) => id))], ids);
    assert.deepEqual(
      (await store.get("same")).map(({ view }) => view),
      texts,
    );
    assert.deepEqual(
      (await store.page({ id: "\uffee", view: "v" }, 9)).map(({ id }) => id),
      texts.slice(6),
    );
    assert.deepEqual(keys(await store.page({ id: "same", view: "\uffee" }, 2)), ["same/\u{10000}", "same/\u{1f600}"]);
  });

  contract("an item of the same id and view is replaced, and comes last", { bits: 8, dimensions: 1 }, async (store) => {
    await store.add([item("a", "v", [1], [1], { old: 1 }), item("b", "v", [1], [1]), item("a", "w", [1], [1])]);
    await store.add([item("a", "v", [1], [2], { fresh: 2 })]);
    assert.deepEqual(await store.get("a"), [item("a", "v", [1], [2], { fresh: 2 }), item("a", "w", [1], [1])]);
    assert.deepEqual(keys(await find(store, { code: [1], k: 9 })), ["b/v", "a/w", "a/v"]);
    await store.add([item("b", "v", [9], [3])]);
    assert.deepEqual(await store.get("b"), [item("b", "v", [9], [3])]);
    assert.deepEqual(
      (await find(store, { code: [9], k: 1 })).map(({ id, distance }) => [id, distance]),
      [["b", 0]],
    );
    await store.add([
      item("c", "v", [1], [1]),
      item("a", "w", [2], [1]),
      item("c", "v", [4], [4]),
      item("d", "v", [4], [4]),
    ]);
    assert.deepEqual(await store.get("c"), [item("c", "v", [4], [4])]);
    assert.deepEqual(keys(await find(store, { code: [4], k: 2 })), ["c/v", "d/v"]);
    assert.deepEqual(
      new Map(await store.counts()),
      new Map([
        ["v", 4],
        ["w", 1],
      ]),
    );
  });

  contract("removed items are gone, in one view or in all", { bits: 8, dimensions: 0 }, async (store) => {
    await store.add(["a", "b", "c"].flatMap((id) => ["v", "w"].map((view) => item(id, view, [id.charCodeAt(0)]))));
    assert.equal(await store.remove(["a", "nobody"], "v"), 1);
    assert.equal(await store.remove(["b", "b"]), 2);
    assert.equal(await store.remove(["b"]), 0);
    assert.equal(await store.remove(["c"], "x"), 0);
    assert.deepEqual(keys(await store.page(undefined, 9)), ["a/w", "c/v", "c/w"]);
    for (const mode of ["exact", "approximate"] as const) {
      assert.deepEqual(keys(await find(store, { code: [98], k: 9, mode })).sort(), ["a/w", "c/v", "c/w"]);
    }
    await store.add([item("b", "v", [98])]);
    assert.deepEqual(keys(await find(store, { code: [98], k: 1 })), ["b/v"]);
  });

  contract("equal distances stay in the order of adding", { bits: 64, dimensions: 0 }, async (store) => {
    const ids = Array.from({ length: 60 }, (_, i) => `${(i * 37) % 60}`);
    for (let i = 0; i < 60; i += 20) await store.add(ids.slice(i, i + 20).map((id) => item(id, "v", bytes(64, 1))));
    assert.deepEqual(
      keys(await find(store, { code: bytes(64, 1), k: 60 })),
      ids.map((id) => `${id}/v`),
    );
    assert.deepEqual(
      keys(await find(store, { code: bytes(64, 2), k: 7 })),
      ids.slice(0, 7).map((id) => `${id}/v`),
    );
  });

  contract("a search stays within its view and its k", { bits: 32, dimensions: 0 }, async (store) => {
    await store.add(Array.from({ length: 40 }, (_, i) => item(`${i}`, i % 4 === 0 ? "few" : "many", bytes(32, i))));
    for (const mode of ["exact", "approximate"] as const) {
      const [few, all, beyond, none] = await store.search([
        { code: bytes(32, 3), k: 5, view: "few", mode, rerank: 0 },
        { code: bytes(32, 3), k: 1, mode, rerank: 0 },
        { code: bytes(32, 3), k: 1_000_000, mode, rerank: 0 },
        { code: bytes(32, 3), k: 5, view: "none", mode, rerank: 0 },
      ]);
      assert.equal(few!.length, 5);
      assert.ok(few!.every(({ view }) => view === "few"));
      assert.deepEqual(all, [{ id: "3", view: "many", distance: 0 }]);
      assert.equal(beyond!.length, 40);
      assert.equal(new Set(keys(beyond!)).size, 40);
      assert.deepEqual(none, []);
    }
  });

  contract("re-ranking orders the nearest candidates by cosine", { bits: 8, dimensions: 2 }, async (store) => {
    await store.add([
      item("far", "v", [0b1111], [1, 0]),
      item("near", "v", [0], [0, 1], { title: "n" }),
      item("middle", "v", [1], [3, 3]),
      item("zero", "v", [1], [0, 0]),
      item("opposite", "v", [3], [-2, 0]),
    ]);
    const query = { code: Uint8Array.of(0), vector: Float32Array.of(2, 0), mode: "exact" } as const;
    const [three, all, unranked, bare] = await store.search([
      { ...query, k: 2, rerank: 3 },
      { ...query, k: 5, rerank: 100 },
      { ...query, k: 3, rerank: 0 },
      { code: query.code, mode: "exact", k: 3, rerank: 5 },
    ]);
    assert.deepEqual(three, [
      { id: "middle", view: "v", distance: 1, similarity: 6 / Math.sqrt(4 * 18) },
      { id: "near", view: "v", distance: 0, similarity: 0, metadata: { title: "n" } },
    ]);
    assert.deepEqual(
      all!.map(({ id }) => id),
      ["far", "middle", "near", "zero", "opposite"],
    );
    assert.deepEqual(
      all!.map(({ similarity }) => similarity),
      [1, 6 / Math.sqrt(4 * 18), 0, 0, -1],
    );
    for (const hits of [unranked!, bare!]) {
      assert.deepEqual(keys(hits), ["near/v", "middle/v", "zero/v"]);
      assert.ok(hits.every((hit) => !("similarity" in hit)));
    }
    const [approximate] = await store.search([{ ...query, mode: "approximate", k: 5, rerank: 5 }]);
    assert.deepEqual(approximate, all);
  });

  for (const bits of [8, 64, 128, 256, 1000]) {
    contract(`codes of ${bits} bits are found as by counting`, { bits, dimensions: 0 }, async (store) => {
      const items = Array.from({ length: 300 }, (_, i) => item(`${i}`, `v${i % 3}`, bytes(bits, i)));
      const oracle = new MemoryStore(store.space);
      await Promise.all([store.add(items), oracle.add(items)]);
      const queries = [0, 5, 999, 1000, 1001].flatMap((seed) =>
        [undefined, "v1"].map((view): Query => ({ code: bytes(bits, seed), k: 20, view, mode: "exact", rerank: 0 })),
      );
      assert.deepEqual(await store.search(queries), await oracle.search(queries));
    });
  }

  contract(
    "approximate search finds nearly all, with true distances in order",
    { bits: 64, dimensions: 0 },
    async (store) => {
      const items = Array.from({ length: 1500 }, (_, i) => item(`${i}`, `v${i % 2}`, bytes(64, i)));
      await store.add(items.slice(0, 1000));
      await store.add(items.slice(1000));
      await store.remove(items.slice(100, 300).map(({ id }) => id));
      await store.add(items.slice(700, 800).map((each) => ({ ...each, code: bytes(64, Number(each.id) + 5000) })));
      const queries = Array.from(
        { length: 60 },
        (_, i): Query => ({
          code: bytes(64, 700 + 4 * i),
          k: 10,
          view: i % 2 === 0 ? undefined : "v1",
          mode: "approximate",
          rerank: 0,
        }),
      );
      const exact = await store.search(queries.map((query) => ({ ...query, mode: "exact" })));
      const found = await store.search(queries);
      let missed = 0;
      for (const [i, hits] of found.entries()) {
        assert.equal(hits.length, 10);
        assert.equal(new Set(keys(hits)).size, 10);
        const distances = new Map((await allDistances(store, queries[i]!)).map((hit) => [hit.id, hit.distance]));
        assert.deepEqual(
          hits.map(({ id }) => distances.get(id)),
          hits.map(({ distance }) => distance),
        );
        assert.deepEqual(
          hits.map(({ distance }) => distance),
          hits.map(({ distance }) => distance).sort((a, b) => a - b),
        );
        const worst = exact[i]!.at(-1)!.distance;
        missed += hits.filter(({ distance }) => distance > worst).length;
      }
      assert.ok(missed <= 0.1 * 600, `${missed} of 600 missed`);
    },
  );

  contract("odd ids, views and metadata are kept to the letter", { bits: 8, dimensions: 0 }, async (store) => {
    const odd = [
      `'; DROP TABLE items; --`,
      `"quoted"`,
      "back\\slash",
      "\\x41",
      "{a,b}",
      "NULL",
      "null",
      " ",
      "  padded ",
      "Ünïcödé",
      "e\u0301",
      "é",
      "日本語",
      "👩‍👩‍👧",
      "\u202eright to left",
      "\ufeffmark",
      "%s $1 ?",
      "../../etc/passwd",
      "__proto__",
      "constructor",
      "A",
      "a",
      "z".repeat(500),
    ];
    const items = odd.map((text, i) =>
      item(text, odd[odd.length - 1 - i]!.slice(0, 100), [i], undefined, {
        [text === "__proto__" ? "proto" : text]: text,
        list: [text],
      }),
    );
    await store.add(items);
    for (const each of items) {
      assert.deepEqual(await store.get(each.id), [each]);
      assert.deepEqual(await find(store, { code: [...each.code], k: 1, view: each.view }), [
        { id: each.id, view: each.view, distance: 0, metadata: each.metadata },
      ]);
    }
    const seen: Item[] = [];
    for (let page = await store.page(undefined, 4); page.length > 0; page = await store.page(page.at(-1), 4))
      seen.push(...page);
    assert.deepEqual(keys(seen).sort(), keys(items).sort());
    assert.equal(await store.remove(odd.slice(0, 10)), 10);
    assert.equal((await store.page(undefined, 100)).length, odd.length - 10);
  });

  contract("wrong input is one clear line, and stores nothing", { bits: 16, dimensions: 2 }, async (store) => {
    const good = item("a", "v", [1, 2], [1, 2]);
    const query: Query = { code: Uint8Array.of(1, 2), k: 1, mode: "exact", rerank: 0 };
    const wrong: [() => Promise<unknown>, RegExp][] = [
      [
        () => store.add([good, { ...good, id: "b", code: Uint8Array.of(1) }]),
        /item "b": a code of 8 bits, expected 16/,
      ],
      [() => store.add([good, { ...good, vector: Float32Array.of(1) }]), /a vector of 1 values, expected 2/],
      [() => store.add([good, { ...good, vector: undefined }]), /no vector/],
      [
        () => store.add([good, { ...good, vector: Float32Array.of(1, Number.NaN) }]),
        /value 1 .* NaN, expected a finite/,
      ],
      [() => store.add([good, { ...good, id: "" }]), /empty/],
      [() => store.add([good, { ...good, id: "tab\tline\n" }]), /id "tab\\tline\\n": it has a control character/],
      [() => store.add([good, { ...good, id: "x".repeat(513) }]), /513 characters, expected at most 512/],
      [() => store.add([good, { ...good, id: ".." }]), /means a folder/],
      [() => store.add([good, { ...good, id: "\ud800" }]), /surrogate/],
      [
        () => store.add([good, { ...good, metadata: { n: Number.NaN } }]),
        /item "a": its metadata cannot be kept: n is NaN/,
      ],
      [() => store.add([good, { ...good, metadata: { n: 1n } }]), /n is a bigint/],
      [() => store.add([good, { ...good, metadata: { text: "x".repeat(70_000) } }]), /more than 64 KiB/],
      [() => store.add([good, { ...good, metadata: { a: { b: "\0" } } }]), /a\.b has a NUL character/],
      [() => store.add([good, { ...good, metadata: JSON.parse('{"__proto__": 1}') }]), /the key __proto__/],
      [() => store.add([good, { ...good, view: "" }]), /empty/],
      [() => store.search([query, { ...query, code: new Uint8Array(3) }]), /the query: a code of 24 bits, expected 16/],
      [() => store.search([{ ...query, vector: Float32Array.of(1, 2, 3) }]), /a vector of 3 values/],
      [() => store.search([{ ...query, k: 0 }]), /k: expected a whole number from 1, got 0/],
      [() => store.search([{ ...query, k: 1.5 }]), /k: .*1\.5/],
      [() => store.search([{ ...query, k: 5, rerank: 4 }]), /rerank: .*\(5\), got 4/],
      [() => store.search([{ ...query, rerank: -1 }]), /rerank/],
    ];
    for (const [attempt, message] of wrong) {
      await assert.rejects(attempt, (error: Error) => {
        assert.ok(error instanceof UserError, error.stack);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    }
    assert.deepEqual(await store.page(undefined, 10), []);
    await store.add([good]);
    assert.deepEqual(await store.get("a"), [good]);
  });

  contract("adds, removals and searches overlap", { bits: 32, dimensions: 1 }, async (store) => {
    const writers = Array.from({ length: 6 }, async (_, w) => {
      for (let i = 0; i < 8; i++) {
        const mine = Array.from({ length: 5 }, (_, j) => item(`${w}-${i}-${j}`, "v", bytes(32, w * 100 + i), [w]));
        await store.add([
          ...mine,
          item("shared", "v", bytes(32, 5001), [w]),
          item(`shared${(w + i) % 3}`, "v", bytes(32, 5002), [w]),
        ]);
        assert.deepEqual(keys(await store.get(`${w}-${i}-0`)), [`${w}-${i}-0/v`]);
        const near = await find(store, { code: bytes(32, w * 100 + i), k: 5 });
        assert.deepEqual(keys(near), keys(mine));
        assert.equal(await store.remove([`${w}-${i}-4`]), 1);
      }
    });
    await Promise.all(writers);
    assert.deepEqual([...(await store.counts())], [["v", 6 * 8 * 4 + 4]]);
    assert.equal((await find(store, { code: bytes(32, 5001), k: 1000 })).length, 6 * 8 * 4 + 4);
  });

  contract(
    "pages hold each item that is there all along once, while others write",
    { bits: 16, dimensions: 0 },
    async (store) => {
      const count = 600;
      await store.add(Array.from({ length: count }, (_, i) => item(`${i}`, "v", bytes(16, i))));
      let ended = false;
      const writer = (async () => {
        for (let turn = 0; !ended; turn++) {
          await store.add([0, 1, 2].map((i) => item(`${(turn * 7 + i * 211) % count}`, "v", bytes(16, turn))));
          await store.add([item(`more ${turn}`, turn % 2 === 0 ? "v" : "w", bytes(16, turn))]);
          if (turn % 5 === 0) await store.remove([`more ${turn}`, `absent ${turn}`]);
        }
      })();
      const seen = new Map<string, number>();
      for (let page = await store.page(undefined, 40); page.length > 0 && seen.size < 3 * count; ) {
        for (const { id } of page) seen.set(id, (seen.get(id) ?? 0) + 1);
        page = await store.page(page.at(-1), 40);
      }
      ended = true;
      await writer;
      for (let i = 0; i < count; i++) assert.equal(seen.get(`${i}`), 1, `${i}`);
    },
  );

  contract(
    "an item that is given twice in one call is stored once, as it was given last",
    { bits: 8, dimensions: 0 },
    async (store) => {
      await store.add([
        item("a", "v", [1], undefined, { n: 1 }),
        item("b", "v", [2]),
        item("a", "v", [3], undefined, { n: 2 }),
      ]);
      assert.deepEqual(await store.page(undefined, 9), [item("a", "v", [3], undefined, { n: 2 }), item("b", "v", [2])]);
      assert.deepEqual([...(await store.counts())], [["v", 2]]);
    },
  );

  contract("thousands are added at once", { bits: 64, dimensions: 4 }, async (store) => {
    const items = Array.from({ length: 3500 }, (_, i) => item(`${i}`, "v", bytes(64, i % 50), [i, 1, 2, 3], { i }));
    await store.add(items);
    assert.deepEqual([...(await store.counts())], [["v", 3500]]);
    const hits = await find(store, { code: bytes(64, 7), k: 70 });
    assert.deepEqual(
      hits.map(({ id }) => Number(id)),
      Array.from({ length: 70 }, (_, i) => 7 + 50 * i),
    );
    assert.deepEqual(await store.get("3210"), [items[3210]]);
  });

  if (reopen !== undefined) {
    test(`${name}: what was stored is there after closing and opening`, async () => {
      let store = await open({ bits: 64, dimensions: 2 });
      try {
        const items = Array.from({ length: 30 }, (_, i) => item(`${i}`, `v${i % 2}`, bytes(64, i % 3), [i, -i], { i }));
        await store.add(items);
        await store.remove(["3", "4"]);
        await store.add([item("5", "v1", bytes(64, 0), [0, 1], { again: true })]);
        const state = async () => ({
          space: store.space,
          items: await store.page(undefined, 100),
          counts: [...(await store.counts())].sort(),
          hits: await find(store, { code: bytes(64, 0), k: 100 }),
          near: await find(store, { code: bytes(64, 1), k: 100, mode: "approximate" }),
        });
        const before = await state();
        assert.equal(before.items.length, 28);
        store = await reopen(store);
        assert.deepEqual(await state(), before);
        await store.add([item("last", "v0", bytes(64, 0), [1, 1])]);
        const atZero = (await find(store, { code: bytes(64, 0), k: 100 })).filter(({ distance }) => distance === 0);
        assert.deepEqual(keys(atZero.slice(-2)), ["5/v1", "last/v0"]);
        store = await reopen(store);
        assert.equal((await store.page(undefined, 100)).length, 29);
      } finally {
        await store.close();
      }
    });
  }

  test(`${name}: any operations give what plain counting gives`, async () => {
    const space = { bits: 16, dimensions: 2 };
    const id = fc.constantFrom("a", "b", "c", "d", "e'", "ö", "g");
    const view = fc.constantFrom("x", "y");
    const code = fc.uint8Array({ minLength: 2, maxLength: 2 }).map(([a, b]) => Uint8Array.of(a! & 7, b! & 1));
    const vector = fc
      .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }))
      .map((v) => Float32Array.from(v));
    const json = fc
      .jsonValue({ maxDepth: 2 })
      .filter((value) => metadataFault({ value }) === undefined)
      .map((value) => JSON.parse(JSON.stringify(value)));
    const metadata = fc.option(fc.dictionary(fc.constantFrom("p", "q"), json, { noNullPrototype: true }), {
      nil: undefined,
    });
    const added = fc
      .record({ id, view, code, vector, metadata }, { requiredKeys: ["id", "view", "code", "vector"] })
      .map(({ metadata, ...rest }): Item => (metadata === undefined ? rest : { ...rest, metadata }));
    const operation = fc.oneof(
      { weight: 3, arbitrary: fc.record({ add: fc.array(added, { maxLength: 8 }) }) },
      fc.record({ remove: fc.array(id, { maxLength: 3 }), from: fc.option(view, { nil: undefined }) }),
      fc.record({ get: id }),
      fc.record({
        after: fc.option(fc.record({ id, view }), { nil: undefined }),
        limit: fc.integer({ min: 1, max: 20 }),
      }),
      {
        weight: 3,
        arbitrary: fc.record({
          code,
          vector: fc.option(vector, { nil: undefined }),
          k: fc.integer({ min: 1, max: 20 }),
          view: fc.option(view, { nil: undefined }),
          beyond: fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 20 }), (operations) =>
        run(space, async (store) => {
          const oracle = new MemoryStore(space);
          for (const each of operations) {
            const act = async (to: Store): Promise<unknown> => {
              if ("add" in each) return to.add(each.add);
              if ("remove" in each) return to.remove(each.remove, each.from);
              if ("get" in each) return to.get(each.get);
              if ("after" in each) return to.page(each.after, each.limit);
              const { code, vector, k, view, beyond } = each;
              return to.search([
                { code, vector, k, view, mode: "exact", rerank: beyond === undefined ? 0 : k + beyond },
              ]);
            };
            assert.deepEqual(await act(store), await act(oracle));
          }
          assert.deepEqual(new Map(await store.counts()), new Map(await oracle.counts()));
          assert.deepEqual(await store.page(undefined, 100), await oracle.page(undefined, 100));
        }),
      ),
      { numRuns: runs, seed: 6, endOnFailure: true },
    );
  });
}

function item(
  id: string,
  view: string,
  code: ArrayLike<number>,
  vector?: readonly number[],
  metadata?: Record<string, unknown>,
): Item {
  return {
    id,
    view,
    code: Uint8Array.from(code),
    ...(vector && { vector: Float32Array.from(vector) }),
    ...(metadata && { metadata }),
  };
}

/** A code that looks random and is the same for a seed. */
function bytes(bits: number, seed: number): Uint8Array {
  let state = (seed + 1) * 0x9e3779b1;
  return Uint8Array.from({ length: bits / 8 }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return (state ^ (state >>> 13)) >>> 11;
  });
}

async function find(
  store: Store,
  query: Partial<Omit<Query, "code">> & { code: ArrayLike<number>; k: number },
): Promise<Hit[]> {
  const [hits] = await store.search([{ mode: "exact", rerank: 0, ...query, code: Uint8Array.from(query.code) }]);
  return hits!;
}

async function allDistances(store: Store, query: Query): Promise<Hit[]> {
  return find(store, { ...query, mode: "exact", k: 10_000 });
}

function keys(items: readonly { id: string; view: string }[]): string[] {
  return items.map(({ id, view }) => `${id}/${view}`);
}
