// A folder of cases (files/ and cases.json): which there are, and running one of them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkOutcome, difference, outcomeText } from "./check-case.mjs";
import { ModelCases } from "./models.mjs";
import { read } from "./read.mjs";
import { runWide } from "./wide.mjs";

export const ownFolder = fileURLToPath(new URL("../../cases", import.meta.url));

/** The cases of a folder, in the order of cases.json. */
export function listCases(folder = ownFolder) {
  return JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"));
}

/** Runs cases of a folder, one after the other; `close` removes what they wrote. */
export class CaseRunner {
  #folder;
  #scratch = mkdtempSync(join(tmpdir(), "cases-"));
  #models;

  constructor(folder = ownFolder) {
    this.#folder = folder;
    this.#models = new ModelCases(folder, this.#scratch);
  }

  /** What came, in a line, and what is wrong with it; `fault` is undefined where one of the accepted outcomes came. */
  async run(each) {
    if (each.train) return this.#models.run(each);
    if (each.wide) return runWide(each, this.#scratch);
    const got = await this.#read(each);
    const fault = checkOutcome(each, got);
    if (fault !== undefined || each.sameAs === undefined) return { came: outcomeText(got), fault };
    const apart = got.error === undefined ? difference(got, await this.#read(each.sameAs)) : undefined;
    return { came: outcomeText(got), fault: apart && `beside ${each.sameAs.file}: ${apart}` };
  }

  #read({ file, options, env }) {
    return read(join(this.#folder, "files", file), options, { VANTAGE_CACHE: join(this.#scratch, "cache"), ...env });
  }

  close() {
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
