// Packages that single features need: present, of a tested version, or the line that installs them.
import { type Feature, features, missingPackages, packageVersions } from "../../optional.js";
import type { Check } from "./check.js";

/** A line for each feature. */
export function checkPackages(): Check[] {
  return (Object.keys(features) as Feature[]).map((feature) => {
    const packages = packageVersions(feature);
    const missing = missingPackages(feature);
    const found = { packages, install: missing?.install };
    const name = feature.replace(/ \(.*\)$/, "");
    if (missing !== undefined) {
      return { name, state: "missing", text: missing.message.replace(/^[^:]*: /, ""), found };
    }
    const text = packages.map(({ name, version }) => (version === "unknown" ? name : `${name} ${version}`)).join(", ");
    return { name, state: "ok", text, found };
  });
}
