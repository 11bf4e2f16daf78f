// What an encoder is: raw pictures or words to rows of numbers.
import type { Engine } from "../core/runtime/index.js";
import type { PictureSize, Pixels } from "../data/media/decode.js";

/** What an encoder takes. */
export type Material = "pictures" | "words";

interface EncoderBase {
  /** The spec that it was opened by, such as `builtin:words`. */
  readonly spec: string;
  /** Numbers in a row. */
  readonly dimensions: number;
  /** 64 hexadecimal digits that change with everything that its rows depend on: algorithm, settings, weights, what was learned. */
  readonly identity: string;
  /** What it learned from its corpus, as text by which `openEncoder` makes it again. */
  readonly state?: string;
  /** Whether making a row takes so long that rows are kept in the feature cache. */
  readonly isCostly: boolean;
  /** Frees what it holds; it is not used afterwards. */
  release(): Promise<void>;
}

/** Pictures of one size to rows. Calls may overlap. */
export interface PictureEncoder extends EncoderBase {
  readonly material: "pictures";
  /** How its pictures are decoded; "emoji": drawn as those of the emoji data set are. */
  readonly decoding: PictureSize | "emoji";
  /** Rows one after the other, pictures × dimensions. @throws the signal's reason once it is given. */
  encode(pictures: readonly Pixels[], signal?: AbortSignal): Promise<Float32Array>;
}

/** Texts to rows. Calls may overlap. */
export interface WordEncoder extends EncoderBase {
  readonly material: "words";
  /** Whether most numbers of a row are 0. */
  readonly isSparse: boolean;
  /** What becomes of several captions of a sample: one text, or the mean of their unit rows, brought to unit length. */
  readonly captions: "joined" | "mean";
  /** Whether it has learned none of a text's words, so that its row goes by their spelling alone; absent where it cannot say. */
  knowsNone?(text: string): boolean;
  /** Rows one after the other, texts × dimensions; of a text without any word all 0. @throws the signal's reason once it is given. */
  encode(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array>;
}

/** What turns raw pictures or words into rows of numbers. */
export type Encoder = PictureEncoder | WordEncoder;

/** What encoders are opened with. */
export interface EncoderContext {
  /** What the encoder is to take; needed where a model has an encoder for each. */
  readonly material?: Material;
  /** Runs the models of `onnx:`. Default: one that all share. */
  readonly engine?: Engine;
  /** What an encoder of this spec learned before (its `state`). */
  readonly state?: string;
  /** What an encoder that learns is fitted on, where there is no `state`. */
  readonly corpus?: readonly string[];
}

/** A kind of encoder, found by what stands before the first colon of a spec. */
export interface EncoderDefinition {
  readonly scheme: string;
  /** What may stand after the colon, for help and messages. */
  readonly form: string;
  readonly about: string;
  /** Whether it reads files or asks hosts that an index or run folder does not hold. */
  readonly isOutside: boolean;
  /** @throws UserError where there is no such encoder, or it cannot be used. */
  open(rest: string, context: EncoderContext): Promise<Encoder>;
}
