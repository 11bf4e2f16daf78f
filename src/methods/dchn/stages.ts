// The stages of DCHN's training: the Hamming space, then the network of each view, alone or side by side.

import { Random } from "../../core/kernels/random.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { scalingNote } from "../../data/scaling.js";
import type { Context, Training } from "../shared/definition.js";
import { loadBackbones } from "../shared/picture-trunk.js";
import type { EpochResult, OnStep, Stage, State } from "../training.js";
import { labelRows, requireLabels } from "./labels.js";
import type { DchnModel, ViewModel } from "./model.js";
import type { DchnOptions } from "./options.js";
import { learnHammingSpace, randomStart } from "./sham.js";
import { trainingRows, ViewTraining } from "./training.js";

/** Trains views, each in a stage of its own or, with option `sideBySide`, all in one; before that the space where data is given. */
export class DchnTraining implements Training {
  readonly stages: readonly Stage[];
  /** Views between their first and their last epoch. */
  readonly #training = new Map<string, ViewTraining>();
  /** What became of the backbones' weights. */
  readonly #notes: readonly string[];
  /** Where a view in training gets its optimizer's state from when it is resumed. */
  #resume: State | undefined;

  constructor(
    private readonly context: Context<DchnOptions>,
    private readonly model: DchnModel,
    private readonly views: readonly string[],
    data?: MultiViewDataset,
  ) {
    this.#notes = loadBackbones(
      views.map((name) => model.networks.get(name)!),
      context.options,
    );
    const groups = context.options.sideBySide && data ? [views] : views.map((name) => [name]);
    const networks = groups.map((group) => this.#stage(group.length > 1 ? "views" : group[0]!, group));
    const space = data && {
      name: "Hamming space (SHAM)",
      epochs: 1,
      evaluateEvery: 0,
      run: async () => this.#learnSpace(data),
    };
    this.stages = space ? [space, ...networks] : networks;
  }

  notes(): string[] {
    const networks = this.views.map((name) => this.model.networks.get(name)!.network);
    return [...this.#notes, ...networks.flatMap(({ scaler, view }) => scalingNote(scaler, view.name) ?? [])];
  }

  /** Some views side by side; one reports its losses, several their totals by name. */
  #stage(name: string, views: readonly string[]): Stage {
    const { epochs, evaluateEvery } = this.context.options;
    const run = async (epoch: number, onStep?: OnStep): Promise<EpochResult> => {
      const course = views.map(() => ({ step: 0, steps: 0 }));
      const follow = (v: number) => (step: number, steps: number) => {
        course[v] = { step, steps };
        const sum = (key: "step" | "steps") => course.reduce((total, each) => total + each[key], 0);
        if (course.every((each) => each.steps > 0)) onStep?.(sum("step"), sum("steps"));
      };
      const results = await Promise.all(views.map((view, v) => this.#trainView(view, epoch, follow(v))));
      this.#resume = undefined;
      if (results.length === 1) return results[0]!;
      const losses = Object.fromEntries(views.map((view, v) => [view, results[v]!.losses.total!]));
      return { losses: { total: Object.values(losses).reduce((a, b) => a + b, 0), ...losses } };
    };
    return { name, epochs, evaluateEvery, run, kind: "view" };
  }

  /** W by SHAM, from a random start. */
  #learnSpace(data: MultiViewDataset): EpochResult {
    const { options, engine } = this.context;
    const { kernels } = engine;
    const random = new Random(options.seed, "hamming space");
    const rows = labelRows(requireLabels(data), data.splits.train!, options.available, random.fork("rows"));
    const start = randomStart(kernels, rows.columns, options.bits, random.fork("start"));
    const { w, losses } = learnHammingSpace(kernels, rows, start, options);
    this.model.w.data.set(w.data);
    return { losses: { total: Math.min(...losses) } };
  }

  async #trainView(name: string, epoch: number, onStep: OnStep): Promise<EpochResult> {
    const view = this.model.networks.get(name)!;
    const training = this.#training.get(name) ?? (await this.#startTraining(view, epoch));
    const result = await training.epoch(epoch, onStep);
    view.epochs = epoch + 1;
    if (view.epochs === this.context.options.epochs) {
      this.#training.delete(name);
      await training.release();
    }
    return result;
  }

  async #startTraining({ network, store, data }: ViewModel, epoch: number): Promise<ViewTraining> {
    const { engine, options } = this.context;
    const { name } = network.view;
    const parts = { engine, network, store, options, w: this.model.space };
    const rows = trainingRows(data!, name);
    const training = await ViewTraining.compile({ ...parts, data: data!.selectViews([name]), rows });
    if (epoch > 0) training.restore((this.#resume!.json.steps as Record<string, number>)[name]!, this.#resume!.tensors);
    this.#training.set(name, training);
    return training;
  }

  state({ tensors, json }: State): State {
    const all = new Map(tensors);
    const steps = new Map<string, number>();
    for (const [name, training] of this.#training) {
      for (const [key, tensor] of training.tensors()) all.set(key, tensor);
      steps.set(name, training.steps);
    }
    return { tensors: all, json: { ...json, steps: Object.fromEntries(steps) } };
  }

  restore(state: State): void {
    this.#resume = state;
  }
}
