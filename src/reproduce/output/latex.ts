// A table as LaTeX, with the rules of booktabs.
import type { TableText, TextCell } from "./layout.js";

const signs: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "&": "\\&",
  "%": "\\%",
  $: "\\$",
  "#": "\\#",
  _: "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "$<$",
  ">": "$>$",
  "→": "$\\rightarrow$",
  "±": "$\\pm$",
  "×": "$\\times$",
  "−": "$-$",
  "–": "--",
  "…": "\\dots{}",
  α: "$\\alpha$",
  β: "$\\beta$",
  γ: "$\\gamma$",
  η: "$\\eta$",
  λ: "$\\lambda$",
  μ: "$\\mu$",
  "₁": "$_1$",
  "₂": "$_2$",
  "₀": "$_0$",
};

export function toLatex({ caption, remark, tables, notes }: TableText, name: string): string {
  const parts = tables.map(({ heading, head, rows }) =>
    [
      ...(heading === "" ? [] : [`\\textbf{${escaped(heading)}}\\par`]),
      `\\begin{tabular}{l${"r".repeat(head.length)}}`,
      "\\toprule",
      line(["", ...head.map(escaped)]),
      "\\midrule",
      ...rows.map(({ title, notes, cells }) => line([escaped(title) + marks(notes), ...cells.map(cellText)])),
      "\\bottomrule",
      "\\end{tabular}",
    ].join("\n"),
  );
  const below = notes.map((note, i) => `\\par\\footnotesize\\textsuperscript{${i + 1}} ${escaped(note)}`);
  return `${[
    "% needs \\usepackage{booktabs}",
    "\\begin{table}",
    "\\centering",
    `\\caption{${[caption, remark ?? ""].map(escaped).filter(Boolean).join(" ")}}`,
    `\\label{tab:${name}}`,
    parts.join("\n\\par\\medskip\n"),
    ...below,
    "\\end{table}",
  ].join("\n")}\n`;
}

function line(cells: readonly string[]): string {
  return `${cells.join(" & ")} \\\\`;
}

function cellText({ measured, published, notes }: TextCell): string {
  const shown = [escaped(measured || (published ? "–" : "")), published && `(${published})`].filter(Boolean).join(" ");
  return shown + marks(notes);
}

function marks(notes: readonly number[]): string {
  return notes.length > 0 ? `\\textsuperscript{${notes.join(",")}}` : "";
}

function escaped(text: string): string {
  return [...text.replaceAll("\n", " ").trim()].map((sign) => signs[sign] ?? sign).join("");
}
