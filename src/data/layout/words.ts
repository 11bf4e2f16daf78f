// What names of variables and columns say: which words mean labels, ids, splits, folds, views, parts of a data set.
import { trailingDigits } from "./trailing-digits.js";

/** A name in words: "trainLabels" and "train_labels" are train, labels; "image0" is image, 0. */
export function words(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .replace(/(\p{L})(\d)/gu, "$1 $2")
    .replace(/(\d)(\p{L})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}#]+/u)
    .filter((word) => word !== "");
}

/** A name without case and punctuation. */
export const bare = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** The last part of a reference: "data.X" is X. */
export const lastPart = (name: string): string => name.split(/[./]/).at(-1)!;

/** Names of labels, without case and punctuation, the likeliest first. */
const labelNames = [
  ...["y", "label", "labels", "gt", "gnd", "truth", "groundtruth", "truelabel", "truelabels", "target", "targets"],
  ...["class", "classes", "classlabel", "classlabels", "classid", "ytrue", "ys", "lab", "labs", "lbl", "lbls", "l"],
  ...["lall", "cls", "category", "categories", "categoryid", "annotation", "annotations", "cluster", "clusters"],
];
/** A name with one of these words in it is one of labels, whatever stands beside it: coarse_label, image_gnd, class_id. */
const labelWords = new Set([
  ...["label", "labels", "lbl", "lbls", "gnd", "groundtruth", "truelabel", "truelabels", "class", "classes"],
  ...["category", "categories", "target", "targets", "annotation", "annotations"],
]);
/** Words that say how labels are written, or of which samples. */
const codingWords = new Set([
  ...["onehot", "one", "hot", "multi", "multihot", "binary", "bin", "vec", "vector", "all", "list", "id", "ids", "num"],
  ...["number", "index", "idx", "code", "codes", "str", "string", "matrix", "mat", "true", "coarse", "fine", "text"],
  ...["prob", "probs", "proba", "probability", "probabilities", "soft", "score", "scores", "logit", "logits"],
  ...["pred", "preds", "predicted", "prediction", "predictions"],
]);
/** What people call the class where they do not call it that. */
const subjectNames = new Set([
  ...["species", "variety", "cultivar", "diagnosis", "diagnose", "type", "group", "kind", "genre", "genres", "topic"],
  ...["topics", "activity", "emotion", "status", "outcome", "phenotype", "condition", "celltype", "subtype", "disease"],
  ...[
    "family",
    "genus",
    "quality",
    "grade",
    "stage",
    "digit",
    "result",
    "response",
    "survived",
    "tag",
    "tags",
    "subject",
  ],
]);

/** Place among the usual names of labels, counted from 0; larger for names that only contain such a word; Infinity for others. */
export function labelRank(name: string): number {
  const last = lastPart(name);
  const at = labelNames.indexOf(bare(last));
  if (at >= 0) return at;
  const own = words(last);
  const rest = own.filter((word) => !codingWords.has(word) && !isPartWord(word) && !/^\d+$/.test(word));
  if (rest.length > 0 && rest.every((word) => labelNames.includes(word))) return labelNames.indexOf(rest[0]!) + 0.5;
  const glued = labelNames.find((word) => word.length > 3 && bare(last) === `y${word}`);
  if (glued || own.some((word) => labelWords.has(word))) return 100;
  return Number.POSITIVE_INFINITY;
}

export const isLabelName = (name: string): boolean => labelRank(name) !== Number.POSITIVE_INFINITY;
export const isSubjectName = (name: string): boolean => subjectNames.has(bare(lastPart(name)));

/** Lists of names: of classes, of views, of features. */
export const isClassNames = (name: string): boolean => /class|label|categor|target|topic|gnd|concept/i.test(name);
export const isViewNames = (name: string): boolean => /view|modal/i.test(name);

/** Names of ids, the likeliest first. */
const idNames = [
  ...["id", "ids", "sampleid", "sampleids", "index", "uuid", "guid", "key", "keys", "filename", "filenames", "file"],
  ...["files", "path", "paths", "url", "urls", "uri", "name", "names", "barcode", "barcodes", "accession", "rownames"],
  ...["obsnames", "samplename", "samplenames", "cellid", "doi", "isbn"],
];
/** Ids where they count the rows or differ in all of them. */
const rowNames = new Set([
  ...["no", "nr", "num", "number", "row", "rowid", "rownumber", "sample", "samples", "case", "n", "obs", "observation"],
  ...["subject", "patient", "participant", "record", "user", "unnamed", "#"],
]);
const idWords = new Set(["id", "ids", "uuid", "guid", "filename", "file", "path", "url", "barcode", "accession"]);
/** Whoever a row belongs to; of no use as a feature even where it repeats. */
const ownerWords = new Set([
  ...["subject", "patient", "participant", "user", "fold", "folds", "batch", "session", "trial", "visit", "replicate"],
]);

