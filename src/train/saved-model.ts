// A trained run opened again: its method, its state, its data.

import type { Engine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import { findMethod } from "../methods/index.js";
import type { Method } from "../methods/method.js";
import { parseOptions } from "../methods/options.js";
import { type OpenedModel, readModel } from "../methods/saving.js";
import type { RunConfig } from "../runs/config.js";
import { type DataSource, openData, settingsOf } from "./data-source.js";

export interface SavedModel extends OpenedModel {
  readonly method: Method<Record<string, unknown>>;
  /** Takes the model up with the data that it was trained on, added views with theirs; returns the data. */
  reopen(): Promise<MultiViewDataset>;
  /** Takes the model up for other data. */
  restore(): Promise<void>;
  /** Opens the data set that the run was trained on. */
  ownData(): Promise<MultiViewDataset>;
}

/** How a run's data set was opened; a model saved by the library does not know. */
export function dataSource({ dataset }: RunConfig): Partial<DataSource> {
  return dataset as Partial<DataSource>;
}

/** @throws UserError where the folder is no run, or has no checkpoint yet. */
export function openModel(folder: string, engine: Engine): SavedModel {
  const opened = readModel(folder);
  const { config, state, addedViews } = opened;
  const definition = findMethod(config.method);
  const options = parseOptions(config.method, definition.options, config.options);
  const method = definition.create(options, engine);
  const open = (of: RunConfig) => {
    const { data, ...settings } = dataSource(of);
    if (data === undefined) throw new UserError(`${folder} does not say what data it was trained on: give --data`);
    return openData({ data, ...settingsOf(settings), seed: of.seed });
  };
  return {
    ...opened,
    method,
    ownData: () => open(config),
    async reopen() {
      const data = await open(config);
      await method.reopen(data, state);
      for (const added of addedViews) method.takeView?.(added.state, await open(added.config));
      return data;
    },
    async restore() {
      await method.restore(state);
      for (const added of addedViews) method.takeView?.(added.state);
    },
  };
}
