// Tests of the completion scripts in the shells themselves; those that this machine lacks are skipped.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { runCommand, type Workplace, workplace } from "../command.testing.js";

let place: Workplace;
before(() => {
  place = workplace();
  mkdirSync(place.path("runs"));
  writeFileSync(place.path("my data.npz"), "");
});
after(() => place.remove());

const lacks = (shell: string) => (spawnSync(shell, ["-c", ":"]).status === 0 ? false : `${shell} is not installed`);

/** What each line is completed to, asked of a shell: [words before the cursor, some that are offered, some that are not]. */
const cases: readonly (readonly [line: string, offered: readonly string[], others: readonly string[]])[] = [
  ["vantage ", ["train", "doctor", "completion"], ["dchn", "--json"]],
  ["vantage train d", ["djsrh", "dchn", "dm2c"], ["gmae", "datasets"]],
  ["vantage train dchn --la", [], ["--lambda-ma"]],
  ["vantage train gmae --la", ["--lambda-ma", "--latent"], ["--layout-file"]],
  ["vantage train gmae --quiet --q", ["--quiet"], ["--queries"]],
  ["vantage train gmae --distance ", ["euclidean", "cosine"], ["--lr", "knn"]],
  ["vantage train cca --data emo", ["emoji"], ["train"]],
  ["vantage search --mode a", ["approximate"], ["exact"]],
  ["vantage datasets i", ["info"], ["list"]],
  ["vantage help tr", ["train"], ["demo"]],
  ["vantage completion ", ["bash", "zsh", "fish"], []],
];

for (const shell of ["bash", "zsh", "fish"] as const) {
  test(`${shell} completes commands, flags, choices and files`, { skip: lacks(shell) }, async () => {
    writeFileSync(place.path(`completion.${shell}`), await place.succeed(["completion", shell]));
    const complete = { bash: inBash, zsh: inZsh, fish: inFish }[shell];
    for (const [line, offered, others] of cases) {
      const found = complete(line);
      for (const word of offered) assert.ok(found.includes(word), `${line}: ${word} is not in ${found.join(" ")}`);
      for (const word of others) assert.ok(!found.includes(word), `${line}: ${word} is in ${found.join(" ")}`);
    }
    assert.ok(complete("vantage report ru").some((word) => word.startsWith("runs")));
  });
}

/** By the commands that bash itself runs for a TAB; where none is offered it completes files. */
function inBash(line: string): string[] {
  const words = line.split(" ");
  const script = `source completion.bash
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}) COMP_CWORD=${words.length - 1}
_vantage
if [ \${#COMPREPLY[@]} -gt 0 ]; then printf '%s\\n' "\${COMPREPLY[@]}"; else compgen -f -- '${words.at(-1)}'; fi`;
  return linesOf(execFileSync("bash", ["--norc", "-c", script], { cwd: place.folder, encoding: "utf8" }));
}

function inFish(line: string): string[] {
  const script = `source completion.fish; complete -C '${line}'`;
  const env = { ...process.env, HOME: place.folder };
  const text = execFileSync("fish", ["--no-config", "-c", script], { cwd: place.folder, encoding: "utf8", env });
  return linesOf(text).map((each) => each.split("\t")[0]!);
}

/** By the functions that zsh itself calls, which here print what they are given; zsh keeps what begins as the last word does. */
function inZsh(line: string): string[] {
  const words = line.split(" ");
  const script = `compdef() { }; compset() { }
_describe() { local list=\${@[-1]}; print -l -- \${(P)list} }
_files() { print -l -- * }
source completion.zsh
words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}; _vantage; true`;
  const found = linesOf(execFileSync("zsh", ["-f", "-c", script], { cwd: place.folder, encoding: "utf8" }));
  return found.map((each) => each.split(":")[0]!).filter((each) => each.startsWith(words.at(-1)!));
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((each) => each !== "");
}

test("an unknown shell is refused with what there is, and --json holds the script", async () => {
  await place.refuse(["completion", "bsh"], /completion for "bsh": did you mean bash or zsh\?/);
  const { stdout } = await runCommand(["completion", "bash", "--json"], place.folder);
  assert.match((JSON.parse(stdout) as { script: string }).script, /complete .* -F _vantage vantage/);
});