/** How likely a name is one of ids: 0 and up, the least is the likeliest; Infinity where it is none. */
export function idRank(name: string): number {
  const last = lastPart(name);
  const at = idNames.indexOf(bare(last));
  if (at >= 0) return at;
  const own = words(last);
  if (own.some((word) => idWords.has(word)) && idWords.has(own.at(-1)!)) return 50;
  if (isPandasIndex(name)) return 60;
  return Number.POSITIVE_INFINITY;
}

export const isIdName = (name: string): boolean => idRank(name) !== Number.POSITIVE_INFINITY;
export const isRowName = (name: string): boolean => rowNames.has(bare(lastPart(name)) || lastPart(name).trim());
export const isOwnerName = (name: string): boolean => ownerWords.has(bare(lastPart(name)));
export const isPandasIndex = (name: string): boolean =>
  /^(unnamed[:_. ]*\d*(_level_\d+)?|__index_level_\d+__|)$/i.test(name);

/** The parts that a data set is divided into, by the words for them. */
const partWords: Readonly<Record<string, string>> = {
  ...{ train: "train", training: "train", trn: "train", tr: "train" },
  ...{ test: "test", testing: "test", tst: "test", te: "test" },
  ...{ val: "val", valid: "val", validation: "val", dev: "val" },
  ...{ query: "query", queries: "query" },
  ...{ database: "database", db: "database", retrieval: "database", gallery: "database" },
};

export const partOfWord = (word: string): string | undefined =>
  Object.hasOwn(partWords, word.toLowerCase()) ? partWords[word.toLowerCase()] : undefined;
const isPartWord = (word: string): boolean => partOfWord(word) !== undefined;

/** The part that a name belongs to, and the name without it: "X1_train" is X1 of train, "trainX" X of train. */
export function partOfName(name: string): { part: string; rest: string } | undefined {
  const pieces = name.split(/([._/ -])/);
  for (let i = 0; i < pieces.length; i += 2) {
    const piece = pieces[i]!;
    const whole = partOfWord(piece);
    if (whole !== undefined) {
      const rest = [...pieces.slice(0, Math.max(0, i - 1)), ...pieces.slice(i === 0 ? 2 : i + 1)].join("");
      return { part: whole, rest };
    }
    const [, head = "", tail = ""] =
      /^(train|test|val|query|retrieval)(?=[A-Z]|[xyl]$)(.+)$/.exec(piece)?.slice(0) ?? [];
    if (tail) return { part: partOfWord(head)!, rest: [...pieces.slice(0, i), tail, ...pieces.slice(i + 1)].join("") };
    const [, front = "", end = ""] =
      /^(.*?[a-z0-9]|[A-Z])(Train|Test|Val|Tr|Te|Query|Retrieval)$/.exec(piece) ??
      /^([XYLxyl]\d*)(train|test|val|tr|te)$/.exec(piece) ??
      [];
    if (end) return { part: partOfWord(end)!, rest: [...pieces.slice(0, i), front, ...pieces.slice(i + 1)].join("") };
  }
  return undefined;
}

/** Names of a column that says which part a sample belongs to. */
export const isSplitName = (name: string): boolean =>
  /^(split|splits|set|subset|dataset|partition|part|phase|usage|fold|traintest|istrain|istest|train|test)$/.test(
    bare(lastPart(name)),
  );

/** Lists of rows, masks and folds: names that say so. */
const listWords = new Set([
  ...["idx", "ind", "inds", "index", "indexes", "indices", "fold", "folds", "mask", "masks", "missing", "perm"],
  ...["permutation", "split", "splits", "order", "indicator", "exist", "observed", "subset", "cv", "partition"],
]);
export const isListName = (name: string): boolean => words(lastPart(name)).some((word) => listWords.has(word));

/** Graphs and kernels over the samples: square, and no features. */
const graphWords = new Set([
  ...["graph", "adj", "adjacency", "affinity", "similarity", "sim", "kernel", "kernels", "dist", "distance"],
  ...["distances", "laplacian", "knn", "neighbors", "neighbours"],
]);
export const isGraphName = (name: string): boolean => words(lastPart(name)).some((word) => graphWords.has(word));
/** Letters that stand for such a matrix in formulas. */
export const isGraphLetter = (name: string): boolean => /^[wskad]$/i.test(lastPart(name));

/** Names that multi-view files give their list of views, or the start of numbered ones, the likeliest first. */
const viewListNames = [
  ...["x", "views", "view", "data", "fea", "feas", "feature", "features", "feat", "feats", "xs", "v", "mv"],
  ...["modality", "modalities", "xdata", "datas"],
];

/** Place among those names, Infinity where it is none of them. */
export function viewRank(name: string): number {
  const at = viewListNames.indexOf(trailingDigits(bare(lastPart(name))).head);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}
