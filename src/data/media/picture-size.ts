// What size a picture is decoded to.

/** The size that a picture is decoded to, and how it gets there. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  /**
   * "contain": whole, centered on the background; "cover": centered, what is too long cut off; "fill": stretched; "inside": whole,
   * the result is as large as fits into the size (and may be larger than the file).
   */
  readonly fit: "contain" | "cover" | "fill" | "inside";
  /** What shows around and behind a picture; white by default. */
  readonly background?: string;
  /** How pixels are interpolated; "lanczos3" by default. Encoders that were trained with another filter name theirs. */
  readonly kernel?: "nearest" | "linear" | "cubic" | "lanczos3";
}
