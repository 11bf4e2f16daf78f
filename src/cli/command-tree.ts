// The commands of the program as data: what help --json prints, and what shell completion knows.
import type { Argument, Command, Option } from "commander";

/** What follows a flag, or stands for an argument. */
export type Value =
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  /** A file or folder, or the name of a data set. */
  | { readonly kind: "data" }
  | { readonly kind: "file" }
  | { readonly kind: "text" };

/** A flag of a command. */
export interface Flag {
  /** Its names, such as "-V" and "--version". */
  readonly names: readonly string[];
  readonly description: string;
  /** Without it the flag stands alone. */
  readonly value?: Value;
  /** The flag may stand without its value too. */
  readonly isOptional: boolean;
}

/** A command with all that can follow it. */
export interface CommandNode {
  /** The words that lead to it, without the program's name. */
  readonly path: readonly string[];
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly arguments: readonly { readonly name: string; readonly value: Value; readonly isSeveral: boolean }[];
  readonly commands: readonly CommandNode[];
}

/** The command and those below it. */
export function commandTree(command: Command, path: readonly string[] = []): CommandNode {
  return {
    path,
    description: command.description(),
    flags: command.createHelp().visibleOptions(command).map(flagOf),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      value: meaningOf(argument.name(), argument),
      isSeveral: argument.variadic,
    })),
    commands: command.commands.map((each) => commandTree(each, [...path, each.name()])),
  };
}

/** The command itself and all below it, in order. */
export function allCommands(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

function flagOf(option: Option): Flag {
  const [, placeholder] = /[<[](.+?)(?:\.\.\.)?[>\]]/.exec(option.flags) ?? [];
  return {
    names: [option.short, option.long].filter((name): name is string => name !== undefined),
    description: option.description,
    isOptional: option.optional,
    ...(placeholder !== undefined && { value: meaningOf(placeholder, option) }),
  };
}

/** What a placeholder stands for: "<exact|approximate>" are choices, "<run|file>" is a file. */
function meaningOf(placeholder: string, { argChoices }: Option | Argument): Value {
  if (argChoices !== undefined) return { kind: "choices", choices: argChoices };
  const words = placeholder.split("|");
  if (words.includes("name") && words.includes("path")) return { kind: "data" };
  if (words.some((word) => /^(file|folder|path|run|index)\b/.test(word))) return { kind: "file" };
  const isList = words.length > 1 && words.every((word) => /^[a-z0-9][a-z0-9-]*$/.test(word));
  return isList ? { kind: "choices", choices: words } : { kind: "text" };
}
