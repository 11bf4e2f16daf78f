// vantage open, end to end: a folder of drawn pictures becomes an index that words and pictures find, again, changed, interrupted, refused.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { drawShape, writeShapes } from "../../data/media/shape-pictures.testing.js";
import type { OpenSummary } from "../../open/open-collection.js";
import { type CommandResult, runCommand, startCommand, workplace } from "../command.testing.js";

const place = workplace();
after(() => place.remove());
const env = { VANTAGE_CACHE: place.path("cache") };
const pictures = "Bilder für Ω";
const out = `${pictures}-search`;
const opened = ["open", pictures, "--no-serve", "--json", "--threads", "1"];

const vantage = (...args: string[]) => runCommand(args, place.folder, env);
const resultOf = ({ status, stdout, stderr }: CommandResult) => {
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
};
const summaryOf = (result: CommandResult) => resultOf(result) as OpenSummary;
/** A summary without what differs from one opening to the next. */
const timeless = ({ candidates, chosen, ...rest }: OpenSummary) => ({
  ...rest,
  seconds: 0,
  chosen: { ...chosen, seconds: 0 },
  candidates: candidates.map((each) => ({ ...each, seconds: 0 })),
});

let first: OpenSummary;
before(async () => {
  await writeShapes(place.path(pictures));
  first = summaryOf(await vantage(...opened));
});

async function search(...args: string[]): Promise<{ id: string; view: string }[]> {
  return resultOf(await vantage("search", `${out}/index`, ...args, "--distinct", "--k", "4", "--json")).hits;
}

test("the summary says what was compared, and recall is well above chance", () => {
  assert.deepEqual(Object.keys(first), [
    ...["pairs", "heldOut", "candidates", "chosen", "run", "index", "items", "seconds"],
  ]);
  assert.deepEqual([first.pairs, first.heldOut, first.items], [80, 10, 160]);
  assert.equal(first.index, join(out, "index"));
  assert.deepEqual(
    first.candidates.map(({ method }) => method),
    ["features", "cca", "djsrh"],
  );
  for (const { recall, seconds } of first.candidates) {
    assert.deepEqual(Object.keys(recall).sort(), ["image->text", "text->image"]);
    assert.ok(seconds >= 0);
    for (const { at1, at5, at10 } of Object.values(recall)) {
      assert.ok(0 <= at1 && at1 <= at5 && at5 <= at10 && at10 <= 1);
    }
  }
  // By chance it is 0.1.
  for (const { at1 } of Object.values(first.chosen.recall)) assert.ok(at1 >= 0.5, JSON.stringify(first.chosen));
});

test("words find their pictures, each once, and a picture finds those that look like it", async () => {
  for (const words of ["red circle", "blue cross", "yellow square"]) {
    const hits = await search("--words", words);
    assert.equal(new Set(hits.map(({ id }) => id)).size, 4);
    const right = hits.filter(({ id }) => id.startsWith(words));
    assert.ok(right.length >= 3, `${words}: ${hits.map(({ id }) => id)}`);
  }
  const hits = await search("--image", join(pictures, "green triangle top.png"));
  assert.ok(hits.filter(({ id }) => id.startsWith("green triangle")).length >= 3, hits.map(({ id }) => id).join());
});

