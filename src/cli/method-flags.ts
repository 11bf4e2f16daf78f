// The options of a method as flags of `vantage train <method>`: --lr 0.01 says the same as --set lr=0.01.
import { type Command, Option } from "commander";
import { z } from "zod";
import type { MethodDefinition } from "../methods/define.js";

/** A flag that sets an option of a method; a run folder remembers it as --set. */
export class MethodFlag extends Option {
  constructor(
    flags: string,
    description: string,
    /** The option's name. */
    readonly option: string,
    /** Whether the option is a list. */
    readonly isList: boolean,
  ) {
    super(flags, description);
  }
}

/** What a schema says of an option. */
interface OptionHelp {
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly type?: string;
}

/** The flag of an option: "lambdaMa" is "--lambda-ma". */
export function flagOf(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Adds a flag for each option that the command has no flag for, with its default, under a heading of their own. */
export function addMethodFlags(
  command: Command,
  { name, options }: Pick<MethodDefinition, "name" | "options">,
): Command {
  const known = new Set(command.options.map((option) => option.attributeName()));
  for (const [option, schema] of Object.entries((options as z.ZodObject).shape)) {
    if (known.has(option)) continue;
    const help = helpOf(schema as z.ZodType);
    const value = help.type === "boolean" ? "[true|false]" : `<${help.enum?.join("|") ?? placeholder(help)}>`;
    const flag = new MethodFlag(`${flagOf(option)} ${value}`, describe(help), option, help.type === "array");
    command.addOption(flag.helpGroup(`Options of ${name}:`));
  }
  return command;
}

/** The options that flags of a command gave, as text by name; a flag without its value says "true". */
export function methodFlags(command: Command): Map<string, string> {
  const given = command.options.filter((option): option is MethodFlag => option instanceof MethodFlag);
  return new Map(
    given.flatMap((flag): [string, string][] => {
      const value: unknown = command.getOptionValue(flag.attributeName());
      if (value === undefined) return [];
      const text = String(value);
      // A list may be given without its brackets: --hidden 500,200.
      return [[flag.option, flag.isList && !text.startsWith("[") ? `[${text}]` : text]];
    }),
  );
}

/** What an option is for, and its default, as help shows it. */
export function describeOption(schema: z.ZodType): string {
  return describe(helpOf(schema));
}

function helpOf(schema: z.ZodType): OptionHelp {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as OptionHelp;
  return { ...json, description: schema.description ?? json.description };
}

function describe({ description = "", default: usual }: OptionHelp): string {
  return usual === undefined ? description : `${description} (default: ${JSON.stringify(usual)})`;
}

function placeholder({ type }: OptionHelp): string {
  if (type === "integer" || type === "number") return "n";
  return type === "array" ? "a,b,…" : "value";
}
