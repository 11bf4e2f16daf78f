// Folders as people have them: captions in several forms, labels in folders, names that fit badly, and what is refused.
import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AmbiguousDataError, UserError } from "../../errors.js";
import { writeParquet } from "../formats/index.js";
import { folderOf } from "./folders.testing.js";
import { type MediaOptions, readPictureFolder } from "./picture-folder.js";

const question = (flags: string[]) => (error: unknown) => {
  assert.ok(error instanceof AmbiguousDataError, String(error));
  assert.deepEqual(
    error.choices.map((each) => each.flags),
    flags,
  );
  return true;
};
const refused = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, pattern);
  return true;
};
const withCaptions = (pictures: string[], csv: string, options: MediaOptions = {}, name = "captions.csv") =>
  readPictureFolder(folderOf(pictures, { [name]: csv }), options);

test("labels and ids are those of folders where nothing else says", async () => {
  const folder = folderOf(["cats/b c.png", "cats/tabby/a.png", "dogs/ä.png", "x.png"], { "cats/notes.txt": "n" });
  const set = await readPictureFolder(folder);
  assert.deepEqual(set.ids, ["cats/b c.png", "cats/tabby/a.png", "dogs/ä.png", "x.png"]);
  assert.deepEqual(set.pictures![0], join(folder, "cats", "b c.png"));
  assert.deepEqual(set.labels, { kind: "single", names: ["cats", "dogs"], values: Int32Array.of(0, 0, 1, -1) });
  assert.equal(set.texts, undefined);
  assert.deepEqual(set.notes, [
    "1 other file is left out: 1 .txt",
    "labels are the names of 2 folders (folders are 2 deep; --label-level 2 takes those inside them)",
    "1 pictures lie in none of these folders and have no label",
  ]);
  assert.equal((await readPictureFolder(folder, { labelLevel: 0 })).labels, undefined);
  await assert.rejects(readPictureFolder(folder, { labelLevel: 3 }), refused(/no picture lies in a folder of level 3/));
});

test("folders of parts are splits, folders that hold everything say nothing", async () => {
  const folder = folderOf(["data/train/cat/1.png", "data/train/dog/1.png", "data/test/cat/2.png"]);
  const { labels, splits } = await readPictureFolder(folder);
  assert.deepEqual(splits, { test: Int32Array.of(0), train: Int32Array.of(1, 2) });
  assert.deepEqual(labels, { kind: "single", names: ["cat", "dog"], values: Int32Array.of(0, 0, 1) });
});

test("a table's captions, labels, split and ids; rows repeat, pictures and words are missing", async () => {
  const csv = `image,caption,label,split,id
1.png,"a cat, sitting",cat,train,p1
1.png,a tabby,cat,train,p1
2.png,a dog,dog,test,p2
4.png,a bird,bird,test,p4
`;
  const set = await withCaptions(["1.png", "2.png", "3.png"], csv);
  assert.deepEqual(set.ids, ["p1", "p2", "3.png", "p4"]);
  assert.deepEqual(set.texts, [["a cat, sitting", "a tabby"], ["a dog"], [], ["a bird"]]);
  assert.equal(set.pictures![3], undefined);
  assert.deepEqual(set.labels, {
    kind: "single",
    names: ["bird", "cat", "dog"],
    values: Int32Array.of(1, 2, -1, 0),
  });
  assert.deepEqual(set.splits, { train: Int32Array.of(0), test: Int32Array.of(1, 3) });
  for (const note of [
    /1 entries of .* have words and no picture in the folder, such as "4.png"/,
    /1 of 3 pictures have no words/,
  ]) {
    assert.ok(
      set.notes.some((each) => note.test(each)),
      set.notes.join("\n"),
    );
  }
});

