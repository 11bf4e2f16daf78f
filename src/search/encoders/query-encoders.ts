// Features of words and pictures that a query or a new item consists of, made by the encoders that the index remembers.
import type { Engine } from "../../core/runtime/index.js";
import type { Encoder } from "../../encoders/encoder.js";
import { isOutside } from "../../encoders/registry.js";
import { reopenEncoder } from "../../encoders/remembered.js";
import { UserError } from "../../errors.js";
import { ownValue } from "../../records.js";
import type { IndexFolder, IndexView } from "../index/index-folder.js";
import { type PictureAsker, PictureReader } from "./picture-reader.js";

export type ContentKind = "features" | "words" | "image";

/** What a view's items and queries can be made from. */
export function takes({ features }: IndexView): ContentKind[] {
  if (features === undefined) return ["features"];
  return ["features", features.material === "words" ? "words" : "image"];
}

/** The encoders of an index, each opened when it is first needed. */
export class QueryEncoders {
  readonly #pictures = new PictureReader();
  readonly #encoders = new Map<string, Promise<Encoder>>();

  /**
   * @param allowed specs of encoders that read files or ask hosts outside the index and may be used: an index may be a stranger's.
   */
  constructor(
    private readonly index: Pick<IndexFolder, "manifest" | "states">,
    private readonly engine: Engine,
    private readonly allowed: readonly string[],
  ) {}

  /**
   * @param onNote receives that none of the words is known to the encoder, which then goes by their spelling.
   * @throws UserError where the view takes no words, or they hold no word.
   */
  async ofWords(
    view: IndexView,
    words: string,
    { signal, onNote }: { readonly signal?: AbortSignal; onNote?(note: string): void } = {},
  ): Promise<Float32Array> {
    const encoder = await this.#encoder(view, "words");
    if (encoder.material !== "words") throw new UserError(`view "${view.name}" takes no words`);
    const features = await encoder.encode([words], signal);
    if (!features.some((value) => value !== 0)) throw new UserError("the words contain no letters or digits");
    if (encoder.knowsNone?.(words)) {
      onNote?.("the index knows none of these words: hits depend on their spelling alone");
    }
    return features;
  }

  /** @throws UserError where the view takes no pictures, or the bytes are none that can be decoded. */
  async ofImage(view: IndexView, bytes: Uint8Array, asker: PictureAsker = {}): Promise<Float32Array> {
    const encoder = await this.#encoder(view, "image");
    if (encoder.material !== "pictures") throw new UserError(`view "${view.name}" takes no pictures`);
    return encoder.encode([await this.#pictures.pixels(bytes, encoder.decoding, asker)], asker.signal);
  }

  /** Opens a view's encoder, so that the first query need not wait for it. */
  async warm(view: IndexView): Promise<void> {
    if (view.features !== undefined && this.#mayOpen(view.features.encoder)) await this.#open(view);
  }

  async close(): Promise<void> {
    this.#pictures.close();
    for (const encoder of this.#encoders.values()) await (await encoder.catch(() => undefined))?.release();
    this.#encoders.clear();
  }

  #encoder(view: IndexView, kind: "words" | "image"): Promise<Encoder> {
    if (!takes(view).includes(kind)) {
      throw new UserError(`view "${view.name}" takes no ${kind === "words" ? "words" : "pictures"}`);
    }
    return this.#open(view);
  }

  #mayOpen(spec: string): boolean {
    return !isOutside(spec) || this.allowed.includes(spec);
  }

  #open(view: IndexView): Promise<Encoder> {
    let opened = this.#encoders.get(view.name);
    if (opened === undefined) {
      opened = this.#reopen(view);
      this.#encoders.set(view.name, opened);
      opened.catch(() => this.#encoders.delete(view.name));
    }
    return opened;
  }

  async #reopen({ name, columns, features }: IndexView): Promise<Encoder> {
    const { encoder: spec } = features!;
    if (!this.#mayOpen(spec)) {
      throw new UserError(
        `view "${name}" is encoded by "${spec}", which is not in the index: allow it with --encoder "${spec}"`,
      );
    }
    const state = ownValue(this.index.states, name);
    const encoder = await reopenEncoder({ ...features!, ...(state !== undefined && { state }) }, this.engine);
    if (encoder.dimensions === columns) return encoder;
    await encoder.release();
    throw new UserError(`view "${name}" has ${columns} features, encoder "${spec}" gives ${encoder.dimensions}`);
  }
}
