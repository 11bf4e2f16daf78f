// The runs of a table: every cell's settings checked as `vantage train` checks its flags, its data looked for, its seeds.
import { UserError } from "../../../errors.js";
import { findMethod } from "../../../methods/index.js";
import { parseOptions } from "../../../methods/options.js";
import { type Cell, findData, makeRun, type Run, type RunSettings } from "../../../reproduce/index.js";
import { type CommonFlags, methodOptions } from "../../settings.js";

export interface PlanOptions {
  readonly seeds: readonly number[];
  /** Folders that data is looked for in. */
  readonly places: readonly string[];
  /** Of the definition, for messages. */
  readonly source: string;
}

/** The runs of all cells, seed after seed. @throws UserError where a cell's settings are invalid. */
export function planRuns(cells: readonly Cell[], { seeds, places, source }: PlanOptions): Run[] {
  return seeds.flatMap((seed) =>
    cells.flatMap((cell) => {
      const { settings } = cell;
      if (settings === undefined) return [];
      if (settings.data === undefined) throw new UserError(`${source}: ${cell.name}: data is missing`);
      return [
        makeRun(cell, seed, findData(settings.data, places), optionsOf(settings, seed, `${source}: ${cell.name}`)),
      ];
    }),
  );
}

function optionsOf(settings: RunSettings, seed: number, where: string): Record<string, unknown> {
  const { method: name, data: _, views: __, labels: ___, epochs, batch, bits, set = {}, ...flags } = settings;
  const given: CommonFlags = {
    ...flags,
    ...(epochs !== undefined && { epochs: `${epochs}` }),
    ...(batch !== undefined && { batch: `${batch}` }),
    seed: `${seed}`,
    set: Object.entries(set).map(([option, value]) => `${option}=${JSON.stringify(value)}`),
  };
  try {
    const method = findMethod(name);
    const options = methodOptions(given, {}, method);
    return parseOptions(name, method.options, { ...options, ...(bits !== undefined && { bits }) });
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${where}: ${error.message}`) : error;
  }
}
