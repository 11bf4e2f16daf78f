// Your own method: a linear map for each view, trained so that samples find their other views in a batch (InfoNCE, τ = 0.1).
//   vantage --method-file own-method.mjs train agree --data emoji:views=noto/en --task retrieval --out run
import * as own from "vantage-ml/method";

const { nn, tensor, z } = own;
const options = z.strictObject({
  ...own.perViewFields,
  epochs: z.number().int().min(1).default(20).describe("training epochs"),
  batch: z.number().int().min(2).default(64).describe("samples per step"),
  dimensions: z.number().int().min(1).default(32).describe("width of a view's representation"),
  lr: z.number().positive().default(0.01).describe("learning rate of Adam"),
});

export default own.defineMethod({
  name: "agree",
  title: "Linear views that agree",
  paper: "loss: van den Oord, Li and Vinyals 2018",
  tasks: ["clustering", "classification", "retrieval"],
  options,
  model: own.describedModel({
    keeps: ["views", "classNames"],
    outputs: ["representation"],
    scalers: own.placedScalers,
    scaling: () => "standard",
    fitScalers: ({ views, splits }) => views.map(({ matrix }) => own.fitScaler("standard", matrix, splits.train)),
    check(data, { task, clusters }) {
      own.checkCompleteViews("agree", data);
      own.checkTask(data, task, clusters ?? data.classes);
    },
    make({ engine, options }, { views, scalers }) {
      const parameters = new nn.Parameters();
      const maps = views.map(({ columns }, v) => nn.linear(parameters.scope(v), columns, options.dimensions));
      const represent = (x, v) => tensor.normalizeRows(maps[v](own.scaleInGraph(x, scalers[v]), new nn.Forward(false)));
      return { parameters, store: new own.ParameterStore(engine.memory, parameters.all), represent };
    },
  }),
  async training({ engine, options }, { views, parameters, store, represent }, data) {
    const { batch, seed, lr, epochs } = options;
    const codes = views.map(({ columns }, v) => represent(tensor.input(`view.${v}`, [batch, columns]), v));
    const places = tensor.input("places", [batch], "int64");
    const find = (a, b) => nn.crossEntropy(tensor.mul(tensor.matmul(a, b, { transposeB: true }), 10), places);
    const loss = tensor.addAll(codes.flatMap((a) => codes.filter((b) => b !== a).map((b) => find(a, b))));
    const groups = [{ parameters: parameters.learned(), optimizer: { kind: "adam", lr } }];
    const step = await own.TrainingStep.compile(engine, { name: "agree", store, loss, groups, seed });
    const run = step.at();
    run.indices.places.set(BigInt64Array.from({ length: batch }, (_, i) => BigInt(i)));
    const trainer = own.stepTrainer(step, async (epoch) => {
      const order = own.batches(data.splits.train, batch, { seed, epoch }, { dropLast: true });
      return { losses: await own.trainOn(step, order, (rows) => own.feedViews(run, data, rows)) };
    });
    return own.stagedTraining([new own.TrainedStage("train", epochs, 0, async () => trainer)]);
  },
  task: own.perViewTasks(({ engine, options }, { views, store, represent, classNames }) => {
    const programs = new own.ViewPrograms(engine, { views, store }, (x, v) => ({ z: represent(x, v) }));
    const clusters = options.clusters ?? classNames.length;
    return { clusters, classNames, represent: (data, rows) => programs.all("z", options.dimensions, data, rows) };
  }),
  exportModels: (_, { views, store, represent }) =>
    views.map((view, v) => own.exportView("agree", view, store, (x) => ({ representation: represent(x, v) }))),
});
