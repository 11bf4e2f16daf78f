// A table as Markdown.
import type { TableText, TextCell } from "./layout.js";

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

export function toMarkdown({ caption, tables, notes }: TableText): string {
  const parts = tables.map(({ heading, head, rows }) => {
    const lines = [
      ["", ...head],
      ["---", ...head.map(() => "---:")],
      ...rows.map(({ title, cells }) => [escaped(title), ...cells.map(cellText)]),
    ].map((cells) => `| ${cells.join(" | ")} |`);
    return [...(heading === "" ? [] : [`**${heading}**`, ""]), ...lines].join("\n");
  });
  const below = notes.map((note, i) => `${superscript(i + 1)} ${escaped(note)}`);
  return `${[escaped(caption), ...parts, ...below].join("\n\n")}\n`;
}

function cellText({ measured, published, notes }: TextCell): string {
  const shown = [measured || (published ? "–" : ""), published && `(${published})`].filter(Boolean).join(" ");
  return shown + (notes.length > 0 ? ` ${notes.map(superscript).join(" ")}` : "");
}

function superscript(number: number): string {
  return [...`${number}`].map((digit) => superscripts[Number(digit)]).join("");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").trim();
}