test("labels of several classes: separated, in lists, in repeated rows", async () => {
  const expected = { kind: "multi", names: ["a", "b"], matrix: Uint8Array.of(1, 1, 0, 1, 1, 0) };
  const pictures = ["1.png", "2.png", "3.png"];
  const separated = "file,caption,labels\n1.png,x y,a;b\n2.png,y z,b\n3.png,z z,a\n";
  const rows = "file,caption,labels\n1.png,x y,a\n1.png,x z,b\n2.png,y z,b\n3.png,z z,a\n";
  const lists =
    '{"file":"1.png","labels":["a","b"]}\n{"file":"2.png","labels":["b"]}\n{"file":"3.png","labels":["a"]}\n';
  assert.deepEqual((await withCaptions(pictures, separated)).labels, expected);
  assert.deepEqual((await withCaptions(pictures, rows)).labels, expected);
  assert.deepEqual((await withCaptions(pictures, lists, {}, "metadata.jsonl")).labels, expected);
});

test("several columns of words: parts of one caption, or a caption each", async () => {
  const parts = "file,title,description,keywords\n1.png,Frog,Frog,green; pond\n2.png,Dog!,,pet\n";
  const joined = await withCaptions(["1.png", "2.png"], parts);
  assert.deepEqual(joined.texts, [["Frog. green; pond"], ["Dog! pet"]]);
  assert.ok(joined.notes.some((note) => note.startsWith("the columns title, description, keywords together")));
  const each = await withCaptions(["1.png", "2.png"], parts, { textAs: "each", textColumns: ["title", "keywords"] });
  assert.deepEqual(each.texts, [
    ["Frog", "green; pond"],
    ["Dog!", "pet"],
  ]);
  const numbered = "file,caption_1,caption_2\n1.png,a frog,the frog\n2.png,a dog,\n";
  assert.deepEqual((await withCaptions(["1.png", "2.png"], numbered)).texts, [["a frog", "the frog"], ["a dog"]]);
  const mixed = "file,title,caption_1,caption_2\n1.png,F,a frog,the frog\n";
  await assert.rejects(
    withCaptions(["1.png"], mixed),
    question([
      "--text-column title --text-column caption_1 --text-column caption_2 --text-as joined",
      "--text-column title --text-column caption_1 --text-column caption_2 --text-as each",
    ]),
  );
});

test("where two columns fit, the question has the flags, and its options answer it", async () => {
  const csv = "thumb,picture,caption,class,category\nt1.png,1.png,a b,1,big\nt2.png,2.png,b c,2,big\n";
  const folder = folderOf(["1.png", "2.png", "t1.png", "t2.png"], { "captions.csv": csv });
  await assert.rejects(readPictureFolder(folder), question(["--file-column thumb", "--file-column picture"]));
  await assert.rejects(
    readPictureFolder(folder, { fileColumn: "picture" }),
    question(["--label-column class", "--label-column category", "--label-column none"]),
  );
  const set = await readPictureFolder(folder, { fileColumn: "picture", labelColumn: "class" });
  assert.deepEqual(set.labels!.names, ["1", "2"]);
  await assert.rejects(
    readPictureFolder(folder, { fileColumn: "pic ture" }),
    refused(/no column "pic ture"; its columns are thumb, picture, caption, class, category/),
  );
  const unclear = "file,one,two\n1.png,a b c,d e f\n";
  await assert.rejects(
    withCaptions(["1.png"], unclear),
    question(["--text-column one", "--text-column two", "--text-column none"]),
  );
});

test("two files of captions are a question; a table about other things is not one of captions", async () => {
  const csv = "file,caption\n1.png,a b\n";
  const folder = folderOf(["1.png"], { "a.csv": csv, "b c.csv": csv, "sizes.csv": "width,height\n1,2\n2,3\n" });
  await assert.rejects(
    readPictureFolder(folder),
    question([`--captions ${join(folder, "a.csv")}`, `--captions '${join(folder, "b c.csv")}'`, "--captions none"]),
  );
  const set = await readPictureFolder(folder, { captions: join(folder, "a.csv") });
  assert.deepEqual(set.texts, [["a b"]]);
  assert.equal((await readPictureFolder(folder, { captions: "none" })).texts, undefined);
});

