// vantage help [command …]: the help of a command, of a method too ("vantage help train gmae").
import type { Command } from "commander";
import { UserError } from "../../errors.js";
import { didYouMean } from "../../near-names.js";
import { commandTree } from "../command-tree.js";
import { isJson, printResult } from "../output/output.js";

export function addHelpCommand(root: Command): void {
  root
    .command("help [command...]")
    .description("show the help of a command, such as train gmae")
    .action((words: readonly string[]) => {
      let at = root;
      for (const word of words) {
        const found = at.commands.find((each) => each.name() === word);
        if (found === undefined) throw new UserError(unknownCommand(at, word));
        at = found;
      }
      if (isJson()) printResult(commandTree(at, words), []);
      else at.outputHelp();
    });
}

/** What is said of a word that is no command here. */
export function unknownCommand(parent: Command, word: string): string {
  const names = parent.commands.map((each) => each.name());
  const place = pathOf(parent);
  if (names.length === 0) return `${place} takes no command "${word}"`;
  const hint = didYouMean(word, names) ?? `there are ${names.join(", ")}`;
  return `${place} has no command "${word}"; ${hint}`;
}

/** The words that lead to a command: "vantage train gmae". */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
