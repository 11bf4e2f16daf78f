// vantage reproduce: the runs of a published table, and their means beside the published figures.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../../errors.js";
import { InterruptedError } from "../../../methods/training.js";
import { needPackages } from "../../../optional.js";
import {
  type Cell,
  cellsOf,
  chooseCells,
  type Definition,
  findDefinition,
  type Run,
  Table,
} from "../../../reproduce/index.js";
import { printResult, say } from "../../output/output.js";
import { collect } from "../../repeated.js";
import { threadsOf, wholeNumber } from "../../settings.js";
import { listTables } from "./list.js";
import { planRuns } from "./plan.js";
import { describeTable, formatTable } from "./result.js";
import { announce, type MakeOptions, makeRuns } from "./work.js";

interface Flags {
  readonly out?: string;
  readonly dataDir?: readonly string[];
  readonly seeds?: string;
  readonly jobs: string;
  readonly threads?: string;
  readonly only?: string;
  readonly queue?: string;
  readonly list?: boolean;
}

const queues = ["postgres"];

export function addReproduceCommand(root: Command): void {
  root
    .command("reproduce [table]")
    .description(
      "run a published table, by name or from a YAML file, and write the results beside the published figures",
    )
    .option("--list", "list the tables in the package, and how many of their cells can run here")
    .option("--out <folder>", "folder of the table and its runs (default: runs/<table>)")
    .option("--data-dir <folder>", "where data files and the sets of cards are; may be repeated", collect)
    .option("--seeds <0,1,…>", "seeds of every cell, instead of the definition's")
    .option("--only <pattern>", "only the cell with this name, or those whose name contains it; * matches anything")
    .option("--jobs <n>", "parallel runs, each in its own process", "1")
    .option("--threads <n>", "threads of each run (default: the CPUs divided among the runs)")
    .option("--queue <postgres>", "share the runs with other processes through the database in DATABASE_URL")
    .action(reproduce);
}

async function reproduce(name: string | undefined, flags: Flags): Promise<void> {
  if (flags.list) return listTables(flags.dataDir ?? []);
  if (name === undefined) throw new UserError("say which table: a name from vantage reproduce --list, or a YAML file");
  const { definition, folder } = findDefinition(name);
  const cells = cellsOf(definition);
  const places = [...(flags.dataDir ?? []), ...(folder === undefined ? [] : [folder])];
  const runs = planRuns(cells, { seeds: seedsOf(flags, definition), places, source: name });
  const table = new Table(definition, cells, runs, flags.out ?? join("runs", definition.name));
  const chosen = chosenRuns(cells, runs, flags.only);
  const options = makeOptions(flags);
  announce(table, chosen);
  const end = await makeRuns(table, chosen, options);
  if (end === "interrupted") throw new InterruptedError("interrupted; run the same command again to resume");
  const made = chosen.filter((run) => run.data.missing === undefined);
  const failed = made.filter((run) => table.failureOf(run) !== undefined);
  printResult(describeTable(table), formatTable(table));
  if (failed.length === 0) return;
  say(
    `vantage: ${failed.length} of ${made.length} runs failed: ${failed[0]!.cell.name}: ${table.failureOf(failed[0]!)}`,
  );
  process.exitCode = 1;
}

function seedsOf({ seeds }: Flags, definition: Definition): readonly number[] {
  if (seeds === undefined) return definition.seeds;
  const given = seeds.split(",").map((text) => wholeNumber("--seeds", text.trim()));
  if (new Set(given).size < given.length) throw new UserError(`--seeds ${seeds}: a seed is repeated`);
  return given;
}

function chosenRuns(cells: readonly Cell[], runs: readonly Run[], only: string | undefined): readonly Run[] {
  if (only === undefined) return runs;
  const chosen = chooseCells(cells, only);
  if (chosen.length === 0) {
    const names = cells.flatMap(({ settings, name }) => (settings === undefined ? [] : [name]));
    throw new UserError(`--only ${only}: no such cell; there are ${names.join("; ")}`);
  }
  return runs.filter((run) => chosen.includes(run.cell));
}

function makeOptions({ jobs: jobsText, threads, queue }: Flags): MakeOptions {
  const jobs = wholeNumber("--jobs", jobsText);
  if (jobs === 0) throw new UserError("--jobs 0: expected at least 1");
  if (queue !== undefined && !queues.includes(queue)) {
    throw new UserError(`--queue ${queue}: expected ${queues.join(", ")}`);
  }
  if (queue !== undefined) needPackages("runs shared through PostgreSQL");
  const { DATABASE_URL } = process.env;
  if (queue !== undefined && !DATABASE_URL) {
    throw new UserError(
      "--queue postgres needs DATABASE_URL in the environment: postgres://user:password@host:port/database",
    );
  }
  return {
    jobs,
    threads: threads === undefined ? Math.max(1, Math.floor(availableParallelism() / jobs)) : threadsOf(threads),
    database: queue === undefined ? undefined : DATABASE_URL,
  };
}