test("served at once, the page has thumbnails, and a new item is found by words and by its picture", async () => {
  const running = startCommand(["open", pictures, "--serve", "--port", "0", "--threads", "1"], place.folder, env);
  await running.saw("serving ");
  const [url] = /http:\/\/\S+\//.exec(running.said())!;
  const ask = async (method: string, path: string, body: object) => {
    const headers = { "content-type": "application/json" };
    const reply = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    assert.equal(reply.status, 200, await reply.clone().text());
    return (await reply.json()) as { hits: unknown; deleted: number };
  };
  const searched = async (query: object) =>
    (await ask("POST", "search", { ...query, k: 5, distinct: true })).hits as {
      id: string;
      metadata: { title: string; thumbnail: string };
    }[];
  try {
    const [hit] = await searched({ words: "a red circle at the top" });
    assert.match(hit!.id, /^red circle/);
    assert.match(hit!.metadata.title, /^a red circle at the /);
    const thumbnail = await fetch(url + hit!.metadata.thumbnail);
    assert.deepEqual([thumbnail.status, thumbnail.headers.get("content-type")], [200, "image/webp"]);
    const image = (await drawShape("blue", "cross", "bottom")).toString("base64");
    const items = [
      { id: "new", view: "image", image },
      { id: "new too", view: "text", words: "a blue cross at the bottom" },
    ];
    assert.deepEqual(await ask("POST", "items", { items }), { added: 2 });
    for (const query of [{ image }, { words: "a blue cross at the bottom" }]) {
      const ids = (await searched({ ...query })).map(({ id }) => id);
      assert.ok(ids.filter((id) => /^new|^blue cross/.test(id)).length >= 4, ids.join());
    }
    assert.equal((await ask("DELETE", "items", { ids: ["new", "new too"] })).deleted, 2);
  } finally {
    running.kill("SIGINT");
  }
  const { status, stderr } = await running.done;
  assert.equal(status, 130, stderr);
});

test("the same command again trains nothing and makes no index, and says the same", async () => {
  const index = readFileSync(place.path(`${out}/index/index.yaml`), "utf8");
  const again = await vantage(...opened);
  assert.deepEqual(timeless(summaryOf(again)), timeless(first));
  assert.doesNotMatch(again.stderr, /training|items/);
  assert.equal(readFileSync(place.path(`${out}/index/index.yaml`), "utf8"), index);
  assert.ok(!existsSync(place.path(`${out}/lock`)));
});

test("a changed folder is opened anew, and shows its own pictures", async () => {
  const [changed, kept] = ["changed", "changed-search"];
  await writeShapes(place.path(changed), 30);
  const command = ["open", changed, "--no-serve", "--json", "--threads", "1"];
  summaryOf(await vantage(...command));
  // Now every row is another picture.
  writeFileSync(place.path(`${changed}/a red cross.png`), await drawShape("red", "cross", "top"));
  const captions = readFileSync(place.path(`${changed}/captions.csv`), "utf8");
  writeFileSync(place.path(`${changed}/captions.csv`), `${captions}a red cross.png,a huge red cross\n`);
  const { pairs, items } = summaryOf(await vantage(...command));
  // The new picture has the bytes of another one: both are on one side, and only one of them is held out.
  assert.equal(items, 62);
  assert.ok(pairs === 31 || pairs === 30);
  const thumbnails = place.path(`${kept}/index/thumbnails/0`);
  const { default: sharp } = await import("sharp");
  const pixels = async (path: string) => sharp(path).raw().toBuffer();
  const drawn = await pixels(join(thumbnails, "0.webp"));
  assert.notDeepEqual(drawn, await pixels(place.path(`${out}/index/thumbnails/0/0.webp`)));
  assert.equal(readdirSync(thumbnails).length, 31);
});

test("Ctrl-C at any moment: status 130, one line, and the same command continues", async () => {
  await writeShapes(place.path("few shapes"), 30);
  const command = ["open", "few shapes", "--out", "stopped", "--no-serve", "--json", "--threads", "1"];
  for (const moment of ["comparing pictures", "training djsrh", "items"]) {
    const running = startCommand(command, place.folder, { ...env, VANTAGE_CACHE: place.path("cache-of-stopped") });
    await running.saw(moment);
    running.kill("SIGINT");
    const { status, stdout, stderr } = await running.done;
    // The last moments may be too short for it.
    if (status === 0) continue;
    assert.equal(status, 130, `${moment}: ${stderr}`);
    assert.equal(stdout, "");
    assert.equal(stderr.split("\n").filter((line) => line.startsWith("vantage: ")).length, 1, stderr);
    assert.match(stderr, /vantage: interrupted; run the same command again to continue\n$/);
  }
  const { candidates, items, pairs } = summaryOf(await vantage(...command));
  assert.deepEqual([candidates.length, items, pairs], [3, 60, 30]);
});

