// The documentation as tests read it: pages, their fenced examples, headings, links and inline code.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));

export interface Page {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly examples: readonly Example[];
  /** What a link may name behind a #. */
  readonly anchors: ReadonlySet<string>;
  /** Targets as they are written; other pages' addresses are left out. */
  readonly links: readonly { readonly line: number; readonly path: string; readonly anchor?: string }[];
  /** What stands in backticks. */
  readonly code: readonly { readonly line: number; readonly text: string }[];
}

/** A fenced block. */
export interface Example {
  /** Such as `docs/search.md:6`. */
  readonly place: string;
  readonly language: string;
  readonly text: string;
  /** Why it is not run, as the comment before it says: `<!-- example not run: … -->`. */
  readonly notRun?: string;
}

/** README, CONTRIBUTING and everything in docs. */
export function pages(): Page[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).sort();
  const paths = docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name.split(sep).join("/")}`);
  return ["README.md", "CONTRIBUTING.md", ...paths].map((path) => readPage(path));
}

export function readPage(path: string): Page {
  const page = { path, examples: [] as Example[], anchors: new Set<string>(), links: [], code: [] } as Page & {
    examples: Example[];
    anchors: Set<string>;
    links: { line: number; path: string; anchor?: string }[];
    code: { line: number; text: string }[];
  };
  const seen = new Map<string, number>();
  let open: { line: number; indent: number; language: string; notRun?: string; lines: string[] } | undefined;
  let notRun: string | undefined;
  /** The page without its fenced blocks. */
  const prose: string[] = [];
  for (const [i, text] of readFileSync(join(root, path), "utf8").split("\n").entries()) {
    const fence = /^( *)```(.*)$/.exec(text);
    prose.push(open !== undefined || fence ? "" : text);
    if (open !== undefined) {
      if (fence?.[2] !== "") {
        open.lines.push(text.slice(open.indent));
        continue;
      }
      const { line, language, lines } = open;
      page.examples.push({ place: `${path}:${line}`, language, text: lines.join("\n") + "\n", notRun: open.notRun });
      open = undefined;
      notRun = undefined;
      continue;
    }
    if (fence) {
      open = { line: i + 1, indent: fence[1]!.length, language: fence[2]!.trim(), notRun, lines: [] };
      continue;
    }
    const comment = /^ *<!-- example not run: (.+) -->$/.exec(text);
    if (comment || text.trim() !== "") notRun = comment?.[1];
    const heading = /^#{1,6} (.*)$/.exec(text);
    if (heading) addAnchor(page.anchors, seen, heading[1]!);
    for (const [, id] of text.matchAll(/<a id="([^"]+)">/g)) page.anchors.add(id!);
  }
  if (open !== undefined) throw new Error(`${path}:${open.line}: the block has no end`);
  const text = prose.join("\n");
  const lineAt = (index: number) => text.slice(0, index).split("\n").length;
  // Code in backticks may go on in the next line, and not beyond an empty one.
  const inline = /`((?:[^`\n]|\n(?!\s*\n))+)`/g;
  for (const { index, 1: code } of text.matchAll(inline)) {
    page.code.push({ line: lineAt(index), text: code!.replaceAll(/\s+/g, " ") });
  }
  const blanked = text.replaceAll(inline, (code) => code.replaceAll(/[^\n]/g, "`"));
  for (const { index, 1: target } of blanked.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target!)) continue;
    const [file = "", anchor] = target!.split("#");
    page.links.push({ line: lineAt(index), path: file === "" ? path : linked(path, file), anchor });
  }
  return page;
}

function linked(page: string, target: string): string {
  const path = relative(root, resolve(root, dirname(page), decodeURI(target)));
  return path.split(sep).join(posix.sep);
}

/** The anchor that GitHub gives a heading: a second one of the same words gets -1. */
function addAnchor(anchors: Set<string>, seen: Map<string, number>, heading: string): void {
  const words = heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/\\(.)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
  const before = seen.get(words);
  seen.set(words, (before ?? -1) + 1);
  anchors.add(before === undefined ? words : `${words}-${before + 1}`);
}
