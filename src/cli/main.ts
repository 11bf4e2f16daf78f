// The command line: parses, runs a command, and turns whatever goes wrong into one line and an exit status.
import { Command, CommanderError } from "commander";
import { DivergenceError } from "../core/runtime/index.js";
import { UserError } from "../errors.js";
import { InterruptedError } from "../methods/training.js";
import { version } from "../version.js";
import { checkArguments } from "./arguments.js";
import { addAddViewCommand } from "./commands/add-view.js";
import { addCompletionCommand } from "./commands/completion.js";
import { addCopyCommand } from "./commands/copy.js";
import { addDatasetsCommand } from "./commands/datasets.js";
import { addDemoCommand } from "./commands/demo.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addEncodeCommand } from "./commands/encode.js";
import { addEvaluateCommand } from "./commands/evaluate.js";
import { addExportCommand } from "./commands/export.js";
import { addHelpCommand } from "./commands/help.js";
import { addIndexCommand } from "./commands/index.js";
import { addOpenCommand } from "./commands/open.js";
import { addPredictCommand } from "./commands/predict.js";
import { addReportCommand } from "./commands/report.js";
import { addReproduceCommand } from "./commands/reproduce/index.js";
import { addSearchCommand } from "./commands/search.js";
import { addServeCommand } from "./commands/serve.js";
import { addTrainCommand } from "./commands/train.js";
import { loadMethodFiles, methodFileFlag } from "./method-files.js";
import { complain, isVerbose, print, setJson, setVerbosity } from "./output/output.js";
import { guardStreams } from "./output/streams.js";
import { parseError, unfinished } from "./parse-errors.js";

const exit = { done: 0, failure: 1, mistake: 2, interrupted: 130 } as const;

/** Runs one command line (without node and script) and sets the exit status. */
export async function run(args: readonly string[]): Promise<void> {
  guardStreams((error) => {
    process.exitCode = report(error);
  });
  try {
    checkArguments(args);
    await loadMethodFiles(args);
    const root = program();
    await root.parseAsync(started(args), { from: "user" }).catch((error: unknown) => {
      if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
      const command = unfinished(root, args, error);
      if (command === undefined) throw new UserError(parseError(root, args, error));
      command.outputHelp();
    });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** The words with what people type for help and version in commander's form. */
function started(args: readonly string[]): string[] {
  if (args.length === 0) return ["--help"];
  return args.length === 1 && (args[0] === "-v" || args[0] === "version") ? ["--version"] : [...args];
}

/** The whole command line, as commander has it. */
export function program(): Command {
  const root = new Command("vantage")
    .description("Deep multi-view learning: one representation from several views, to cluster, classify and search.")
    .version(version, "-V, --version")
    .helpCommand(false)
    .option(
      `${methodFileFlag} <file>`,
      "run a file whose default export is a method (defineMethod), before the command",
      (file: string, earlier: string[] = []) => [...earlier, file],
    )
    .option("--quiet", "results and errors only")
    .option("--verbose", "all measures, and where an error comes from")
    .option("--json", "last line of stdout: the result as JSON, mostly one object")
    .configureHelp({ showGlobalOptions: true })
    .hook("preAction", (command) => {
      const { quiet, verbose, json } = command.opts<{ quiet?: boolean; verbose?: boolean; json?: boolean }>();
      if (quiet && verbose) throw new UserError("--quiet and --verbose: give one of them");
      setVerbosity(quiet ? "quiet" : verbose ? "verbose" : "usual");
      setJson(json ?? false);
    })
    .exitOverride()
    .showHelpAfterError(false)
    .configureOutput({ writeOut: (text) => print(text.trimEnd().split("\n")), writeErr: () => {} });
  for (const add of [
    addOpenCommand,
    addTrainCommand,
    addAddViewCommand,
    addEvaluateCommand,
    addEncodeCommand,
    addPredictCommand,
    addIndexCommand,
    addSearchCommand,
    addServeCommand,
    addExportCommand,
    addCopyCommand,
    addDatasetsCommand,
    addReportCommand,
    addReproduceCommand,
    addDemoCommand,
    addDoctorCommand,
    addCompletionCommand,
    addHelpCommand,
  ]) {
    add(root);
  }
  return root;
}

/** Says what went wrong on stderr; returns the exit status. */
function report(error: unknown): number {
  // Help and version, which were printed.
  if (error instanceof CommanderError) return exit.done;
  if (error instanceof InterruptedError) {
    complainOf(error.message);
    return exit.interrupted;
  }
  if (error instanceof UserError) {
    complainOf(error.message);
    return exit.mistake;
  }
  if (error instanceof DivergenceError) {
    complainOf(error.message);
    return exit.failure;
  }
  complainOf(`unexpected failure: ${error instanceof Error ? error.message : String(error)}`);
  if ((process.env.VANTAGE_DEBUG || isVerbose()) && error instanceof Error) error.stack?.split("\n").forEach(complain);
  else complain("(VANTAGE_DEBUG=1 shows where; please report it)");
  return exit.failure;
}

function complainOf(message: string): void {
  complain(`vantage: ${message.replaceAll("\n", " ")}`);
}
