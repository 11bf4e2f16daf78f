// The code on a model card: how the ONNX models are run in Python and in JavaScript.
import type { ExportedEncoder, ExportedRun } from "./describe-run.js";

/** The encoder of all views together where there is one, else one per view. */
export function chiefEncoders({ encoders }: ExportedRun): readonly ExportedEncoder[] {
  const joint = encoders.find(({ name }) => name === "representation");
  return joint ? [joint] : encoders;
}

/** Python that takes features from `views.npz` where it is there, and zeros otherwise. */
export function pythonCode(exported: ExportedRun): string {
  const { classes } = exported;
  const chief = chiefEncoders(exported);
  const [first] = chief as [ExportedEncoder];
  const output = outputOf(first);
  const hasBits = first.outputs.some(({ name }) => name === "bits");
  const hasClasses = classes !== undefined && first.outputs.some(({ name }) => name === "probabilities");
  const lines = [
    "import numpy as np",
    "import onnxruntime as ort",
    "",
    "# Raw features, one row a sample, as float32; scaling is a part of the models.",
    "views = {",
    ...inputsOf(chief).map(({ name, columns }) => `    ${text(name)}: np.zeros((1, ${columns}), dtype=np.float32),`),
    "}",
  ];
  if (chief.length === 1 && first.name === "representation") {
    lines.push(
      `session = ort.InferenceSession("onnx/representation.onnx")`,
      `representation = session.run([${text(output)}], views)[0]`,
    );
    if (hasClasses) {
      lines.push(
        `classes = np.array(${JSON.stringify(classes)})`,
        `predicted = classes[session.run(["probabilities"], views)[0].argmax(axis=1)]`,
      );
    }
    return lines.join("\n");
  }
  lines.push(
    "models = {",
    ...chief.map(({ name, inputs }) => `    ${text(inputs[0]!.name)}: ${text(`onnx/${name}.onnx`)},`),
    "}",
    "encoded = {}",
    "for view, path in models.items():",
    "    session = ort.InferenceSession(path)",
    `    encoded[view] = session.run([${text(output)}], {view: views[view]})[0]`,
  );
  if (hasBits) {
    lines.push("# Hash codes: bit 1 for a positive value, eight bits a byte.");
    lines.push("codes = {view: np.packbits(values > 0, axis=1) for view, values in encoded.items()}");
  }
  return lines.join("\n");
}

/** transformers.js: one model file, its inputs by name. */
export function javascriptCode(exported: ExportedRun, repository: string): string {
  const [first] = chiefEncoders(exported) as [ExportedEncoder];
  const inputs = first.inputs.map(
    ({ name, columns }) => `  ${text(name)}: new Tensor("float32", new Float32Array(${columns}), [1, ${columns}]),`,
  );
  return [
    `import { AutoModel, Tensor } from "@huggingface/transformers";`,
    "",
    `const model = await AutoModel.from_pretrained(${text(repository)}, { model_file_name: ${text(first.name)}, dtype: "fp32" });`,
    `const { ${outputOf(first)} } = await model({`,
    ...inputs,
    "});",
    `console.log(${outputOf(first)}.dims); // [1, ${first.outputs.find(({ name }) => name === outputOf(first))!.columns}]`,
  ].join("\n");
}

function outputOf({ outputs }: ExportedEncoder): string {
  return outputs.find(({ name }) => name === "representation" || name === "code")?.name ?? outputs[0]!.name;
}

function inputsOf(encoders: readonly ExportedEncoder[]) {
  return [...new Map(encoders.flatMap(({ inputs }) => inputs).map((input) => [input.name, input])).values()];
}

/** A text as Python and JavaScript both read it. */
function text(value: string): string {
  return JSON.stringify(value);
}
