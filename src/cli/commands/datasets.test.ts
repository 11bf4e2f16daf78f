// vantage datasets through the real command line: what is listed, and what a published set lacks.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { shippedCards } from "../../data/cards/index.js";
import { catalog } from "../../data/catalog.js";
import { runCommand, type Workplace, workplace } from "../command.testing.js";

let place: Workplace;
before(() => {
  place = workplace();
});
after(() => place.remove());

interface Listed {
  readonly name: string;
  readonly views: readonly string[];
  readonly files?: readonly string[];
  readonly missing?: readonly string[];
  readonly folder?: string;
}

async function listed(env: Record<string, string>, ...flags: string[]): Promise<string> {
  const { status, stdout, stderr } = await runCommand(["datasets", "list", ...flags], place.folder, env);
  assert.equal(status, 0, stderr);
  return stdout;
}

test("sets that need no download come first, then every card with the files that it lacks", async () => {
  const sets: Listed[] = JSON.parse(await listed({ VANTAGE_DATA: "" }, "--json"));
  const names = [...catalog(), ...shippedCards()].map(({ name }) => name);
  assert.deepEqual(
    sets.map(({ name }) => name),
    names,
  );
  for (const { name, views, files, missing } of sets.slice(catalog().length)) {
    assert.ok(views.length > 1, name);
    assert.deepEqual(missing, files, name);
  }
  const text = await listed({ VANTAGE_DATA: "" });
  assert.match(text, /^xmedia +views image, text, audio, model3d, video: .*; missing: XMediaFeatures\.mat$/m);
  assert.match(text, /\$VANTAGE_DATA\/NAME \(not set\)/);
});

test("files in $VANTAGE_DATA are no longer missing", async () => {
  const [set, partly] = [place.path("data/xmedia"), place.path("data/wikipedia-dm2c")];
  for (const folder of [set, partly]) mkdirSync(folder, { recursive: true });
  writeFileSync(`${set}/XMediaFeatures.mat`, "");
  writeFileSync(`${partly}/train_file.mat`, "");
  const env = { VANTAGE_DATA: place.path("data") };
  const sets: Listed[] = JSON.parse(await listed(env, "--json"));
  const of = (name: string) => sets.find((each) => each.name === name);
  assert.deepEqual(of("xmedia")?.missing, []);
  assert.equal(of("xmedia")?.folder, set);
  assert.deepEqual(of("wikipedia-dm2c")?.missing, ["test_file.mat"]);
  const text = await listed(env);
  assert.ok(text.includes(`; ready in ${set}\n`), text);
  assert.match(text, /^wikipedia-dm2c .*; missing: test_file\.mat$/m);
});
