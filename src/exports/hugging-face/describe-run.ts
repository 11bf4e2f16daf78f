// What an exported model says of itself: its encoders, views, classes and results, read from a finished run.
import { readdirSync } from "node:fs";
import { EncoderFile } from "../../core/onnx/encoder-file.js";
import { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { inside, readRegular } from "../../inside.js";
import { findMethod } from "../../methods/index.js";
import type { RunResult } from "../../runs/result.js";
import { openRun, type SavedRun } from "../../runs/run-folder.js";
import { readViewEncodings } from "../../runs/view-encodings.js";
import { openModel } from "../../train/saved-model.js";

/** An ONNX model. */
export interface ExportedEncoder {
  /** Without its ending. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

interface Port {
  readonly name: string;
  readonly columns: number;
}

/** A view as the encoders take it: raw features, scaled inside the models. */
export interface ExportedView {
  readonly name: string;
  readonly columns: number;
  /** Names of the columns, where the data had any. */
  readonly features?: readonly string[];
  /** The encoder that made features of pictures or words. */
  readonly encoder?: string;
  readonly material?: "pictures" | "words";
}

/** A finished run as it is exported. */
export interface ExportedRun {
  readonly run: SavedRun & { readonly result: RunResult };
  readonly title: string;
  readonly paper: string;
  readonly views: readonly ExportedView[];
  readonly encoders: readonly ExportedEncoder[];
  /** Classes that the model predicts, in the order of its probabilities. */
  readonly classes?: readonly string[];
}

/** @throws UserError where the folder is no run, or the run is not finished. */
export async function describeRun(folder: string): Promise<ExportedRun> {
  const run = openRun(folder);
  const { result } = run;
  if (result === undefined) {
    throw new UserError(`${folder} is not finished: vantage train ${run.config.method} --resume ${folder} ends it`);
  }
  const encodings = readViewEncodings(folder);
  const engine = await Engine.open({ threads: 1 });
  try {
    const { method, restore } = openModel(folder, engine);
    await restore();
    const views = method.views.map(({ name, columns, features }): ExportedView => {
      const encoding = Object.hasOwn(encodings, name) ? encodings[name] : undefined;
      return {
        ...{ name, columns },
        ...(features && { features }),
        ...(encoding && { encoder: encoding.encoder, material: encoding.material }),
      };
    });
    const { title, paper } = findMethod(run.config.method);
    const about = { run: { ...run, result }, title, paper, views, encoders: encodersOf(folder) };
    const classes = method.classes;
    await method.dispose();
    return classes === undefined ? about : { ...about, classes };
  } finally {
    await engine.close();
  }
}

function encodersOf(folder: string): ExportedEncoder[] {
  const files = readdirSync(inside(folder, "model")).filter((name) => name.endsWith(".onnx"));
  if (files.length === 0) throw new UserError(`${folder} has no model/*.onnx: the run is not finished`);
  return files.sort().map((file) => {
    const path = inside(folder, "model", file);
    const bytes = readRegular(path);
    const { inputs, outputs } = EncoderFile.read(bytes, path);
    const port = ({ name, columns }: Port) => ({ name, columns });
    return { name: file.replace(/\.onnx$/, ""), bytes, inputs: inputs.map(port), outputs: outputs.map(port) };
  });
}
