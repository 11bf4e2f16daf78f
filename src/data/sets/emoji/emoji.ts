// The emoji as a data set: pictures by several makers, names and keywords in several languages, groups as labels.
import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../../errors.js";
import { cached } from "../../cache.js";
import { MultiViewDataset, type View } from "../../dataset.js";
import { type DenseMatrix, dense, type SparseMatrix } from "../../matrix.js";
import { type Emoji, type EmojibaseEntry, emojiList, type Language, type Maker, makers } from "./emoji-list.js";
import { imageDimensions, imageFeatures, imageRecipe, type Picture } from "./image-features.js";
import { readPackageJson } from "./package-json.js";
import { type DrawHooks, pictureBytes, pictureSide, pictures, sourceVersions } from "./pictures.js";
import { emojiSplits } from "./split.js";
import { fitVocabulary, textFeatures, type Vocabulary } from "./text-features.js";

export type EmojiView = Maker | Language;

/** What the classes are: Unicode's ten or so groups, or their subgroups. */
export const emojiLabelings = ["group", "subgroup"] as const;

export interface EmojiOptions extends DrawHooks {
  /** Makers give pictures, languages give texts. Default noto, twemoji, en. */
  readonly views?: readonly EmojiView[];
  /** Default group. */
  readonly labels?: (typeof emojiLabelings)[number];
}

export const defaultEmojiViews: readonly EmojiView[] = ["noto", "twemoji", "en"];

/**
 * One sample per emoji that all makers have drawn, so that rows, ids ("🐈 cat") and splits are the same whichever views are
 * taken. Pictures become 580 dense features (`imageFeatures`), texts up to 3000 sparse ones (`textFeatures`, with the
 * vocabulary of the database's texts). Splits: `query` = `test`, `database` = `train` (`emojiSplits`).
 * @throws UserError where an npm package is missing, or no view is named.
 */
export async function emoji(options: EmojiOptions = {}): Promise<MultiViewDataset> {
  const { views: names = defaultEmojiViews, labels = "group", onProgress = () => {}, onNote } = options;
  if (names.length === 0) throw new UserError("emoji: no view is chosen");
  const list = await emojiList();
  const drawn = names.filter(isMaker);
  const views: View[] = [];
  let isDrawing = false;
  for (const name of names) {
    const share = (part: number) => {
      isDrawing = true;
      onProgress((drawn.indexOf(name as Maker) + part) / drawn.length);
    };
    const matrix = isMaker(name) ? await imageView(name, list, { onProgress: share, onNote }) : await textView(name);
    views.push({ name, matrix });
  }
  if (isDrawing) onProgress(1);
  const classes = [...new Set(list.map((each) => each[labels]))];
  return new MultiViewDataset({
    name: "emoji",
    views,
    labels: {
      kind: "single",
      values: Int32Array.from(list, (each) => classes.indexOf(each[labels])),
      names: classes,
    },
    ids: list.map(({ text, name }) => `${text} ${name}`),
    splits: emojiSplits(list),
    encoders: Object.fromEntries(
      names.map((name) => [name, { encoder: `emoji:${name}`, material: isMaker(name) ? "pictures" : "words" }]),
    ),
    source: `emoji:views=${names.join("/")},labels=${labels}`,
  });
}

function isMaker(view: EmojiView): view is Maker {
  return (makers as readonly string[]).includes(view);
}

async function imageView(
  maker: Maker,
  list: readonly Emoji[],
  { onProgress, onNote }: DrawHooks,
): Promise<DenseMatrix> {
  const bytes = await cached(
    `emoji-features-${imageRecipe}-${await sourceVersions(maker)}.bin`,
    list.length * imageDimensions * Float32Array.BYTES_PER_ELEMENT,
    async () => {
      const pixels = await pictures(maker, list, { onProgress, onNote });
      const features = new Float32Array(list.length * imageDimensions);
      for (let row = 0; row < list.length; row++) {
        if (row % 100 === 0) await nextTurn();
        features.set(imageFeatures(pictureAt(pixels, row)), row * imageDimensions);
      }
      return new Uint8Array(features.buffer);
    },
    onNote,
  );
  // A copy begins where float32 may begin.
  return dense(list.length, imageDimensions, new Float32Array(Uint8Array.from(bytes).buffer));
}

function pictureAt(pixels: Uint8Array, row: number): Picture {
  return {
    width: pictureSide,
    height: pictureSide,
    pixels: pixels.subarray(row * pictureBytes, (row + 1) * pictureBytes),
  };
}

async function textView(language: Language): Promise<SparseMatrix> {
  const { vocabulary, texts } = await corpus(language);
  return textFeatures(vocabulary, texts);
}

interface Corpus {
  readonly vocabulary: Vocabulary;
  /** Name and keywords of each emoji. */
  readonly texts: readonly string[];
}

const corpora = new Map<Language, Promise<Corpus>>();

function corpus(language: Language): Promise<Corpus> {
  let known = corpora.get(language);
  if (!known) {
    known = readCorpus(language);
    corpora.set(language, known);
  }
  return known;
}

async function readCorpus(language: Language): Promise<Corpus> {
  const list = await emojiList();
  const entries = await readPackageJson<EmojibaseEntry[]>(`emojibase-data/${language}/data.json`);
  const byCode = new Map(entries.map(({ hexcode, label, tags = [] }) => [hexcode, [label, ...tags].join(" | ")]));
  const texts = list.map(({ code }) => byCode.get(code)!);
  const { database } = emojiSplits(list);
  return { vocabulary: fitVocabulary(Array.from(database!, (row) => texts[row]!)), texts };
}

/** What the texts of a language become rows by. */
export async function emojiVocabulary(language: Language): Promise<Vocabulary> {
  return (await corpus(language)).vocabulary;
}

/** Any text as a row of the view of that language: what a search with words starts from. */
export async function emojiTextFeatures(language: Language, text: string): Promise<Float32Array> {
  const { vocabulary } = await corpus(language);
  const { columns, indices, values } = textFeatures(vocabulary, [text]);
  const row = new Float32Array(columns);
  indices.forEach((column, e) => {
    row[column] = values[e]!;
  });
  return row;
}

/** Name and keywords of each emoji in a language, separated by " | ", in the order of the samples. */
export async function emojiTexts(language: Language): Promise<readonly string[]> {
  return (await corpus(language)).texts;
}

/** The pictures that a maker's view is made from, in the order of the samples: `pictureSide` pixels square, without alpha. */
export async function emojiPictures(maker: Maker, hooks?: DrawHooks): Promise<Picture[]> {
  const list = await emojiList();
  const pixels = await pictures(maker, list, hooks);
  return list.map((_, row) => pictureAt(pixels, row));
}
