// The emoji that every maker has drawn, in Unicode's order, with their names and groups.
import { readPackageJson } from "./package-json.js";

/** Icon packages by the names of their views. */
export const makerPackages = {
  noto: "@iconify-json/noto",
  twemoji: "@iconify-json/twemoji",
  openmoji: "@iconify-json/openmoji",
  fluent: "@iconify-json/fluent-emoji-flat",
} as const;

export type Maker = keyof typeof makerPackages;
export const makers = Object.keys(makerPackages) as Maker[];

/** Languages that emojibase-data has names and keywords in. */
export const languages = [
  ...["en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "et", "lt", "pl", "hu", "ru", "uk"],
  ...["ja", "zh", "zh-hant", "ko", "th", "vi", "ms", "hi", "bn", "en-gb", "es-mx"],
] as const;
export type Language = (typeof languages)[number];

export interface Emoji {
  /** The characters, as "🐈". */
  readonly text: string;
  /** Its code points in hexadecimal, joined by "-", as emojibase writes them. */
  readonly code: string;
  /** English name. */
  readonly name: string;
  /** Unicode's groups, such as animals-nature, and subgroups, such as animal-mammal. */
  readonly group: string;
  readonly subgroup: string;
  /** What its icon is called in each maker's package. */
  readonly icons: Readonly<Record<Maker, string>>;
}

/** An entry of emojibase-data's data.json. */
export interface EmojibaseEntry {
  readonly hexcode: string;
  readonly emoji: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly order?: number;
  readonly group?: number;
  readonly subgroup?: number;
}

interface EmojibaseGroups {
  readonly groups: Readonly<Record<string, string>>;
  readonly subgroups: Readonly<Record<string, string>>;
}

let list: Promise<readonly Emoji[]> | undefined;

/**
 * All emoji that have a picture by every maker, so that rows mean the same whichever views are taken. Skin tones, parts of
 * emoji (tones, hair, letters of flags) and country flags (which two of the makers leave out) are not among them.
 * @throws UserError where a package is missing.
 */
export function emojiList(): Promise<readonly Emoji[]> {
  list ??= readList();
  return list;
}

async function readList(): Promise<readonly Emoji[]> {
  const [entries, names, ...icons] = await Promise.all([
    readPackageJson<EmojibaseEntry[]>("emojibase-data/en/data.json"),
    readPackageJson<EmojibaseGroups>("emojibase-data/meta/groups.json"),
    ...makers.map((maker) => readPackageJson<Record<string, string>>(`${makerPackages[maker]}/chars.json`)),
  ]);
  const byCode = icons.map((chars) => new Map(Object.entries(chars).map(([code, icon]) => [plain(code), icon])));
  const emoji: Emoji[] = [];
  for (const { hexcode, emoji: text, label, group, subgroup } of entries.sort((a, b) => a.order! - b.order!)) {
    const found = byCode.map((map) => map.get(plain(hexcode)));
    if (group === undefined || subgroup === undefined || names.groups[group] === "component") continue;
    if (found.includes(undefined)) continue;
    emoji.push({
      text,
      code: hexcode,
      name: label,
      group: names.groups[group]!,
      subgroup: names.subgroups[subgroup]!,
      icons: Object.fromEntries(makers.map((maker, m) => [maker, found[m]])) as Record<Maker, string>,
    });
  }
  return emoji;
}

/** Code points without the variation selectors and leading zeros that the packages disagree on. */
function plain(code: string): string {
  const points = code.toLowerCase().split("-");
  return points
    .filter((point) => point !== "fe0f")
    .map((point) => point.replace(/^0+/, ""))
    .join("-");
}
