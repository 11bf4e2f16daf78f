// A trained run opened again: its method, its state, its data.
import type { MultiViewDataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import { findMethod } from "../methods/index.js";
import type { Method } from "../methods/method.js";
import { parseOptions } from "../methods/options.js";
import { type OpenedModel, readModel } from "../methods/saving.js";
import type { Engine } from "../runtime/index.js";
import type { RunConfig } from "../runs/config.js";
import { type DataSource, openData } from "./open-data.js";

export interface SavedModel extends OpenedModel {
  /** Not yet restored: `restore` for other data, `reopen` for its own. */
  readonly method: Method<Record<string, unknown>>;
  /** Opens the data set that the run was trained on. */
  ownData(): Promise<MultiViewDataset>;
}

/** How a run's data set was opened; a model saved by the library does not know. */
export function dataSource({ dataset }: RunConfig): Partial<DataSource> {
  return dataset as Partial<DataSource>;
}

/** @throws UserError where the folder is no run, or has no checkpoint yet. */
export function openModel(folder: string, engine: Engine): SavedModel {
  const { config, state } = readModel(folder);
  const definition = findMethod(config.method);
  const options = parseOptions(config.method, definition.options, config.options);
  const { data, views, labels } = dataSource(config);
  return {
    config,
    state,
    method: definition.create(options, engine),
    async ownData() {
      if (data === undefined) throw new UserError(`${folder} does not say what data it was trained on: give --data`);
      return openData({ data, views, labels, seed: config.seed });
    },
  };
}
