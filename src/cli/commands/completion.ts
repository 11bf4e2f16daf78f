// vantage completion <shell>: the script that completes commands, flags, choices and files.
import { Argument, type Command } from "commander";
import { UserError } from "../../errors.js";
import { didYouMean } from "../../near-names.js";
import { commandTree } from "../command-tree.js";
import { bashScript } from "../completion/bash.js";
import { fishScript } from "../completion/fish.js";
import { type Place, placesOf } from "../completion/model.js";
import { zshScript } from "../completion/zsh.js";
import { printResult } from "../output/output.js";

const scripts = new Map<string, (places: readonly Place[]) => string>([
  ["bash", bashScript],
  ["zsh", zshScript],
  ["fish", fishScript],
]);

export function addCompletionCommand(root: Command): void {
  const shells = [...scripts.keys()].join("|");
  root
    .command("completion")
    .addArgument(new Argument(`<${shells}>`, "the shell"))
    .description("print the completion script for a shell: source <(vantage completion bash)")
    .action((shell: string) => {
      const make = scripts.get(shell);
      if (make === undefined) {
        const hint = didYouMean(shell, [...scripts.keys()]) ?? `expected ${shells.replaceAll("|", ", ")}`;
        throw new UserError(`completion for "${shell}": ${hint}`);
      }
      const script = make(placesOf(commandTree(root)));
      printResult({ shell, script }, script.trimEnd().split("\n"));
    });
}
