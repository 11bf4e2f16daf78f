// The forms that published sets come in: index.mat, caption.mat and label.mat, and MIRFLICKR's folders, made small.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { UserError } from "../../../errors.js";
import { array, encodeMatlab5, type MatlabValue } from "../../formats/matlab/matlab5.testing.js";
import { folderOf } from "../folders.testing.js";
import { readMedia } from "../read-media.js";

const text = (...lines: string[]): MatlabValue => ({ kind: "text", lines });
const cells = (shape: number[], items: MatlabValue[]): MatlabValue => ({ kind: "cell", shape, items });
const file = (name: string, value: MatlabValue) => encodeMatlab5({ [name]: value });

const pictures = ["mirflickr/im10.jpg", "mirflickr/im2.jpg", "mirflickr/im7.jpg"];
const paths = [
  "/home/me/data/mirflickr/im2.jpg  ",
  "/home/me/data/mirflickr/im10.jpg",
  "/home/me/data/mirflickr/im3.jpg ",
];
// Three samples, two classes, column-major.
const category = array([3, 2], [1, 0, 1, 0, 1, 1], { class: "double" });
const labels = { kind: "multi", names: ["0", "1"], matrix: Uint8Array.of(1, 0, 0, 1, 1, 1) };

test("index.mat, caption.mat and label.mat in every form that scipy writes", async () => {
  const captions: [MatlabValue, string[][]][] = [
    // one char array: a caption each
    [text("a dog", "sea sky", "x "), [["a dog"], ["sea sky"], ["x"]]],
    // a row of cells, each with several captions as a char array
    [cells([1, 3], [text("a dog", "dogs  "), text("sea"), text("")]), [["a dog", "dogs"], ["sea"], []]],
    // a column of cells in cells
    [
      cells(
        [3, 1],
        [cells([1, 1], [text("a dog")]), cells([1, 2], [text("sea"), text("sky")]), cells([1, 1], [text("x")])],
      ),
      [["a dog"], ["sea", "sky"], ["x"]],
    ],
    // a matrix of cells
    [
      cells(
        [3, 2],
        ["a", "b", "c", "d", "e", ""].map((line) => text(line)),
      ),
      [["a", "d"], ["b", "e"], ["c"]],
    ],
  ];
  for (const [caption, texts] of captions) {
    const folder = folderOf(pictures, {
      "mat/index.mat": file("index", text(...paths)),
      "mat/caption.mat": file("caption", caption),
      "mat/label.mat": file("category", category),
    });
    const set = await readMedia(folder);
    assert.deepEqual(set.ids, ["mirflickr/im2.jpg", "mirflickr/im10.jpg", paths[2]!.trim()]);
    assert.deepEqual(set.pictures, [join(folder, "mirflickr/im2.jpg"), join(folder, "mirflickr/im10.jpg"), undefined]);
    assert.deepEqual(set.texts, texts);
    assert.deepEqual(set.labels, labels);
    assert.ok(set.notes.some((note) => note.startsWith("1 pictures of the folder are not in mat/index.mat")));
    assert.ok(set.notes.some((note) => note.startsWith("1 pictures of mat/index.mat are not in the folder")));
  }
});

test("caption.txt, cells of paths, labels called label, and a bag of words", async () => {
  const index = file(
    "index",
    cells(
      [1, 3],
      paths.map((path) => text(path.trim())),
    ),
  );
  const label = file("label", category);
  const lines = await readMedia(
    folderOf(pictures, { "index.mat": index, "label.mat": label, "caption.txt": "a b\n\nc\n" }),
  );
  assert.deepEqual(lines.texts, [["a b"], [], ["c"]]);
  const bag = file(
    "caption",
    array(
      [3, 4],
      Array.from({ length: 12 }, (_, i) => i % 2),
    ),
  );
  const set = await readMedia(folderOf(pictures, { "index.mat": index, "label.mat": label, "caption.mat": bag }));
  assert.equal(set.texts, undefined);
  assert.ok(
    set.notes.some((note) => note.startsWith("caption.mat holds 3×4 double without the words that they count")),
  );
});

test("files that do not fit together are refused", async () => {
  const good = {
    "index.mat": file("index", text(...paths)),
    "caption.mat": file("caption", text("a", "b", "c")),
    "label.mat": file("category", category),
  };
  const refused = (files: Record<string, Uint8Array>, pattern: RegExp) =>
    assert.rejects(readMedia(folderOf(pictures, { ...good, ...files })), (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, pattern);
      return true;
    });
  await readMedia(folderOf(pictures, good));
  await refused({ "caption.mat": file("caption", text("a", "b")) }, /caption\.mat has 2 rows, index\.mat 3/);
  await refused(
    { "label.mat": file("category", array([4, 2], [1, 0, 1, 0, 0, 1, 1, 1])) },
    /label\.mat: labels category are 4×2 for 3/,
  );
  await refused(
    { "index.mat": file("index", array([3, 2], [1, 2, 3, 4, 5, 6])) },
    /index\.mat: index is 3×2 double, expected the paths/,
  );
  await refused(
    { "index.mat": file("index", text("/x/a.jpg", "/x/b.jpg", "/x/c.jpg")) },
    /none of its 3 names is a picture/,
  );
  await refused(
    { "index.mat": file("index", text(paths[0]!, paths[0]!, paths[1]!)) },
    /names "mirflickr\/im2\.jpg" twice/,
  );
  await refused({ "index.mat": encodeMatlab5({ a: text("x"), b: text("y") }) }, /no variable index; it has a, b/);
});

test("MIRFLICKR's own folders", async () => {
  const files = {
    "mirflickr/meta/tags/tags2.txt": "dog\r\nbeach\r\n",
    "mirflickr/meta/tags/tags7.txt": "",
    "mirflickr/meta/tags/tags10.txt": "été\n",
    "annotations/README.txt": "words",
    "annotations/dog.txt": "2\n7\n",
    "annotations/sea.txt": "10\n2\n99\n",
    "annotations/dog_r1.txt": "2\n",
    "annotations/sea_r1.txt": "",
  };
  const folder = folderOf([...pictures, "other/x.jpg"], files);
  const set = await readMedia(folder);
  assert.deepEqual(set.ids, ["mirflickr/im2.jpg", "mirflickr/im7.jpg", "mirflickr/im10.jpg"]);
  assert.deepEqual(set.texts, [["dog beach"], [], ["été"]]);
  assert.deepEqual(set.labels, { kind: "multi", names: ["dog", "sea"], matrix: Uint8Array.of(1, 1, 1, 0, 0, 1) });
  const relevant = await readMedia(folder, { labelColumn: "relevant" });
  assert.deepEqual(relevant.labels, {
    kind: "multi",
    names: ["dog_r1", "sea_r1"],
    matrix: Uint8Array.of(1, 0, 0, 0, 0, 0),
  });
  assert.deepEqual((await readMedia(folder, { labelColumn: "all" })).labels!.names, ["dog", "dog_r1", "sea", "sea_r1"]);
  assert.equal((await readMedia(folder, { labelColumn: "none" })).labels, undefined);
  await assert.rejects(readMedia(folder, { labelColumn: "x" }), /labels are potential, relevant, all or none/);
  const broken = folderOf(pictures, { ...files, "annotations/dog.txt": "2\nseven\n" });
  await assert.rejects(readMedia(broken), /dog\.txt has the line "seven", expected numbers of pictures/);
});
