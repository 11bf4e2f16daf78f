// --preset: the authors' settings for a data set, the quick ones of each trained method, or one after the other.
import { UserError } from "../errors.js";
import type { MethodDefinition } from "../methods/define.js";
import { didYouMean } from "../near-names.js";

type Options = Readonly<Record<string, unknown>>;
type Presets = Pick<MethodDefinition<Record<string, unknown>>, "presets" | "quick">;

const quick = "quick";

/** What a method's presets are called: those of the authors, and "quick" where it is trained for epochs. */
export function presetNames({ presets = {}, quick: settings }: Presets): string[] {
  return [...Object.keys(presets), ...(settings === undefined ? [] : [quick])];
}

/** The names that were given, comma-separated. */
export function givenPresets(text: string | undefined): string[] {
  return text?.split(",").map((name) => name.trim()) ?? [];
}

/**
 * Options by --preset; of several the later ones win: `wikipedia,quick` has the data set's settings in the quick one's size.
 * @throws UserError where the method has no preset of a name.
 */
export function presetOptions(text: string | undefined, method: Presets): Options {
  const known = new Map<string, Options>(Object.entries(method.presets ?? {}));
  if (method.quick !== undefined) known.set(quick, method.quick);
  const options = givenPresets(text).map((name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const names = [...known.keys()];
    const hint =
      didYouMean(name, names) ?? (names.length === 0 ? "this method has no presets" : `expected ${names.join(", ")}`);
    throw new UserError(`--preset ${name}: ${hint}`);
  });
  return Object.assign({}, ...options) as Options;
}

/** What makes a training shorter, for the line before a long one. */
export function shorterBy({ quick: settings }: Presets, given: string | undefined): string {
  const hasQuick = settings !== undefined && !givenPresets(given).includes(quick);
  return hasQuick ? "--preset quick and --epochs make it shorter" : "--epochs makes it shorter";
}

/** What a result of the quick settings says of itself; undefined where they were not chosen. */
export function presetNote(text: string | undefined): string | undefined {
  if (!givenPresets(text).includes(quick)) return undefined;
  return "--preset quick: smaller or shorter than the published setting, to try the method; omit it for comparable figures";
}
