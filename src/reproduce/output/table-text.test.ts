// The three forms of a table: the same figures, escaped for each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import type { Definition } from "../definition.js";
import { cellsOf } from "../grid.js";
import { fillCell, type RunState } from "../summary.js";
import { toCsv } from "./csv.js";
import { toLatex } from "./latex.js";
import { layTable } from "./layout.js";
import { toMarkdown } from "./markdown.js";

const definition: Definition = {
  name: "tiny",
  title: "Tiny & small",
  source: "nobody, Table 1",
  note: "50% of it",
  unit: "fraction",
  digits: 3,
  measures: [
    { name: "map.i->t", title: "I→T" },
    { name: "map.t->i", title: "T→I" },
  ],
  seeds: [0, 1],
  settings: {},
  columns: [16, 32].map((bits) => ({ title: `${bits}`, group: "SET_1", methods: {}, bits })),
  rows: [
    { title: "A|B", method: "dchn", note: 'Other, "odd" data.', published: { "map.i->t": [0.83, 0.9] } },
    { title: "Others", published: { "map.t->i": [0.5, null] } },
  ],
};

const found = (it: number, ti: number): RunState => ({
  state: "finished",
  metrics: { map: { "i->t": it, "t->i": ti } },
});
const cells = cellsOf(definition).map((cell) => {
  const first = cell.column === "16";
  const runs = new Map<number, RunState>([
    [0, found(0.8, 0.7)],
    [1, first ? found(0.81, 0.7) : { state: "failed", message: "too wide" }],
  ]);
  return fillCell(definition, { cell, runs: cell.settings === undefined ? new Map() : runs });
});
const text = layTable(definition, cells);

test("Markdown: a table for each group, published figures in brackets, notes below", () => {
  assert.equal(
    toMarkdown(text),
    `Tiny & small (nobody, Table 1). Mean ± sample deviation over the seeds; published figures in brackets. 50% of it

**SET_1**

|  | I→T 16 | I→T 32 | T→I 16 | T→I 32 | seeds |
| --- | ---: | ---: | ---: | ---: | ---: |
| A\\|B ¹ | 0.805 ± 0.007 (0.830) | 0.800 (0.900) ² | 0.700 ± 0.000 | 0.700 | 1 to 2 |
| Others |  |  | – (0.500) |  |  |

¹ Other, "odd" data.

² Failed: seed 1: too wide
`,
  );
});

test("LaTeX: booktabs, and nothing that TeX would take for a command", () => {
  const latex = toLatex(text, "tiny");
  for (const line of [
    "\\caption{Tiny \\& small (nobody, Table 1). Mean $\\pm$ sample deviation over the seeds; published figures in brackets. 50\\% of it}",
    "\\textbf{SET\\_1}\\par",
    "\\begin{tabular}{lrrrrr}",
    " & I$\\rightarrow$T 16 & I$\\rightarrow$T 32 & T$\\rightarrow$I 16 & T$\\rightarrow$I 32 & seeds \\\\",
    "A|B\\textsuperscript{1} & 0.805 $\\pm$ 0.007 (0.830) & 0.800 (0.900)\\textsuperscript{2} & 0.700 $\\pm$ 0.000 & 0.700 & 1 to 2 \\\\",
    "Others &  &  & -- (0.500) &  &  \\\\",
    "\\bottomrule",
  ]) {
    assert.ok(latex.split("\n").includes(line), `${line}\nin\n${latex}`);
  }
  const opened = latex.match(/\\begin\{\w+\}/g)!.length;
  assert.equal(latex.match(/\\end\{\w+\}/g)!.length, opened);
});

test("CSV: a line for each cell and measure, read back as it was", () => {
  const lines = parse(toCsv(definition, cells), { columns: true }) as Record<string, string>[];
  assert.equal(lines.length, 8);
  const [first] = lines;
  assert.deepEqual(
    { ...first, mean: Number(first!.mean).toFixed(9), deviation: Number(first!.deviation).toFixed(9) },
    {
      row: "A|B",
      group: "SET_1",
      column: "16",
      measure: "map.i->t",
      unit: "fraction",
      mean: "0.805000000",
      deviation: "0.007071068",
      seeds: "2",
      wanted: "2",
      published: "0.83",
      notes: 'Other, "odd" data.',
    },
  );
  assert.deepEqual(lines[2], { ...lines[2], mean: "0.8", deviation: "", seeds: "1", published: "0.9" });
});
