// Command lines that cannot be parsed: what is wrong, what was probably meant, and which help to read.
import type { Command, CommanderError } from "commander";
import { didYouMean } from "../near-names.js";
import { pathOf, unknownCommand } from "./commands/help.js";

/** What to say of a command line that commander refused. */
export function parseError(root: Command, args: readonly string[], error: CommanderError): string {
  const { command, word } = reached(root, args);
  const isCommandWanted = command.commands.length > 0;
  const isOption = error.code === "commander.unknownOption";
  if (isCommandWanted && word !== undefined && !isOption) return unknownCommand(command, word);
  // A flag with a slip in its name may bring a token: its value is not repeated.
  const message = error.message.replace(/^error: /, "").split("\n", 1)[0]!;
  const given = isOption ? /'(-[^=']*)/.exec(message)?.[1] : undefined;
  if (given === undefined) return `${message} (${pathOf(command)} --help lists the choices)`;
  const flags = [...new Set([...command.options, ...root.options].flatMap(({ long }) => long ?? []))];
  const hint = didYouMean(given, flags);
  return `${pathOf(command)} has no option ${given}; ${hint ?? `${pathOf(command)} --help lists the choices`}`;
}

/** The command that the words lead to, where they end before a command that is needed: "vantage train". */
export function unfinished(root: Command, args: readonly string[], error: CommanderError): Command | undefined {
  const { command, word } = reached(root, args);
  return error.code === "commander.help" && word === undefined ? command : undefined;
}

/** How far the words lead: the last command, and the first word that is none where one was expected. */
function reached(root: Command, args: readonly string[]): { readonly command: Command; readonly word?: string } {
  let command = root;
  for (const word of args) {
    if (root.options.some(({ long, required }) => long === word && !required)) continue;
    if (word.startsWith("-")) return { command };
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) return command.commands.length > 0 ? { command, word } : { command };
    command = next;
  }
  return { command };
}
