// A table as Markdown.
import type { TableText, TextCell } from "./layout.js";

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

export function toMarkdown({ caption, remark, tables, notes }: TableText): string {
  const parts = tables.map(({ heading, head, rows }) => {
    const lines = [
      ["", ...head],
      ["---", ...head.map(() => "---:")],
      ...rows.map(({ title, notes, cells }) => [marked(escaped(title), notes), ...cells.map(cellText)]),
    ].map((cells) => `| ${cells.join(" | ")} |`);
    return [...(heading === "" ? [] : [`**${heading}**`, ""]), ...lines].join("\n");
  });
  const below = notes.map((note, i) => `${superscript(i + 1)} ${escaped(note)}`);
  const above = [caption, remark ?? ""].map(escaped).filter(Boolean).join(" ");
  return `${[above, ...parts, ...below].join("\n\n")}\n`;
}

function cellText({ measured, published, notes }: TextCell): string {
  const shown = [measured || (published ? "–" : ""), published && `(${published})`].filter(Boolean).join(" ");
  return marked(shown, notes);
}

function marked(text: string, notes: readonly number[]): string {
  return [text, ...notes.map(superscript)].filter(Boolean).join(" ");
}

function superscript(number: number): string {
  return [...`${number}`].map((digit) => superscripts[Number(digit)]).join("");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").trim();
}
