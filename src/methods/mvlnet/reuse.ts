// Pre-trained parts of another run: its autoencoders and siamese networks in place of training them again.
import { readModel } from "#model-files";
import { UserError } from "../../errors.js";
import type { ViewShape } from "../feeding.js";
import { parseOptions } from "../options.js";
import { placedScalers } from "../shared/described-model.js";
import type { MvlnetModel } from "./model.js";
import { type MvlnetOptions, mvlnetOptions } from "./options.js";

/** How many stages come before the spectral one. */
function pretrainingStages({ autoencoder, affinity, reuse }: MvlnetOptions, views: number): number {
  if (reuse !== undefined) return 0;
  return views * ((autoencoder.length > 0 ? 1 : 0) + (affinity === "siamese" ? 1 : 0));
}

/**
 * Takes the autoencoders, the siamese networks and the scalings of a run into a model of the same views.
 * @throws UserError where there is no such run, it is not that far, or has other views or networks.
 */
export function takePretrained(model: MvlnetModel, folder: string): void {
  const { config, state, position } = readModel(folder, "mvlnet");
  const options = parseOptions("mvlnet", mvlnetOptions, config.options);
  const views = state.json.views as unknown as ViewShape[];
  const shown = (list: readonly ViewShape[]) => list.map(({ name, columns }) => `${name} (${columns})`).join(", ");
  if (shown(views) !== shown(model.views)) {
    throw new UserError(
      `option reuse: ${folder} was trained on the views ${shown(views)}, this data has ${shown(model.views)}`,
    );
  }
  const [own] = model.scalers;
  if (options.scaling !== own!.kind) {
    throw new UserError(`option reuse: ${folder} has scaling ${options.scaling}, this run ${own!.kind}`);
  }
  if (position.stage < pretrainingStages(options, views.length)) {
    throw new UserError(
      `option reuse: ${folder} has not finished its autoencoders and siamese networks: resume it with --resume ${folder}`,
    );
  }
  for (const { name, shape } of model.parameters.all) {
    if (!name.startsWith("autoencoder.") && !name.startsWith("siamese.")) continue;
    const found = state.tensors.get(name);
    if (found?.shape.join() !== shape.join()) {
      const has = found === undefined ? "is not there" : `has shape [${found.shape}], expected [${shape}]`;
      throw new UserError(
        `option reuse: ${folder} has other networks (${name} ${has}); options autoencoder, arch and affinity must agree`,
      );
    }
    model.store.values(name).set(found.data);
  }
  placedScalers.stored(state, options.scaling, views).forEach(({ scale, shift }, v) => {
    model.scalers[v]!.scale.set(scale);
    model.scalers[v]!.shift.set(shift);
  });
}
