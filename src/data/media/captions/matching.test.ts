// Names of a table find the pictures that they mean, and nothing outside the folder; several meanings are a question.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AmbiguousDataError, UserError } from "../../../errors.js";
import { matchNames, PictureFinder } from "./matching.js";

const match = (paths: string[], names: (string | undefined)[], base?: string) =>
  matchNames(new PictureFinder(paths, "/data/set", base), names, "t.csv");

test("by path, by its end, without folders, without ending, without case", () => {
  const paths = ["a/1.jpg", "a/b/2.png", "c/Über.JPG", "c/with space.webp"];
  const cases: [string, number][] = [
    ["a/1.jpg", 0],
    ["./a/x/../1.jpg", 0],
    ["a\\b\\2.png", 1],
    ["/data/set/a/1.jpg", 0],
    ["2.png", 1],
    ["images/a/1.jpg", 0],
    ["elsewhere/1.jpg", 0],
    ["a/1", 0],
    ["1", 0],
    ["c/U\u0308BER.jpg", 2],
    ["c/u\u0308ber", 2],
    [" c/with space.webp ", 3],
  ];
  for (const [name, index] of cases) assert.deepEqual([...match(paths, [name]).rows], [index], name);
  const { rows, missing, notes } = match(paths, ["1", undefined, "none.jpg", "C/über.jpg"]);
  assert.deepEqual([...rows], [0, -1, -1, 2]);
  assert.deepEqual(missing, ["none.jpg"]);
  assert.deepEqual(notes, [
    '1 names are matched without its ending: "1" is a/1.jpg',
    '1 names are matched without regard to case or Unicode form: "C/über.jpg" is c/Über.JPG',
  ]);
});

test("the exact name goes before one that differs in case", () => {
  assert.deepEqual([...match(["a.jpg", "A.jpg"], ["A.jpg", "a.jpg"]).rows], [1, 0]);
  assert.throws(
    () => match(["ab.jpg", "AB.jpg"], ["Ab.jpg"]),
    /"Ab.jpg" means ab.jpg, AB.jpg; write their names with folder and ending/,
  );
});

test("folders are left out only where none of the names is found with its own", () => {
  const { rows, notes } = match(["a/1.jpg", "b/2.jpg"], ["x/1.jpg", "x/2.jpg"]);
  assert.deepEqual([...rows], [0, 1]);
  assert.deepEqual(notes, ['2 names are matched without their folders: "x/1.jpg" is a/1.jpg']);
  assert.deepEqual(match(["test/1.jpg", "test/2.jpg"], ["test/2.jpg", "train/1.jpg"]).missing, ["train/1.jpg"]);
  assert.throws(() => match(["1.jpg"], ["train/1.jpg", "test/1.jpg"]), UserError);
});

test("a folder that all names start from is found, otherwise asked for", () => {
  const nested = ["pictures/a/1.jpg", "pictures/1.jpg", "pictures/2.jpg"];
  const { rows, notes } = match(nested, ["1.jpg", "a/1.jpg", "2.jpg", "3.jpg"]);
  assert.deepEqual([...rows], [1, 0, 2, -1]);
  assert.deepEqual(notes, ["the names in t.csv start from pictures"]);
  const halves = ["test/1.jpg", "train/1.jpg", "train/2.jpg"];
  const two = ["test/1.jpg", "train/1.jpg"];
  assert.throws(
    () => match(two, ["1.jpg"]),
    (error: unknown) => {
      assert.ok(error instanceof AmbiguousDataError);
      assert.deepEqual(
        error.choices.map(({ flags }) => flags),
        ["--picture-base test", "--picture-base train"],
      );
      return true;
    },
  );
  assert.deepEqual([...match(two, ["1.jpg"], "test").rows], [0]);
  assert.deepEqual([...match(halves, ["1.jpg", "2.jpg"]).rows], [1, 2]);
});

test("names that lead out of the folder are never looked up there", () => {
  const paths = ["a/1.jpg", "passwd.jpg"];
  for (const name of [
    "/etc/passwd",
    "../secret.jpg",
    "a/../../x.jpg",
    "C:\\x\\1.jpg",
    "https://host/1.jpg",
    "file:///etc/x.jpg",
  ]) {
    assert.throws(
      () => match(paths, [name]),
      (error: unknown) => error instanceof UserError && /outside \/data\/set/.test(error.message),
    );
    assert.deepEqual(match(paths, [name, "a/1.jpg"]).missing, [name]);
  }
  const [notes] = [match(paths, ["../x.jpg", "a/1.jpg"]).notes];
  assert.deepEqual(notes, ['1 of 2 names lead out of the folder, where nothing is read: "../x.jpg"']);
});

test("paths of another machine are a question with the flag that answers it", () => {
  const paths = ["a/1.jpg", "b/2.jpg"];
  const names = ["/home/me/my data/a/1.jpg", "/home/me/my data/b/2.jpg"];
  assert.throws(
    () => match(paths, names),
    (error: unknown) => {
      assert.ok(error instanceof AmbiguousDataError);
      assert.equal(error.choices[0]!.flags, "--picture-base '/home/me/my data'");
      return true;
    },
  );
  assert.deepEqual([...match(paths, names, "/home/me/my data").rows], [0, 1]);
});

test("where no name is known, both sides are shown", () => {
  assert.throws(() => match(["a/1.jpg"], ["x.jpg", "y.jpg"]), {
    message: 't.csv: none of its 2 names is a picture in /data/set; it has "x.jpg", "y.jpg", the folder has "a/1.jpg"',
  });
});

test("many pictures of one name in folders of their own take no more time than others", () => {
  const paths = Array.from({ length: 20_000 }, (_, i) => `${i}/a.jpg`);
  const started = performance.now();
  const { rows } = match(
    paths,
    paths.map((path) => `x/${path}`),
  );
  assert.ok(rows.every((row, i) => row === i));
  // Looking through all pictures of that name for each took minutes.
  assert.ok(performance.now() - started < 20_000);
});
