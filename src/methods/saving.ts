// Models in run folders: saved by the library, and opened again whoever saved them.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { openWeights } from "../data/formats/weights/open.js";
import { UserError } from "../errors.js";
import { writeFileAtomic } from "../files.js";
import { inside } from "../inside.js";
import { type LoadedCheckpoint, loadCheckpoint } from "../runs/checkpoint.js";
import type { RunConfig } from "../runs/config.js";
import { describeEnvironment } from "../runs/environment.js";
import { createRun, isRunFolder, openRun } from "../runs/run-folder.js";
import { openPictureGraph } from "./picture-graph.js";
import type { ExportedModel } from "./shared/types.js";
import type { Position, State } from "./training.js";

export { openPictureGraph, openWeights };

/** The JSON part of a checkpoint. */
export interface SavedState {
  readonly position: Position;
  readonly model: State["json"];
}

/** The position of a training that has come to its end. */
export const finished: Position = { stage: Number.MAX_SAFE_INTEGER, epoch: 0 };

/** The JSON part of a checkpoint. @throws UserError where it is not one of a training. */
export function savedState({ json }: LoadedCheckpoint): SavedState {
  const { position, model } = (json ?? {}) as Partial<SavedState>;
  const numbers = [position?.stage, position?.epoch];
  if (!numbers.every((value) => typeof value === "number") || typeof model !== "object" || model === null) {
    throw new UserError("not a training checkpoint: expected position and model");
  }
  return json as SavedState;
}

export function isFinished(checkpoint: LoadedCheckpoint): boolean {
  return savedState(checkpoint).position.stage === finished.stage;
}

/** A checkpoint's state as methods take it. */
export function stateOf(checkpoint: LoadedCheckpoint): State {
  return { tensors: checkpoint.tensors as State["tensors"], json: savedState(checkpoint).model };
}

/** Writes the models, and takes away those that are there by other names, which another version gave them. */
export function writeModels(folder: string, models: readonly ExportedModel[]): void {
  const files = new Map(models.map(({ name, bytes }) => [`${name}.onnx`, bytes]));
  for (const [file, bytes] of files) writeFileAtomic(inside(folder, "model", file), bytes);
  const place = inside(folder, "model");
  for (const file of existsSync(place) ? readdirSync(place) : []) {
    if (file.endsWith(".onnx") && !files.has(file)) rmSync(inside(folder, "model", file));
  }
}

/** Writes a fitted model into a new run folder. @throws UserError where the folder is not empty or cannot be written. */
export async function saveModel(
  folder: string,
  config: RunConfig,
  state: State,
  models: readonly ExportedModel[],
): Promise<void> {
  const run = createRun(folder, config, await describeEnvironment());
  try {
    const json: SavedState = { position: finished, model: state.json };
    run.saveCheckpoint({ tensors: state.tensors, json });
    writeModels(folder, models);
  } finally {
    run.close();
  }
}

export interface OpenedModel {
  readonly config: RunConfig;
  readonly state: State;
  /** How far its training has come. */
  readonly position: Position;
  /** Networks of views that were added later, each with the settings that it was trained with. */
  readonly addedViews: readonly { readonly config: RunConfig; readonly state: State }[];
}

/** The folder of a view that was added to a run: a run folder of its own, so that nothing else in the run changes. */
export function viewFolder(folder: string, view: string): string {
  if (!/^[\w.-]+$/.test(view) || view.startsWith(".")) {
    throw new UserError(`view "${view}": the name of an added view is made of letters, digits, "_", "-" and "."`);
  }
  return inside(folder, "views", view);
}

/** @throws UserError where the folder is no run, is of another method, or has no checkpoint yet. */
export function readModel(folder: string, method?: string): OpenedModel {
  const { config } = openRun(folder);
  if (method !== undefined && config.method !== method) {
    throw new UserError(`${folder} is a run of ${config.method}, not of ${method}`);
  }
  const checkpoint = loadCheckpoint(folder);
  if (checkpoint === undefined) throw new UserError(`${folder} has no checkpoint: the run ended before the first one`);
  const { position } = savedState(checkpoint);
  return { config, state: stateOf(checkpoint), position, addedViews: readAddedViews(folder) };
}

/** Views whose training came to its end. */
function readAddedViews(folder: string): OpenedModel["addedViews"] {
  const views = inside(folder, "views");
  if (!existsSync(views)) return [];
  return readdirSync(views).flatMap((name) => {
    const view = inside(views, name);
    if (!isRunFolder(view)) return [];
    const { config } = openRun(view);
    const checkpoint = loadCheckpoint(view);
    if (checkpoint === undefined || !isFinished(checkpoint)) return [];
    return [{ config, state: stateOf(checkpoint) }];
  });
}
