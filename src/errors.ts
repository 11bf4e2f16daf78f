// Errors caused by user input: the command line shows their message as one line and exits with status 2.

/**
 * A text of several lines as one, without the blanks beside the line breaks: each is walked once, where a pattern would try long runs
 * of blanks anew from each of them.
 */
function oneLine(text: string): string {
  const lines = text.split(/[\r\n\u2028\u2029]/);
  const last = lines.length - 1;
  return lines
    .map((line, i) => (i < last ? (i > 0 ? line.trim() : line.trimEnd()) : i > 0 ? line.trimStart() : line))
    .filter((line, i) => line !== "" || i === 0 || i === last)
    .join(" ");
}

/**
 * A mistake in what the user gave: a file, an option, data. The message names it, what was found and what was expected.
 * @example
 * ```ts
 * import { loadDataset, UserError } from "vantage-ml";
 *
 * try {
 *   await loadDataset("no-such-file.mat");
 * } catch (error) {
 *   if (!(error instanceof UserError)) throw error;
 *   console.log(error.code); // ERR_USER_INPUT
 * }
 * ```
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
  /** The kind of the error, for programs; it stays the same when messages change. */
  readonly code: string = "ERR_USER_INPUT";

  /**
   * Takes the message as one line.
   * @param message where it quotes what has several lines, they become one.
   */
  constructor(message: string) {
    super(oneLine(message));
  }
}

/**
 * What was requested is in order, but cannot be kept: the disk is full, read-only or out of reach.
 * @example
 * ```ts
 * import { CCA, StorageError } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * await using cca = await new CCA().fit(synthetic({ samples: 100, classes: 4 }));
 * try {
 *   await cca.save("runs/kept");
 * } catch (error) {
 *   if (error instanceof StorageError) console.log("free some space:", error.message);
 * }
 * ```
 */
export class StorageError extends UserError {
  override readonly name: string = "StorageError";
  override readonly code: string = "ERR_STORAGE";
}

/**
 * What was stored before cannot be read back: the file is damaged, or its disk fails.
 * @example
 * ```ts
 * import { loadDataset, UnreadableError } from "vantage-ml";
 *
 * try {
 *   await loadDataset("synthetic:samples=100");
 * } catch (error) {
 *   if (error instanceof UnreadableError) console.log("the file is damaged:", error.message);
 * }
 * ```
 */
export class UnreadableError extends UserError {
  override readonly name: string = "UnreadableError";
  override readonly code: string = "ERR_UNREADABLE";
}

/**
 * An engine, an index or a model was closed, and is used once more.
 * @example
 * ```ts
 * import { ClosedError, Engine } from "vantage-ml";
 *
 * const engine = await Engine.open({ threads: 1 });
 * await engine.close();
 * try {
 *   engine.checkOpen();
 * } catch (error) {
 *   console.log(error instanceof ClosedError); // true
 * }
 * ```
 */
export class ClosedError extends UserError {
  override readonly name: string = "ClosedError";
  override readonly code: string = "ERR_CLOSED";
}

/**
 * The memory of an engine does not hold what was requested.
 * @example
 * ```ts
 * import { loadDataset, OutOfMemoryError } from "vantage-ml";
 *
 * try {
 *   console.log((await loadDataset("synthetic:samples=100")).samples); // 100
 * } catch (error) {
 *   if (error instanceof OutOfMemoryError) console.log("take fewer samples:", error.message);
 * }
 * ```
 */
export class OutOfMemoryError extends UserError {
  override readonly name: string = "OutOfMemoryError";
  override readonly code: string = "ERR_OUT_OF_MEMORY";
}

/** One of several ways to go on: what it means, and the flags of the command line that choose it. */
export interface Choice {
  readonly flags: string;
  readonly meaning: string;
  /** The same for the library: options of `loadDataset`. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/**
 * Data that can be understood in several ways. The message is one line that names the first choices; `choices` has all.
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { AmbiguousDataError, loadDataset } from "vantage-ml";
 *
 * writeFileSync("study.csv", "a_1,a_2,b_1,b_2,sex,site\n1,2,3,4,f,x\n2,3,4,5,m,y\n3,4,5,6,f,x\n4,5,6,7,m,y\n");
 * try {
 *   await loadDataset("study.csv");
 * } catch (error) {
 *   if (!(error instanceof AmbiguousDataError)) throw error;
 *   console.log(error.choices.map(({ flags }) => flags)); // [ '--labels sex', '--labels site', '--labels none' ]
 * }
 * ```
 */
export class AmbiguousDataError extends UserError {
  override readonly name: string = "AmbiguousDataError";
  override readonly code: string = "ERR_AMBIGUOUS_DATA";
  readonly choices: readonly Choice[];

  /**
   * Takes the question and the ways to go on.
   * @param question what is not known, as "data.csv: which column holds the labels?".
   * @param choices the likeliest first.
   */
  constructor(question: string, choices: readonly Choice[]) {
    const shown = choices.slice(0, 4).map(({ flags, meaning }) => `${flags} (${meaning})`);
    super(
      `${question} Choose with ${shown.join(" or ")}${choices.length > 4 ? `, or ${choices.length - 4} more` : ""}`,
    );
    this.choices = choices;
  }
}
