// What is shown of an item: read from its metadata, whichever of title, thumbnail, link and label are there.
export interface Shown {
  readonly title: string;
  /** What is shown where there is no picture: the item's text, else its title. */
  readonly words: string;
  /** Address of a picture on this server, or a data address. */
  readonly thumbnail?: string;
  readonly link?: string;
  readonly labels: readonly string[];
}

type Metadata = Readonly<Record<string, unknown>>;

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A label may be anything that is JSON. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Keywords that are stored with bars between them, as people write them. */
function spoken(words: string): string {
  return words.split(/\s+\|\s+/).join(", ");
}

/**
 * A text without the signs that make a keycap of the one before them ("#\ufe0f\u20e3" is "#"): few fonts have them, and the box that
 * stands for a missing sign says nothing.
 */
export function readable(text: string): string {
  return text.replaceAll(/\ufe0f?\u20e3/g, "");
}

export function shown(id: string, metadata: Metadata = {}): Shown {
  const { title, text: words, thumbnail, link, label } = metadata;
  const address = text(thumbnail);
  return {
    title: readable(spoken(text(title) ?? id)),
    words: readable(spoken(text(words) ?? text(title) ?? id)),
    ...(address !== undefined && { thumbnail: address }),
    ...(/^https?:\/\//.test(text(link) ?? "") && { link: text(link) }),
    labels: [label ?? []].flat().map(asText),
  };
}

/** Whether two items have a label in common; undefined where one has none. */
export function agrees(a: readonly string[], b: readonly string[]): boolean | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  return a.some((label) => b.includes(label));
}