test("files of COCO, Flickr8k and Flickr30k", async () => {
  const pictures = ["1.png", "2.png"];
  const expected = [["a cat", "the , cat"], ["a dog"]];
  const coco = {
    images: [
      { id: 7, file_name: "1.png" },
      { id: 8, file_name: "2.png" },
    ],
    annotations: [
      { id: 1, image_id: 7, caption: "a cat" },
      { id: 2, image_id: 8, caption: "a dog\n" },
      { id: 3, image_id: 7, caption: "the , cat" },
    ],
  };
  const forms: [string, string][] = [
    ["captions_val.json", JSON.stringify(coco)],
    ["results.csv", "image_name| comment_number| comment\n1.png| 0| a cat\n1.png| 1| the , cat\n2.png| 0   a dog\n"],
    ["captions.txt", "image,caption\n1.png,a cat\n1.png,the , cat\n2.png,a dog\n"],
    ["captions.txt", 'image,caption\n1.png,a cat\n1.png,"the , cat"\n2.png,a dog\n'],
    ["Flickr8k.token.txt", "1.png#0\ta cat\n1.png#1\tthe , cat\n2.png#0\ta dog\n"],
    ["captions.csv", '1.png,a cat\n1.png,"the , cat"\n2.png,a dog\n'],
    ["captions.tsv", "file\tcaption\n1\ta cat\n1\tthe , cat\n2\ta dog\n"],
    ["metadata.jsonl", '{"file_name":"1.png","text":["a cat","the , cat"]}\n{"file_name":"2.png","text":"a dog"}\n'],
    ["captions.json", '{"1.png":["a cat","the , cat"],"2.png":["a dog"]}'],
  ];
  for (const [name, content] of forms) {
    const folder = folderOf(pictures, { [name]: content });
    const set = await readPictureFolder(folder);
    assert.deepEqual(set.texts, expected, name);
  }
  const alien = { ...coco, annotations: [{ image_id: 9, caption: "x" }] };
  await assert
    .rejects(withCaptions(pictures, JSON.stringify(alien), {}, "captions_a.json"), refused(/./))
    .catch(() => {});
  const folder = folderOf(pictures, { "c.json": JSON.stringify(alien) });
  await assert.rejects(
    readPictureFolder(folder, { captions: join(folder, "c.json") }),
    refused(/an annotation belongs to image 9, which is not in the file/),
  );
});

test("captions in Parquet, and text flags for a table that needs them", async () => {
  const folder = folderOf(["1.png", "2.png"]);
  const path = join(folder, "captions.parquet");
  writeParquet(path, [
    { name: "image", data: ["1.png", "2.png"] },
    { name: "caption", data: ["a cat", null] },
    { name: "label", data: Int32Array.of(3, 5) },
  ]);
  const set = await readPictureFolder(folder);
  assert.deepEqual(set.texts, [["a cat"], []]);
  assert.deepEqual(set.labels!.names, ["3", "5"]);
  const latin = folderOf(["1.png"], { "c.csv": Buffer.from("file;caption\n1.png;caf\xe9 noir\n", "latin1") });
  const captions = join(latin, "c.csv");
  const read = await readPictureFolder(latin, { captions, text: { encoding: "windows-1252", delimiter: ";" } });
  assert.deepEqual(read.texts, [["café noir"]]);
});

test("folders and tables that both say labels or splits", async () => {
  const folder = folderOf(["train/a/1.png", "train/b/2.png", "test/a/3.png"], {
    "captions.csv": "file,caption,label,split\n1.png,a b,x,test\n2.png,b c,y,test\n3.png,c d,x,train\n",
  });
  const set = await readPictureFolder(folder);
  assert.deepEqual(set.labels!.names, ["x", "y"]);
  assert.deepEqual(set.splits, { train: Int32Array.of(0), test: Int32Array.of(1, 2) });
  assert.ok(set.notes.includes("splits are those of the table, not the folders test, train"));
  assert.deepEqual((await readPictureFolder(folder, { labelLevel: 1 })).labels!.names, ["a", "b"]);
  await assert.rejects(readPictureFolder(folder, { labelLevel: 1, labelColumn: "label" }), UserError);
});

