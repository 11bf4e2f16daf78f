// The emoji as a collection: a maker's pictures, English names and keywords, which is what `vantage demo` opens.
import { openDataset } from "../data/catalog.js";
import { MultiViewDataset } from "../data/dataset.js";
import { emojiTexts } from "../data/sets/emoji/index.js";
import { encodeViews } from "../encoders/encode-views.js";
import type { Collection } from "./collection.js";
import { holdOut } from "./held-out.js";

const [pictures, words] = ["noto", "en"] as const;

/**
 * 1594 emoji: pictures as the data set has them, words by the encoder that knows every word, a tenth of the pairs held out.
 * @throws MissingPackageError where the packages of the data set are not installed.
 */
export async function emojiCollection(seed: number): Promise<Collection> {
  const emoji = await openDataset("emoji", { labels: "subgroup" });
  const texts = (await emojiTexts(words)).map((text) => [text]);
  const ids = emoji.ids!;
  const rows = Int32Array.from(ids.keys());
  const heldOut = holdOut(
    rows,
    ids.map((id) => [id]),
    seed,
  );
  const media = { name: emoji.name, ids, texts, source: emoji.source!, notes: [] };
  const spec = { name: "text", material: "words", encoder: "builtin:words" } as const;
  const encoded = await encodeViews(media, [spec], { corpus: heldOut.train });
  const [image] = emoji.selectViews([pictures]).views;
  const data = new MultiViewDataset(
    {
      name: emoji.name,
      views: [{ ...image!, name: "image" }, encoded.views[0]!],
      labels: emoji.labels!,
      ids,
      source: emoji.source!,
      encoders: { image: emoji.encoders![pictures]!, ...encoded.encoders },
    },
    { values: "trusted" },
  );
  // The index adds names and pictures by itself.
  return { data, heldOut, details: new Map(ids.map((id, row) => [id, { text: texts[row]![0]! }])) };
}
