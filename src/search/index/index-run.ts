// An index of a trained run, by the run's folder: what its encoders and its data set need to know is read there.
import { type Engine, sharedEngine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import { allRows } from "../../methods/feeding.js";
import { ownValue } from "../../records.js";
import type { RunConfig } from "../../runs/config.js";
import { openModel } from "../../train/saved-model.js";
import type { Metadata } from "../stores/store.js";
import { buildIndex } from "./build-index.js";
import { nameOfIndex } from "./create-index.js";
import type { StoreKind } from "./index-folder.js";
import type { IndexHooks, IndexSummary } from "./store-items.js";

/** What `indexRun` makes, and of which samples. */
export interface IndexRunOptions extends IndexHooks {
  /** The index folder, created if missing. */
  readonly out: string;
  /** The samples that are encoded, or what opens them by the run's configuration. Default: the data set that the run was trained on. */
  readonly data?: MultiViewDataset | ((config: RunConfig) => Promise<MultiViewDataset>);
  /** What requests call the index. Default: the name that it has, or the folder's, or the run's where the folder is called index. */
  readonly name?: string;
  /** Where items are kept. Default: the store that the index has, or else folder. */
  readonly store?: StoreKind;
  /** Views whose items are stored. Default: all that the run encodes and the data has. */
  readonly views?: readonly string[];
  /** Samples of this split only, such as database. Default: all. */
  readonly split?: string;
  /** More to keep of the items, by id. */
  readonly metadata?: ReadonlyMap<string, Metadata>;
  /** Makes the index anew: what its folder, or a store of its name, held is deleted. */
  readonly replaces?: boolean;
  /** Default: one that all share. */
  readonly engine?: Engine;
}

/**
 * Encodes samples with the encoders of a finished run and stores them in an index; into one that is there items are added, and those of the same
 * id and view replaced.
 * @param run the run folder.
 * @throws UserError where run, data, views and folder do not fit; the signal's reason once it is given.
 * @example
 * ```ts
 * import { methods } from "vantage-ml";
 * import { indexRun, SearchIndex } from "vantage-ml/search";
 * import { trainRun } from "vantage-ml/train";
 *
 * const method = methods.find(({ name }) => name === "dchn")!;
 * const options = { bits: 32, hidden: 64, epochs: 2 };
 * await trainRun({ method, options, data: "synthetic:samples=200", out: "runs/dchn" });
 * await indexRun("runs/dchn", { out: "index" });
 *
 * await using index = await SearchIndex.open("index");
 * const hits = await index.search({ id: "0", view: "view1", target: "view2", k: 5 });
 * console.log(hits.map(({ id, distance }) => [id, distance]));
 * ```
 */
export async function indexRun(run: string, options: IndexRunOptions): Promise<IndexSummary> {
  const { out, name, store, views, split, metadata, replaces, ...hooks } = options;
  const engine = options.engine ?? (await sharedEngine());
  const { method, config, ownData, restore } = openModel(run, engine);
  try {
    const { data: given } = options;
    const opened = typeof given === "function" ? await given(config) : (given ?? (await ownData()));
    await restore();
    // Matched only where values are missing: the encoders of the index match by themselves.
    const isIncomplete = opened.views.some(({ incomplete }) => incomplete);
    const data = isIncomplete ? method.match(opened, { onNote: hooks.onNote }) : opened;
    const rows = split === undefined ? allRows(data.samples) : splitRows(method.split(data), split);
    return await buildIndex(
      {
        run,
        method: config.method,
        trainedOn: config.dataset.name,
        folder: out,
        name: name ?? nameOfIndex(out, run),
        store,
        data,
        shapes: method.views,
        rows,
        views,
        details: metadata,
        replaces,
      },
      engine,
      hooks,
    );
  } finally {
    await method.dispose();
  }
}

function splitRows({ name, splits }: MultiViewDataset, split: string): Int32Array {
  const rows = ownValue(splits, split);
  if (rows !== undefined) return rows;
  throw new UserError(`--split ${split}: ${name} has ${Object.keys(splits).join(", ") || "no splits"}`);
}
