// Features from raw words and pictures, for views of data sets that know how.
import { emojiTextFeatures, type Language, languages, makers } from "../../data/sets/emoji/index.js";
import { UserError } from "../../errors.js";
import type { FeatureSource, IndexView } from "../index/index-folder.js";
import { type PictureAsker, PictureReader } from "./picture-reader.js";

export type ContentKind = "features" | "words" | "image";

/** How the features of a data set's view are made from raw material; undefined where that is not known. */
export function featureSource(dataset: string, view: string, columns: number): FeatureSource | undefined {
  const known = dataset === "emoji" && ([...makers, ...languages] as string[]).includes(view);
  return known && columns > 0 ? { emoji: view } : undefined;
}

export function takes({ features }: IndexView): ContentKind[] {
  if (features === undefined) return ["features"];
  return (languages as readonly string[]).includes(features.emoji) ? ["features", "words"] : ["features", "image"];
}

export class RawFeatures {
  readonly #pictures = new PictureReader();

  /** @throws UserError where the view takes no words, or they hold no letter and no digit. */
  async ofWords(view: IndexView, words: string): Promise<Float32Array> {
    if (!takes(view).includes("words")) throw new UserError(`view "${view.name}" takes no words`);
    const features = await emojiTextFeatures(view.features!.emoji as Language, words);
    if (!features.some((value) => value !== 0)) throw new UserError("the words hold no letter and no digit");
    return features;
  }

  /** @throws UserError where the view takes no pictures, or the bytes are neither a PNG nor an SVG file. */
  async ofImage(view: IndexView, bytes: Uint8Array, asker: PictureAsker = {}): Promise<Float32Array> {
    if (!takes(view).includes("image")) throw new UserError(`view "${view.name}" takes no pictures`);
    return this.#pictures.features(bytes, asker);
  }

  close(): void {
    this.#pictures.close();
  }
}
