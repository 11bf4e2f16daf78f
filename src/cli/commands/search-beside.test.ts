// Searching an index beside the server that has it open, and what a search by a stored item says.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { writeNpz } from "../../data/formats/index.js";
import { type RunningCommand, runCommand, startCommand, type Workplace, workplace } from "../command.testing.js";

let place: Workplace;
let server: RunningCommand;
let url: string;
before(async () => {
  place = workplace();
  const shape = [4, 3];
  const image = { data: Float32Array.of(1, 0, 0, 0.9, 0.1, 0, 0, 1, 0, 0, 0, 1), shape };
  const text = { data: Float32Array.of(1, 0.1, 0, 0.8, 0.2, 0, 0, 0.9, 0, 0, 0.2, 1), shape };
  writeNpz(place.path("clip.npz"), { image, text });
  await place.succeed(["index", "clip.npz", "--views", "image=image,text=text", "--out", "index", "--threads", "1"]);
  server = startCommand(["serve", "index", "--port", "0", "--threads", "1", "--json"], place.folder);
  await server.saw("serving ");
  url = /http:\S+/.exec(server.said())![0];
});
after(async () => {
  server.kill("SIGTERM");
  await server.done;
  place.remove();
});

const search = (...args: string[]) =>
  runCommand(["search", "index", ...args, "--threads", "1", "--json"], place.folder);

test("the command line finds what the server finds, and what it stored meanwhile", async () => {
  // A folder called index says nothing: it has the file's name.
  const { indexes } = (await (await fetch(`${url}indexes`)).json()) as { indexes: { name: string }[] };
  assert.deepEqual(
    indexes.map(({ name }) => name),
    ["clip"],
  );
  const found = JSON.parse((await search("--query", "1,0,0", "--view", "image", "--k", "3")).stdout);
  const body = JSON.stringify({ features: [1, 0, 0], view: "image", k: 3 });
  const asked = await fetch(`${url}search`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  assert.deepEqual(found.hits, ((await asked.json()) as { hits: unknown }).hits);

  const items = JSON.stringify({ items: [{ id: "new", view: "image", features: [1, 0, 0] }] });
  const added = await fetch(`${url}items`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: items,
  });
  assert.ok(added.ok, await added.text());
  const again = await search("--query", "1,0,0", "--view", "image", "--k", "9", "--target", "image");
  assert.ok(JSON.parse(again.stdout).hits.some((hit: { id: string }) => hit.id === "new"));
  assert.equal(again.stderr, "");
});

test("a search by a stored item says which view it took, and leaves the item out where requested", async () => {
  const { stdout, stderr } = await search("--id", "0");
  assert.match(stderr, /note: item 0 is in views image, text: searched by image; --view chooses/);
  const { view, hits } = JSON.parse(stdout);
  assert.deepEqual([view, hits[0].id, hits[0].view], ["image", "0", "image"]);
  const without = JSON.parse((await search("--id", "0", "--exclude-self", "--k", "7")).stdout).hits;
  assert.equal(without.length, 7);
  const keys = without.map((hit: { id: string; view: string }) => `${hit.id} ${hit.view}`);
  assert.ok(!keys.includes("0 image") && keys.includes("0 text"), keys.join());
  const distinct = JSON.parse((await search("--id", "0", "--exclude-self", "--distinct")).stdout).hits;
  assert.ok(distinct.every((hit: { id: string }) => hit.id !== "0"));
  await place.refuse(["search", "index", "--query", "1,0,0", "--exclude-self"], /--exclude-self goes with --id/);
});

test("a command that writes is still refused while the server has the index", async () => {
  await place.refuse(["index", "clip.npz", "--views", "image=image,text=text", "--out", "index"], /is in use by/);
});
