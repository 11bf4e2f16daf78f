// What the completion scripts of all shells are made from: the places of a command line, and what may stand there.
import { shippedCards } from "../../data/cards/index.js";
import { catalog } from "../../data/catalog.js";
import { allCommands, type CommandNode, type Flag, type Value } from "../command-tree.js";

/** A command as a shell completes it. */
export interface Place {
  /** "train gmae"; "" at the start. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly flags: readonly Flag[];
  /** What its argument is, where it takes one. */
  readonly argument?: Value;
}

/** A word with what it means. */
export interface Word {
  readonly word: string;
  readonly text: string;
}

/** Every command, with the flags of its own and those that all commands take. */
export function placesOf(tree: CommandNode): Place[] {
  return allCommands(tree).map(({ path, commands, flags, arguments: [first] }) => {
    const own = new Set(flags.flatMap(({ names }) => names));
    const common = tree.flags.filter(({ names, value }) => value === undefined && !names.some((name) => own.has(name)));
    // help takes the words of a command.
    const next = first?.name === "command" ? tree.commands : commands;
    return {
      path: path.join(" "),
      commands: next.map((each) => ({ word: each.path.at(-1)!, text: short(each.description) })),
      flags: [...flags, ...common.filter(({ names }) => !names.includes("--version"))],
      ...(first !== undefined && { argument: first.value }),
    };
  });
}

/** What a value may be by name; a value of kind "data" may be a file too. */
export function namesOf(value: Value | undefined): readonly string[] {
  if (value?.kind === "choices") return value.choices;
  return value?.kind === "data" ? [...catalog(), ...shippedCards()].map(({ name }) => name) : [];
}

/** Whether files are offered. */
export function takesFiles(value: Value | undefined): boolean {
  return value?.kind === "file" || value?.kind === "data";
}

/** A description that fits beside its word in a terminal. */
export function short(text: string): string {
  const [first] = text.split(/[;(]/, 1);
  const line = first!.replaceAll(/\s+/g, " ").trim();
  return line.length <= 70 ? line : `${line.slice(0, 69).trimEnd()}…`;
}
