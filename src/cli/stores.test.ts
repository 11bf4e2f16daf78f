// Whose items a store holds, through the real command line: other runs, wrong addresses, edited names, older versions.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FreezingProxy } from "../search/stores/postgres/freezing-proxy.testing.js";
import { PostgresServer } from "../search/stores/postgres/postgres.testing.js";
import {
  type CommandResult,
  runCommand,
  startCommand,
  type Workplace,
  workplace,
  writeBlobs,
} from "./command.testing.js";

let place: Workplace;
before(async () => {
  place = workplace();
  writeBlobs(place.path("blobs.npz"), 60);
  const args = ["--data", "blobs.npz", "--views", "a=X1,b=X2", "--threads", "1", "--set", "hidden=8"];
  for (const seed of ["1", "2"]) {
    const more = ["--epochs", "1", "--bits", "16", "--queries", "last:10", "--seed", seed, "--out", `r${seed}`];
    await place.succeed(["train", "dchn", ...args, ...more]);
  }
});
after(() => place.remove());

const server = PostgresServer.start();
if (typeof server !== "string") after(() => server.stop());
const skip = typeof server === "string" ? server : false;

/** A new database, and the commands with its address. */
function database(name: string) {
  const running = server as PostgresServer;
  running.sql(`CREATE DATABASE "${name}"`);
  const vantage = (args: string[], url = running.url(name)) =>
    runCommand([...args, "--threads", "1", "--json"], place.folder, { DATABASE_URL: url });
  return { running, vantage, sql: (text: string) => running.sql(text, name) };
}

function accepted({ status, stdout, stderr }: CommandResult) {
  assert.equal(status, 0, stderr);
  return { ...JSON.parse(stdout.trim().split("\n").at(-1)!), stderr };
}