test("mistakes and open questions are one line and exit status 2", async () => {
  mkdirSync(place.path("empty"));
  mkdirSync(place.path("without words"));
  mkdirSync(place.path("few"));
  mkdirSync(place.path("two"));
  copyFileSync(place.path(`${pictures}/captions.csv`), place.path("captions.csv"));
  const some = readdirSync(place.path(pictures))
    .filter((name) => name.endsWith(".png"))
    .slice(0, 5);
  for (const file of some) {
    for (const folder of ["without words", "few", "two"]) {
      copyFileSync(place.path(`${pictures}/${file}`), place.path(`${folder}/${file}`));
    }
  }
  writeFileSync(place.path("few/captions.csv"), `file,caption\n${some.map((name) => `${name},of ${name}\n`).join("")}`);
  const twice = some.map((name, i) => `${name},${some[(i + 1) % 5]},a shape\n`).join("");
  writeFileSync(place.path("two/captions.csv"), `thumb,picture,caption\n${twice}`);
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { port: number };
  const cases: [string[], RegExp][] = [
    [["captions.csv"], /captions\.csv: no views were found/],
    [["nowhere"], /nowhere: no such folder or file/],
    [["empty"], /empty has no pictures .*: it is empty/],
    [["without words"], /has no words, .*--captions FILE/],
    [["few"], /5 different pairs of picture and words: expected 20 or more/],
    [["two"], /which column names the pictures\? Choose with --file-column/],
    [[pictures, "--image-encoder", "builtin:nothing"], /there is no encoder "builtin:nothing"/],
    [[pictures, "--text-encoder", "nothing"], /there is no encoder "nothing"; there are builtin:/],
    [[pictures, "--text-encoder", "builtin:pictures"], /takes pictures, expected one for words/],
    [[pictures, "--seed", "x"], /--seed x/],
    [[pictures, "--serve", "--port", String(port)], /the port is in use: give another --port/],
    [[pictures, "--out", "captions.csv"], /--out captions\.csv is a file, expected a folder/],
    [[pictures, "--out", join(pictures, "search")], /lies inside .*: give --out a folder outside it/],
    [[pictures, "--out", "few"], /--out few holds other files \(/],
  ];
  try {
    for (const [args, expected] of cases) {
      const serving = args.includes("--serve") ? [] : ["--no-serve"];
      const { status, stdout, stderr } = await vantage("open", ...args, ...serving);
      assert.equal(status, 2, `${args}: ${stderr}`);
      assert.equal(stdout, "");
      assert.equal(stderr.split("\n").filter((line) => line.startsWith("vantage: ")).length, 1, stderr);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /\n\s+at |features of image/);
    }
  } finally {
    taken.close();
  }
  for (const made of ["nowhere-search", "empty-search", "few-search", "two-search"]) {
    assert.ok(!existsSync(place.path(made)), made);
  }
});

test("files of somebody else are left alone", async () => {
  for (const file of ["run/notes.txt", "candidates/cca/notes.txt", "index/notes.txt"]) {
    rmSync(place.path("mine"), { recursive: true, force: true });
    mkdirSync(place.path(join("mine", file, "..")), { recursive: true });
    writeFileSync(place.path(join("mine", file)), "mine");
    const { status, stderr } = await vantage("open", pictures, "--out", "mine", "--no-serve");
    assert.equal(status, 2, stderr);
    assert.deepEqual(readdirSync(place.path("mine")), [file.split("/")[0]]);
    assert.equal(readFileSync(place.path(join("mine", file)), "utf8"), "mine");
  }
});
