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

export function shown(id: string, metadata: Metadata = {}): Shown {
  const { title, text: words, thumbnail, link, label } = metadata;
  const address = text(thumbnail);
  return {
    title: text(title) ?? id,
    words: text(words) ?? text(title) ?? id,
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
