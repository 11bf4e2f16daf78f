// index.mat, caption.mat (or caption.txt) and label.mat, as the repositories of CLIP-based hashing methods write them: a row per sample.
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../../../errors.js";
import { readText } from "../../../files.js";
import { shortened } from "../../../visible.js";
import { describe, readVariables, strings, type Variable } from "../../formats/index.js";
import { readLabels } from "../../layout/labels.js";
import { matchNames, PictureFinder } from "../captions/matching.js";
import type { Listing } from "../listing.js";
import type { MediaSet } from "../media-set.js";

/**
 * Reads such files: `index` has the path of each picture (usually of another machine: matched by its end), `caption` one or several
 * captions, `category` or `label` a row of 0 and 1. The order of the rows is kept, since the repositories' splits refer to it.
 * undefined where the folder has no such files.
 * @throws UserError where they do not fit together, or name no picture of the folder.
 */
export async function readHashingFiles({
  folder,
  pictures,
  others,
  notes: listed,
}: Listing): Promise<MediaSet | undefined> {
  const index = others.find(
    (path) => basename(path) === "index.mat" && others.includes(join(dirname(path), "label.mat")),
  );
  if (index === undefined) return undefined;
  const place = join(folder, dirname(index));
  const captionFile = ["caption.mat", "caption.txt"].find((name) => others.includes(join(dirname(index), name)));
  if (captionFile === undefined) return undefined;
  const files = await variableOf(join(place, "index.mat"), ["index"]);
  const names = strings(files.variable)?.map((line) => line.trim());
  if (!names)
    throw new UserError(`${files.path}: ${files.name} is ${describe(files.variable)}, expected the paths of pictures`);
  const paths = pictures.map(({ path }) => path);
  const finder = new PictureFinder(paths, realpathSync(folder));
  const { rows, missing, notes: matched } = matchNames(finder, names.map(withoutRoot), files.path);
  const ids = names.map((name, i) => paths[rows[i]!] ?? name);
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new UserError(`${files.path} names "${shortened(id, 80)}" twice`);
    seen.add(id);
  }
  const texts = await captionsOf(join(place, captionFile));
  if (Array.isArray(texts.captions)) checkRows(texts.path, texts.captions.length, names.length);
  const given = await variableOf(join(place, "label.mat"), ["category", "label", "labels"]);
  const { labels, notes: said } = await readLabels(
    { reference: given.name, variable: given.variable, lengths: [names.length] },
    names.length,
    given.path,
  );
  const known = new Set(rows);
  const left = paths.filter((_, i) => !known.has(i)).length;
  const root = resolve(folder);
  return {
    name: basename(root),
    ids,
    pictures: names.map((_, i) => (rows[i]! < 0 ? undefined : join(root, paths[rows[i]!]!))),
    ...(texts.captions && { texts: texts.captions }),
    labels,
    source: folder,
    notes: [
      ...listed,
      `samples are the rows of ${index}, ${captionFile} and label.mat, in their order`,
      ...matched,
      ...(missing.length > 0
        ? [`${missing.length} pictures of ${index} are not in the folder, such as "${shortened(missing[0]!, 80)}"`]
        : []),
      ...(left > 0 ? [`${left} pictures of the folder are not in ${index} and are left out`] : []),
      ...(texts.captions
        ? []
        : [`${captionFile} holds ${texts.what} without the words that they count: the pictures have no words`]),
      ...said,
    ],
  };
}

/** A path of another machine as one that could lie in the folder: matched by its end, and nothing outside is looked at. */
function withoutRoot(path: string): string {
  return path.replaceAll("\\", "/").replace(/^(?:[A-Za-z]:)?(?:\.{0,2}\/)+/, "");
}

function checkRows(path: string, found: number, expected: number): void {
  if (found !== expected)
    throw new UserError(`${path} has ${found} rows, index.mat ${expected}; expected a row for each picture`);
}

async function variableOf(
  path: string,
  wanted: readonly string[],
): Promise<{ path: string; name: string; variable: Variable }> {
  const content = await readVariables(path);
  content.close();
  const name =
    wanted.find((each) => content.variables.has(each)) ??
    (content.variables.size === 1 ? [...content.variables.keys()][0]! : undefined);
  if (name === undefined) {
    throw new UserError(
      `${path}: no variable ${wanted.join(" or ")}; it has ${[...content.variables.keys()].slice(0, 8).join(", ") || "none"}`,
    );
  }
  return { path, name, variable: content.variables.get(name)! };
}

/** The captions of each row; none where they are a bag of words, whose words stand nowhere. */
async function captionsOf(path: string): Promise<{ path: string; captions?: string[][]; what: string }> {
  if (path.endsWith(".txt")) {
    const lines = readText(path)
      .replace(/\r?\n$/, "")
      .split(/\r?\n/);
    return { path, captions: lines.map((line) => plain([line])), what: "" };
  }
  const { name, variable } = await variableOf(path, ["caption", "captions", "text"]);
  const what = describe(variable);
  if (variable.kind === "numeric" || variable.kind === "sparse") return { path, what };
  if (variable.kind === "text") return { path, captions: variable.lines.map((line) => plain([line])), what };
  if (variable.kind !== "cell") throw new UserError(`${path}: ${name} is ${what}, expected captions`);
  // A matrix of cells has a row of captions for each sample; otherwise each cell has all of its own.
  const [height = 0, width = 1] = variable.shape;
  if (height > 1 && width > 1) {
    const rows = Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_, k) => textsOf(variable.items[k * height + row]!)).flat(),
    );
    return { path, captions: rows.map(plain), what };
  }
  return { path, captions: variable.items.map((item) => plain(textsOf(item))), what };
}

function textsOf(variable: Variable): string[] {
  if (variable.kind === "text") return [...variable.lines];
  return variable.kind === "cell" ? variable.items.flatMap(textsOf) : [];
}

const plain = (lines: readonly string[]): string[] => lines.map((line) => line.trim()).filter((line) => line !== "");
