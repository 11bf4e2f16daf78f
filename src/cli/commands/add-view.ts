// vantage add-view <run>: a network for a view that came later; every other file of the run stays as it is.
import type { Command } from "commander";
import { devices, Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { modelName } from "../../methods/model-name.js";
import { viewFolder } from "../../methods/saving.js";
import { checkDataFiles, describeEnvironment, watchFiles } from "../../runs/environment.js";
import { createRun, isRunFolder, resumeRun } from "../../runs/run-folder.js";
import { settingsOf } from "../../train/data-source.js";
import { filesOf, withPixels } from "../../train/open-pictures.js";
import { dataSource, openModel } from "../../train/saved-model.js";
import { openForRun, type Training, train } from "../../train/train-run.js";
import { commandLine } from "../command-line.js";
import { addDataFlags, type DataFlags, dataName, dataSettings } from "../data-flags.js";
import { printResult } from "../output/output.js";
import { addPictureFlags, type PictureFlags, pictureSettings } from "../picture-flags.js";
import { engineOptions } from "../settings.js";
import { formatOutcome, withTraining } from "../training.js";

interface Flags extends DataFlags, PictureFlags {
  readonly view: string;
  readonly device?: string;
  readonly threads?: string;
  readonly resume?: true;
}

export function addAddViewCommand(root: Command): void {
  const command = root.command("add-view <run>").description("train a network for an additional view (dchn)");
  addPictureFlags(addDataFlags(command))
    .requiredOption("--view <name>", "the view of --data to add")
    .option(`--device <${devices.join("|")}>`, "where the networks run", "cpu")
    .option("--threads <n>", "threads for matrix products and kernels")
    .option("--resume", "resume an interrupted add-view of this view, with its own data")
    .action(addView);
}

async function addView(folder: string, flags: Flags, typed: Command): Promise<void> {
  const { view } = flags;
  const engine = await Engine.open(engineOptions(flags));
  const { method, config, reopen } = openModel(folder, engine);
  if (method.addView === undefined || method.viewState === undefined) {
    throw new UserError(`${folder} is a run of ${config.method}, which trains its views jointly: no view can be added`);
  }
  const place = viewFolder(folder, view);
  const begun = isRunFolder(place);
  if (begun && !flags.resume) {
    throw new UserError(`${place} already exists: resume it with --resume, or give the view another name`);
  }
  const { run, checkpoint: saved } = begun ? resumeRun(place) : {};
  try {
    if (run !== undefined) await checkDataFiles(run.environment);
    const { data: source, ...own } =
      run === undefined
        ? { data: dataName(flags), ...dataSettings(flags), ...pictureSettings(flags) }
        : dataSource(run.config);
    if (source === undefined) throw new UserError("--data is missing: the data that has the new view");
    await reopen();
    const settings = withPixels(source, settingsOf(own), config.options);
    const files = filesOf(source, settings, config.options);
    const unchanged = watchFiles(files);
    const outcome = await withTraining(async (hooks) => {
      const opened = await openForRun(source, { ...settings, seed: config.seed }, hooks);
      const environment = await describeEnvironment(files);
      unchanged();
      const dataset = { name: opened.data.name, data: source, view, ...settings };
      const command = commandLine(typed);
      const training: Training = {
        method,
        opened,
        engine,
        begin: () => run ?? createRun(place, { ...config, dataset, command }, environment),
        saved,
        fit: (fitHooks) => method.addView!(opened.data, view, fitHooks),
        loadState: async (state) => method.takeView!(state, opened.data),
        state: () => method.viewState!(view),
        models: () => method.exportModels().filter(({ name }) => name === modelName(view)),
      };
      return train(training, hooks);
    });
    printResult({ ...outcome.summary, view }, formatOutcome(outcome));
  } finally {
    run?.close();
    await engine.close();
  }
}