function refused({ status, stdout, stderr }: CommandResult, expected: RegExp): void {
  assert.equal(status, 2, stderr);
  assert.equal(stdout, "");
  const said = stderr.split("\n").filter((line) => line.startsWith("vantage: "));
  assert.equal(said.length, 1, stderr);
  assert.match(said[0]!, expected);
  assert.doesNotMatch(stderr, /\n\s+at |a secret|secret'/);
}

const query = (folder: string) => ["search", folder, "--id", "7", "--view", "a", "--target", "a", "--k", "5"];

test("PostgreSQL: another run in a folder of the same name is refused, and what is there stays", { skip }, async () => {
  const { vantage, sql } = database("names");
  mkdirSync(place.path("x"));
  accepted(await vantage(["index", "r1", "--out", "x/photos", "--store", "postgres"]));
  const before = accepted(await vantage(query("x/photos")));
  const dump = () => sql('SELECT * FROM vantage."photos.codes" ORDER BY number');
  const rows = dump();
  const other = ["index", "r2", "--out", "y/photos", "--store", "postgres"];
  refused(
    await vantage(other),
    /index "photos" in database "names" of PostgreSQL at .* belongs to another index than y\/photos: it was made from r1 \(dchn\).*; give another name with --name NAME, or --replace/,
  );
  refused(await vantage(other), /belongs to another index/);
  assert.equal(dump(), rows);
  assert.ok(!existsSync(place.path("y/photos/index.yaml")));
  assert.deepEqual(accepted(await vantage(query("x/photos"))).hits, before.hits);
  // with another name, and again into both
  accepted(await vantage([...other, "--name", "others"]));
  accepted(await vantage(other));
  accepted(await vantage(["index", "r1", "--out", "x/photos"]));
  assert.deepEqual(accepted(await vantage(query("x/photos"))).hits, before.hits);
  assert.equal(sql("SELECT count(*) FROM vantage.indexes"), "2");
  // the same run in a new folder of that name has the same codes: it joins
  const joined = accepted(await vantage(["index", "r1", "--out", "z/photos", "--store", "postgres"]));
  assert.match(joined.stderr, /holds items of the same encoders: z\/photos joins it/);
  assert.equal(joined.items, 120);
  // the flag that the message names
  accepted(await vantage(["index", "r2", "--out", "w/photos", "--store", "postgres", "--replace"]));
  refused(await vantage(query("x/photos")), /belongs to another index than x\/photos: it was made from r2 \(dchn\)/);
  accepted(await vantage(query("w/photos")));
  accepted(await vantage(["index", "r1", "--out", "x/photos", "--replace"]));
  assert.deepEqual(accepted(await vantage(query("x/photos"))).hits, before.hits);
});

test("PostgreSQL: a wrong address or an edited name is refused, and nothing is made there", { skip }, async () => {
  const { vantage, running } = database("right");
  const wrong = database("wrong");
  accepted(await vantage(["index", "r1", "--out", "addressed", "--store", "postgres"]));
  const elsewhere = running.url("wrong");
  const gone = /there is no index "addressed" in database "wrong" .*it has none: the items of addressed are not there/;
  refused(await vantage(query("addressed"), elsewhere), gone);
  refused(await vantage(["index", "r1", "--out", "addressed"], elsewhere), gone);
  refused(await runCommand(["serve", "addressed", "--port", "0"], place.folder, { DATABASE_URL: elsewhere }), gone);
  assert.equal(wrong.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'vantage'"), "0");
  accepted(await vantage(["index", "r2", "--out", "second", "--store", "postgres"]));
  const path = place.path("addressed/index.yaml");
  const yaml = readFileSync(path, "utf8");
  writeFileSync(path, yaml.replace("name: addressed", "name: adressed"));
  refused(await vantage(query("addressed")), /there is no index "adressed" in .* it has "addressed", "second"/);
  writeFileSync(path, yaml.replace("name: addressed", "name: second"));
  refused(await vantage(query("addressed")), /index "second" .* belongs to another index than addressed/);
  writeFileSync(path, yaml);
  accepted(await vantage(query("addressed")));
});

test("an index that is there keeps its name: another one is refused, and nothing is written", async () => {
  const vantage = (args: string[]) => runCommand([...args, "--threads", "1", "--json"], place.folder);
  const add = ["index", "r1", "--out", "called"];
  accepted(await vantage([...add, "--name", "first"]));
  const yaml = () => readFileSync(place.path("called/index.yaml"), "utf8");
  const before = yaml();
  refused(await vantage([...add, "--name", "second"]), /called is called first, not second.* or give --replace/);
  assert.equal(yaml(), before);
  assert.equal(accepted(await vantage([...add, "--name", "first"])).name, "first");
  assert.equal(accepted(await vantage(add)).name, "first");
  assert.equal(accepted(await vantage([...add, "--name", "second", "--replace"])).name, "second");
});

test("an index that is refused leaves nothing: no folder, and none of those above it", async () => {
  const unreachable = { DATABASE_URL: "postgres://somebody@127.0.0.1:1/none" };
  const wrong: [string[], RegExp][] = [
    [["--name", "a name"], /index name: expected 1 to 128 letters/],
    [["--store", "postgres"], /127\.0\.0\.1:1 does not answer/],
    [["--views-to-index", "z"], /r1 encodes no view "z"/],
  ];
  mkdirSync(place.path("there"));
  for (const [args, expected] of wrong) {
    for (const out of ["not/yet/there", "there"]) {
      const index = ["index", "r1", "--out", out, "--threads", "1", ...args];
      refused(await runCommand(index, place.folder, unreachable), expected);
    }
    assert.ok(!existsSync(place.path("not")), args.join(" "));
    assert.deepEqual(readdirSync(place.path("there")), [], args.join(" "));
  }
});

test("PostgreSQL: what an older version made is adopted where it matches, and only then", { skip }, async () => {
  const { vantage, sql } = database("older");
  accepted(await vantage(["index", "r1", "--out", "old", "--store", "postgres"]));
  const path = place.path("old/index.yaml");
  const age = () => {
    writeFileSync(path, readFileSync(path, "utf8").replace(/identity: .*\n/, ""));
    sql("ALTER TABLE vantage.indexes DROP COLUMN identity");
  };
  age();
  // a copy, as another server has it
  cpSync(place.path("old"), place.path("copy"), { recursive: true });
  assert.match(
    accepted(await vantage(query("old"))).stderr,
    /made by an older version: it is noted as the store of old/,
  );
  assert.equal(accepted(await vantage(query("old"))).stderr, "");
  assert.match(accepted(await vantage(query("copy"))).stderr, /same encoders: copy joins it/);
  assert.equal(accepted(await vantage(query("copy"))).stderr, "");
  // who may only read goes on, too
  age();
  sql("CREATE ROLE looker LOGIN PASSWORD 'looker'; GRANT USAGE ON SCHEMA vantage TO looker");
  sql("GRANT SELECT ON ALL TABLES IN SCHEMA vantage TO looker");
  const looker = (server as PostgresServer).url("older", { user: "looker", password: "looker" });
  assert.equal(accepted(await vantage(query("old"), looker)).stderr, "");
  assert.equal(sql("SELECT count(*) FROM information_schema.columns WHERE column_name = 'identity'"), "0");
  // and leaves no mark that the tables do not bear
  assert.doesNotMatch(readFileSync(path, "utf8"), /identity/);
  // tables that were there before the folder was made
  sql("UPDATE vantage.indexes SET created = created - interval '1 day'");
  refused(await vantage(query("old")), /belongs to another index than old: it is older than this folder/);
  sql("UPDATE vantage.indexes SET created = created + interval '1 day'");
  sql(`UPDATE vantage."old.codes" SET view = 'c' WHERE view = 'b'`);
  refused(await vantage(query("old")), /it holds items of view "c"/);
});

test("folder: a store that is not there, or another index's, is refused", async () => {
  const vantage = (args: string[]) => runCommand([...args, "--threads", "1", "--json"], place.folder);
  accepted(await vantage(["index", "r1", "--out", "one"]));
  const before = accepted(await vantage(query("one"))).hits;
  cpSync(place.path("one"), place.path("two"), { recursive: true });
  assert.deepEqual(accepted(await vantage(query("two"))).hits, before);
  rmSync(place.path("two/store"), { recursive: true });
  refused(await vantage(query("two")), /two\/store holds no items\.log: the items of two are not there/);
  refused(await vantage(["index", "r1", "--out", "two"]), /give --replace to make it there/);
  refused(await vantage(["index", "r2", "--out", "one"]), /was made with another run .*--replace/);
  assert.equal(accepted(await vantage(["index", "r2", "--out", "two", "--replace"])).items, 120);
  // as when folders are mixed up
  rmSync(place.path("two/store"), { recursive: true });
  cpSync(place.path("one/store"), place.path("two/store"), { recursive: true });
  refused(await vantage(query("two")), /belongs to another index than two: it was made from r1 \(dchn\)/);
  assert.deepEqual(accepted(await vantage(query("one"))).hits, before);
});

test("pglite: a store that is not there is refused, and made anew where requested", async () => {
  const vantage = (args: string[]) => runCommand([...args, "--threads", "1", "--json"], place.folder);
  accepted(await vantage(["index", "r1", "--out", "lite", "--store", "pglite"]));
  rmSync(place.path("lite/store"), { recursive: true });
  refused(await vantage(query("lite")), /lite\/store holds no database: the items of lite are not there/);
  const again = accepted(await vantage(["index", "r1", "--out", "lite", "--replace"]));
  assert.deepEqual([again.items, again.store], [120, "pglite"]);
});

test("folder: an index of an older version is adopted, and one that cannot be written is opened as it is", async () => {
  await place.succeed(["index", "r1", "--out", "aged", "--threads", "1"]);
  const path = place.path("aged/index.yaml");
  writeFileSync(path, readFileSync(path, "utf8").replace(/identity: .*\n/, ""));
  rmSync(place.path("aged/store/identity.json"));
  const vantage = (args: readonly string[]) => runCommand([...args, "--threads", "1", "--json"], place.folder);
  // A search writes nothing.
  assert.equal(accepted(await vantage(query("aged"))).stderr, "");
  assert.doesNotMatch(readFileSync(path, "utf8"), /identity/);
  const again = ["index", "r1", "--out", "aged"];
  assert.match(accepted(await vantage(again)).stderr, /made by an older version/);
  assert.doesNotMatch(accepted(await vantage(again)).stderr, /older version/);
  assert.match(readFileSync(path, "utf8"), /\nidentity: [0-9a-f]{32}\n/);
});

test("PostgreSQL: nothing gets through any more; the server says so in time and ends on SIGTERM", {
  skip,
}, async (t) => {
  const { vantage, running } = database("silent");
  accepted(await vantage(["index", "r1", "--out", "silent", "--store", "postgres"]));
  const proxy = await FreezingProxy.before(join(running.folder, ".s.PGSQL.5432"));
  t.after(() => proxy.close());
  const login = `${running.user}:${encodeURIComponent(running.password)}`;
  const serving = startCommand(["serve", "silent", "--port", "0", "--threads", "1"], place.folder, {
    DATABASE_URL: `postgres://${login}@127.0.0.1:${proxy.port}/silent`,
  });
  await serving.saw("serving ");
  const address = /at (http:\S+)\//.exec(serving.said())![1]!;
  const search = async () => {
    const begin = performance.now();
    const body = JSON.stringify({ view: "a", features: Array(9).fill(1), k: 1 });
    const headers = { "content-type": "application/json" };
    const { status } = await fetch(`${address}/search`, { method: "POST", headers, body });
    return { status, seconds: (performance.now() - begin) / 1000 };
  };
  assert.equal((await search()).status, 200);
  proxy.freeze();
  assert.equal((await search()).status, 200);
  proxy.freeze();
  proxy.swallowsNew = true;
  const answer = search().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const begin = performance.now();
  serving.kill("SIGTERM");
  const { status, stderr } = await serving.done;
  // 1 where the database's answer is still missing after the server's last seconds, which one line says
  assert.ok(status === 0 || /stopped after 9\.5 s/.test(stderr), stderr);
  assert.ok(performance.now() - begin < 35_000, `${performance.now() - begin} ms`);
  const given = await answer;
  assert.ok(given === undefined || (given.status === 503 && given.seconds < 30), JSON.stringify(given));
  assert.doesNotMatch(stderr, /a secret|a%20secret|\n\s+at /);
});
