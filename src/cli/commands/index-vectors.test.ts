// vantage index FILE: vectors and packed codes of a file searched as they are, what is kept of the file, and what is refused or asked.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { writeNpy, writeNpz } from "../../data/formats/index.js";
import { clipLike } from "../../search/index/clip-like.testing.js";
import { workplace, writeBlobs } from "../command.testing.js";

const place = workplace();
after(() => place.remove());
const samples = 400;
const clip = clipLike(samples, 64);
const [image, text] = clip.views.map(({ matrix }) => ({
  data: (matrix as { data: Float32Array }).data,
  shape: [samples, 64],
}));
const search = async (index: string, ...args: string[]) => {
  const out = await place.succeed(["search", index, ...args, "--threads", "1", "--json"]);
  return JSON.parse(out.trim().split("\n").at(-1)!) as {
    bits: number;
    hits: { id: string; view: string; distance: number; similarity?: number; metadata: Record<string, unknown> }[];
  };
};

before(() => {
  writeNpz(place.path("clip.npz"), { image: image!, text: text! });
  writeNpz(place.path("one.npz"), { vectors: image! });
  writeNpz(place.path("apart.npz"), { image: image!, text: { data: text!.data, shape: [2 * samples, 32] } });
  writeNpz(place.path("rows.npz"), { image: image!, text: { data: text!.data.slice(0, 64 * 200), shape: [200, 64] } });
  writeNpz(place.path("widths.npz"), {
    image: image!,
    text: { data: text!.data.slice(0, 32 * samples), shape: [samples, 32] },
  });
  const codes = Uint8Array.from({ length: samples * 8 }, (_, e) => (e * 7919) % 251);
  writeNpz(place.path("codes.npz"), { a: { data: codes, shape: [samples, 8] } });
  writeNpy(place.path("query.npy"), text!.data.slice(64 * 7, 64 * 8), [1, 64]);
  const rows = Array.from({ length: 60 }, (_, i) => {
    const vector = Array.from(image!.data.subarray(64 * i, 64 * i + 8), (value) => value.toFixed(6));
    return [`pic-${i}`, `caption ${i}, "quoted"`.replaceAll('"', '""'), 1990 + (i % 30), ...vector];
  });
  const head = ["id", "caption", "year", ...Array.from({ length: 8 }, (_, j) => `v_${j}`)];
  const line = (cells: readonly unknown[]) => cells.map((cell) => `"${cell}"`).join(",");
  writeFileSync(place.path("table.csv"), `${[head, ...rows].map(line).join("\n")}\n`);
  writeBlobs(place.path("blobs.npz"));
});

test("a file that is plain needs no flags; queries by id, by a file and by numbers find the same", async () => {
  const out = await place.succeed(["index", "clip.npz", "--out", "clip-index", "--threads", "1", "--json"]);
  const summary = JSON.parse(out.trim().split("\n").at(-1)!);
  assert.deepEqual(summary.added, { image: samples, text: samples });
  assert.deepEqual([summary.method, summary.bits, summary.dimensions, summary.items], ["vectors", 64, 64, 2 * samples]);
  const to = ["--view", "text", "--target", "image", "--k", "4"];
  const { hits } = await search("clip-index", "--query", "query.npy", ...to);
  assert.equal(hits.length, 4);
  assert.deepEqual((await search("clip-index", "--id", "7", ...to)).hits, hits);
  const numbers = Array.from(text!.data.subarray(64 * 7, 64 * 8)).join(",");
  assert.deepEqual((await search("clip-index", `--query=${numbers}`, ...to)).hits, hits);
  const none = ["index", "clip.npz", "--views", "image=image,text=text", "--codes", "none", "--out", "none-index"];
  await place.succeed([...none, "--threads", "1"]);
  const exact = await search("none-index", "--id", "7", ...to);
  assert.equal(exact.bits, 0);
  assert.deepEqual(
    exact.hits.map(({ id, similarity }) => [id, similarity]),
    hits.map(({ id, similarity }) => [id, similarity]),
  );
  const table = await place.succeed(["search", "none-index", "--id", "7", ...to]);
  assert.match(table, /^cosine +view +id/);
});

test("ids and further columns of a table are kept", async () => {
  const flags = ["--views", "v=v_*", "--ids", "id", "--labels", "none", "--out", "table-index", "--threads", "1"];
  await place.succeed(["index", "table.csv", ...flags]);
  const { hits } = await search("table-index", "--id", "pic-3", "--k", "2");
  assert.equal(hits[0]!.id, "pic-3");
  assert.deepEqual(hits[0]!.metadata, { caption: 'caption 3, "quoted"', year: 1993 });
});

