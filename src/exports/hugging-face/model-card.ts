// README.md of an exported model: what it is, what it reached, what its files take and give, how it is run.

import { baselineRows } from "../../report/baselines.js";
import { arrows, byImportance, flatten, metricMeaning, metricName, written } from "../../report/metric-names.js";
import { javascriptCode, pythonCode } from "./card-code.js";
import { type CardFacts, cardMetadata } from "./card-metadata.js";
import type { ExportedRun } from "./describe-run.js";

/** The card, with its YAML head. @param name of the model, under which the examples load it. */
export function modelCard(name: string, exported: ExportedRun, facts: CardFacts): string {
  const { run, title, paper, views, encoders } = exported;
  const { config, result, environment } = run;
  const { dataset } = result;
  const parts = [
    `---\n${cardMetadata(name, exported, facts)}---`,
    `# ${name}`,
    `${title} (${paper}), trained with [Vantage](https://www.npmjs.com/package/vantage-ml) ${environment.vantage} for ${result.task}, as ONNX models.`,
    "## Results",
    resultText(exported),
    "## Data",
    `${inline(dataset.name)}: ${dataset.samples} samples, ${views.length} ${views.length === 1 ? "view" : "views"}${dataset.labels ? `, ${dataset.labels.classes.length} classes` : ", no labels"}. ${splitText(dataset.splits)}`,
    table(
      ["view", "columns", "made by"],
      views.map(({ name: view, columns, encoder, material }) => [
        inline(view),
        String(columns),
        encoder === undefined ? "features of the data set" : `${inline(encoder)} from ${material}`,
      ]),
    ),
    ...(facts.dataset === undefined
      ? ["The data set is not named by a repository of the Hub; where it can be had is not known here."]
      : []),
    "## Files",
    table(
      ["file", "takes", "gives"],
      encoders.map((each) => [
        `\`onnx/${each.name}.onnx\``,
        each.inputs.map(({ name: input, columns }) => `${inline(input)} [n, ${columns}]`).join(", "),
        each.outputs.map(({ name: output, columns }) => `${inline(output)} [n, ${columns}]`).join(", "),
      ]),
    ),
    "Inputs are raw features as float32; scaling is a part of the models. `config.json` has the method's options, views and class names, `preprocessor_config.json` the names of the features.",
    ...(views.some(({ encoder }) => encoder !== undefined)
      ? ["What makes features of pictures and words is not a part of the models: Vantage does it."]
      : []),
    "## Use",
    "In Python, in this folder:",
    `\`\`\`python\n${pythonCode(exported)}\n\`\`\``,
    "In JavaScript, with transformers.js, where `model` is the name of this repository:".replace(
      "`model`",
      `\`${name}\``,
    ),
    `\`\`\`js\n${javascriptCode(exported, name)}\n\`\`\``,
    "## Training",
    `Seed ${config.seed}, ${result.epochs} ${result.epochs === 1 ? "epoch" : "epochs"}, ${Number(result.seconds.toPrecision(3))} s on ${inline(environment.cpu)}. Options:`,
    `\`\`\`json\n${JSON.stringify(config.options, null, 2)}\n\`\`\``,
    ...(facts.license === undefined
      ? ["The license is not known: whoever publishes the model has to say it, with regard to that of the data."]
      : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function resultText({ run }: ExportedRun): string {
  const { metrics, baselines } = run.result;
  const rows = byImportance(flatten(metrics));
  if (rows.length === 0) return "Nothing was measured: the data has no labels.";
  const others = baselineRows(baselines);
  return table(
    ["measure", "value", ...others.map(({ name }) => name), "meaning"],
    rows.map(({ path, value }) => {
      const key = path.join("\n");
      const beside = others.map(({ measures }) => measures.find((each) => each.path.join("\n") === key)?.value);
      const cells = beside.map((each) => (each === undefined ? "" : written(each)));
      return [metricName(path), written(value), ...cells, metricMeaning(path) ?? ""];
    }),
  );
}

function splitText(splits: Readonly<Record<string, number>>): string {
  const parts = Object.entries(splits).map(([name, size]) => `${name} ${size}`);
  return parts.length === 0 ? "" : `Splits: ${parts.join(", ")}.`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return arrows(text)
    .replaceAll("|", "\\|")
    .replaceAll(/\s*\n\s*/g, " ");
}

/** A name from the data as code: nothing in it is markup. */
function inline(text: string): string {
  return `\`${text.replaceAll("`", "'").replaceAll(/\s+/g, " ")}\``;
}