test("words that look like numbers stay as they are written", async () => {
  const { texts, ids } = await withCaptions(["0001.png", "0002.png"], "file,caption\n0001,1984\n0002,2e3\n");
  assert.deepEqual(
    [ids, texts],
    [
      ["0001.png", "0002.png"],
      [["1984"], ["2e3"]],
    ],
  );
});

test("what is no folder of pictures is refused in one line", async () => {
  await assert.rejects(
    readPictureFolder(join(folderOf([]), "none")),
    refused(/none cannot be read: no such file or folder$/),
  );
  await assert.rejects(readPictureFolder(folderOf([])), refused(/has no pictures \(.*\): it is empty$/));
  await assert.rejects(
    readPictureFolder(folderOf([], { "a.txt": "a", "b.txt": "b" })),
    refused(/2 other files are left out: 2 \.txt$/),
  );
  await assert.rejects(
    readPictureFolder(folderOf([], { "a.jpg": "hello" })),
    refused(/1 file is named as a picture and is none: a\.jpg is text, not a picture$/),
  );
  const folder = folderOf(["a.png"]);
  await assert.rejects(readPictureFolder(join(folder, "a.png")), refused(/is a file, expected a folder of pictures/));
});

test("files that are named as pictures and are none, and pictures with other names", async () => {
  const folder = folderOf(["a.png", "b.dat", ".hidden.png"], { "c.jpg": "text", "d.png": "", "e.md": "x" });
  const { ids, notes } = await readPictureFolder(folder);
  assert.deepEqual(ids, ["a.png", "b.dat"]);
  assert.deepEqual(notes, [
    "2 files are named as pictures and are none: c.jpg is text, not a picture, d.png is empty",
    "1 picture has another name's ending: b.dat",
    "1 hidden file or folder is left out",
    "1 other file is left out: 1 .md",
  ]);
});

test("links out of the folder are not followed, and captions lead nowhere else", async () => {
  const outside = folderOf(["secret.png"]);
  const folder = folderOf(["a.png", "b/c.png"]);
  symlinkSync(join(outside, "secret.png"), join(folder, "link.png"));
  symlinkSync(outside, join(folder, "linked"));
  symlinkSync(folder, join(folder, "loop"));
  symlinkSync(join(folder, "b", "c.png"), join(folder, "inside.png"));
  const listed = await readPictureFolder(folder);
  assert.deepEqual(listed.ids, ["a.png", "b/c.png", "inside.png"]);
  assert.ok(listed.notes.some((note) => note.startsWith("3 links are not followed")));
  const captions = join(folder, "t.csv");
  const rows = [`${outside}/secret.png,x y`, "../secret.png,y z", "link.png,z z", "a.png,a a"];
  writeFileSync(captions, `file,caption\n${rows.join("\n")}\n`);
  const set = await readPictureFolder(folder, { captions });
  assert.deepEqual(set.pictures!.filter((path) => path !== undefined).length, 3);
  assert.ok(set.notes.some((note) => note.startsWith("2 of 4 names lead out of the folder, where nothing is read")));
  writeFileSync(captions, `file,caption\n${outside}/a.png,x y\n`);
  await assert.rejects(readPictureFolder(folder, { captions }), question([`--picture-base ${outside}`]));
  assert.deepEqual((await readPictureFolder(folder, { captions, pictureBase: outside })).texts![0], ["x y"]);
});

test("rows of a picture that contradict each other are refused", async () => {
  const csv = "file,caption,split\n1.png,a b,train\n1.png,b c,test\n";
  await assert.rejects(
    withCaptions(["1.png"], csv),
    refused(/row 2 has the split "test" for a picture whose split was "train"/),
  );
});

test("a long listing can be stopped", async () => {
  const reason = new Error("stopped");
  const folder = folderOf(Array.from({ length: 600 }, (_, i) => `${i}.png`));
  const stop = new AbortController();
  const seen: number[] = [];
  const onProgress = (done: number) => {
    seen.push(done);
    if (done > 0) stop.abort(reason);
  };
  await assert.rejects(readPictureFolder(folder, { signal: stop.signal, onProgress }), reason);
  assert.deepEqual(seen, [0, 256, 512].slice(0, seen.length));
});
