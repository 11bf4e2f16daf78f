// Every `@example` of the sources compiles in a strict project and runs; what its comments say that it prints, it prints.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./docs-pages.testing.js";
import { openStage } from "./docs-stage.testing.js";

interface Example {
  /** File and line of its first line. */
  readonly place: string;
  readonly text: string;
  /** What follows `console.log(…); //`, other than a description (`such as …`). */
  readonly prints: readonly string[];
}

function examples(): Example[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?<!\.test|\.testing)\.ts$/.test(name),
  );
  return files.flatMap((file) => {
    const source = readFileSync(join(root, "src", file), "utf8");
    return Array.from(source.matchAll(/^ +\* ```ts\n([\s\S]*?)^ +\* ```$/gm), ({ index, 1: block }) => {
      const text = block!.replaceAll(/^ +\* ?/gm, "");
      const prints = Array.from(
        text.matchAll(/^ *(?:if \(.*\) )?console\.log\(.*\); \/\/ (.+)$/gm),
        ([, said]) => said!,
      );
      return {
        place: `${file}:${source.slice(0, index).split("\n").length + 1}`,
        text,
        prints: prints.filter((said) => !said.startsWith("such as ")),
      };
    });
  });
}

/** Runs each file in turn, in one process, and writes what each printed. */
const runner = (count: number) => `import { writeFileSync } from "node:fs";
import { format } from "node:util";
const printed = [];
for (let i = 0; i < ${count}; i++) {
  const lines = [];
  printed.push(lines);
  console.log = (...values) => lines.push(format(...values));
  try {
    await import(\`./example-\${i}.js\`);
  } catch (error) {
    lines.push(\`failed: \${error.stack}\`);
  }
}
writeFileSync("printed.json", JSON.stringify(printed));
process.exit();
`;

test("the examples of the docstrings compile, run, and print what they say", async () => {
  const all = examples();
  assert.ok(all.length > 150, `${all.length} examples`);
  const stage = await openStage();
  try {
    writeFileSync(join(stage.folder, "package.json"), '{"type":"module"}');
    for (const [i, { place, text }] of all.entries()) {
      writeFileSync(join(stage.folder, `example-${i}.ts`), `${text}// ${place}\nexport {};\n`);
    }
    writeFileSync(join(stage.folder, "run.mjs"), runner(all.length));
    const flags = "--strict --target es2023 --module nodenext --types node --skipLibCheck";
    const place = (text: string) => text.replaceAll(/example-(\d+)\.ts/g, (_, i) => all[i]!.place);
    await stage
      .shell(`node ${join(root, "node_modules/typescript/bin/tsc")} ${flags} example-*.ts && node run.mjs`)
      .catch((error: Error) => assert.fail(place(error.message)));
    const printed: string[][] = JSON.parse(readFileSync(join(stage.folder, "printed.json"), "utf8"));
    const mistakes = all.flatMap(({ place, prints }, i) => [
      ...printed[i]!.filter((line) => line.startsWith("failed: ")).map((line) => `${place}: ${line}`),
      ...prints
        .filter((said) => !printed[i]!.includes(said))
        .map((said) => `${place}: says ${said}, prints ${printed[i]}`),
    ]);
    assert.deepEqual(mistakes, []);
  } finally {
    stage.remove();
  }
});