test("packed codes are asked for, and searched by Hamming distance", async () => {
  await place.refuse(
    ["index", "codes.npz", "--out", "x"],
    /uint8\) may be packed codes or vectors: give --codes packed or --codes signs/,
  );
  await place.succeed(["index", "codes.npz", "--codes", "packed", "--out", "codes-index", "--threads", "1"]);
  const { bits, hits } = await search("codes-index", "--id", "5", "--k", "2");
  assert.equal(bits, 64);
  assert.deepEqual([hits[0]!.id, hits[0]!.distance, hits[0]!.similarity], ["5", 0, undefined]);
  assert.ok(existsSync(place.path("codes-index/map.safetensors")));
});

test("what cannot be indexed is said in one line, and nothing is left", async () => {
  writeNpz(place.path("words.npz"), { count: { data: Int32Array.of(1), shape: [1] } });
  const zeros = image!.data.slice();
  zeros.fill(0, 64 * 3, 64 * 4);
  writeNpz(place.path("zeros.npz"), { image: { data: zeros, shape: [samples, 64] } });
  const holed = image!.data.slice();
  holed[64 * 3 + 5] = Number.NaN;
  writeNpz(place.path("nan.npz"), { image: { data: holed, shape: [samples, 64] } });
  const refuse = (file: string, message: RegExp, ...args: string[]) =>
    place.refuse(["index", file, "--out", "x", "--threads", "1", ...args], message);
  await refuse("words.npz", /words\.npz/);
  await refuse("apart.npz", /apart\.npz/, "--views", "image=image,text=text");
  await refuse(
    "widths.npz",
    /vectors of 64 and 32 values, between which there is no cosine: .*vantage train cca/,
    "--views",
    "image=image,text=text",
  );
  await refuse("clip.npz", /no .*pictures.*(image|text)/, "--views", "a=pictures");
  await refuse("zeros.npz", /1 of 400 vectors are all zeros .*rows "3"/);
  await refuse("nan.npz", /NaN/);
  await refuse("rows.npz", /"image" \(400×64 single\) and "text" \(200×64 single\) have different numbers of rows/);
  await refuse("clip.npz", /"image" is 400×64 single; packed codes are uint8/, "--codes", "packed");
  await refuse("clip.npz", /--codes bits: expected signs, itq, none, packed/, "--codes", "bits");
  await refuse("clip.npz", /--split is for a run/, "--split", "database");
  await refuse("clip.npz", /--data is for a run/, "--data", "clip.npz");
  assert.ok(!existsSync(place.path("x")));
  await refuse("gone.npz", /gone\.npz/);
  writeFileSync(place.path("taken"), "");
  await place.refuse(["index", "one.npz", "--out", "taken"], /taken is a file/);
  await place.refuse(["index", place.folder, "--out", "x"], /is not a run folder; .*vantage open /);
});

test("an index that is there takes more of its kind, and nothing else", async () => {
  const to = ["--out", "grown", "--threads", "1"];
  await place.succeed(["index", "one.npz", "--views", "image=vectors", ...to]);
  const manifest = readFileSync(place.path("grown/index.yaml"), "utf8");
  await place.succeed(["index", "one.npz", "--views", "image=vectors", ...to]);
  assert.equal(readFileSync(place.path("grown/index.yaml"), "utf8"), manifest);
  await place.succeed(["index", "clip.npz", "--views", "text=text", ...to]);
  assert.equal((await search("grown", "--id", "7", "--view", "text", "--target", "image", "--k", "1")).hits.length, 1);
  await place.refuse(
    ["index", "clip.npz", "--codes", "none", ...to],
    /has codes signs, not none: give another --out, or --replace/,
  );
  await place.refuse(
    ["index", "table.csv", "--views", "image=v_*", "--labels", "none", ...to],
    /has 64 values in a vector, not 8/,
  );
  const run = ["train", "signs", "--data", "blobs.npz", "--views", "a=X1", "--queries", "last:20", "--out", "run"];
  await place.succeed([...run, "--threads", "1"]);
  await place.refuse(["index", "run", ...to], /was made with another run/);
  await place.refuse(["index", "run", "--codes", "signs", "--out", "x"], /--codes is for a file of vectors/);
  await place.succeed(["index", "run", "--out", "of-run", "--threads", "1"]);
  await place.refuse(
    ["index", "one.npz", "--out", "of-run"],
    /was made with a run \(run\), not of vectors as they are/,
  );
});
