// Autoencoders of another run, in place of pre-training.

import { readModel } from "#model-files";
import { UserError } from "../../errors.js";
import { type Dm2cModel, preprocessingPrefix } from "./model.js";
import { prefixes } from "./networks.js";
import type { Dm2cOptions } from "./options.js";

/**
 * Takes autoencoders and the pre-processing that they were trained behind from a run folder.
 * @throws UserError where that is no run of DM2C, has not finished its pre-training, or its networks have other shapes.
 */
export function takeAutoencoders({ views, shape, store }: Dm2cModel, folder: string): void {
  const { config, state, position } = readModel(folder, "dm2c");
  const { tensors } = state;
  if ((config.options as Partial<Dm2cOptions>).reuse === undefined && position.stage < views.length) {
    throw new UserError(
      `reuse: the run ${folder} has not finished its pre-training: resume it with --resume ${folder}`,
    );
  }
  const wanted = views.flatMap(({ name }, m) => [
    prefixes.autoencoder(shape.modalities[m]!),
    preprocessingPrefix(name),
  ]);
  for (const name of store.names.filter((each) => wanted.some((prefix) => each.startsWith(prefix)))) {
    const found = tensors.get(name);
    const expected = store.spec(name).shape.join("×");
    if (found?.shape.join("×") !== expected) {
      const what =
        found === undefined ? `has no ${name}` : `has ${name} of ${found.shape.join("×")}, expected ${expected}`;
      throw new UserError(
        `reuse: the run ${folder} ${what}; its data, hidden, scaling and pca must be those of this run`,
      );
    }
    store.values(name).set(found.data);
  }
}
