// What is checked before a method that needs every view of every sample trains.
import type { MultiViewDataset } from "../../data/dataset.js";
import { columnStatistics, constantColumns } from "../../data/statistics.js";
import { UserError } from "../../errors.js";
import { requireClusters } from "../clusters.js";
import { classesOf, withLabel } from "../matching/labelled.js";
import type { PerViewOptions } from "./options.js";

/** @throws UserError where a sample lacks a view, or a view is the same for all training samples. */
export function checkCompleteViews(method: string, { name: dataset, views, splits }: MultiViewDataset): void {
  for (const { name, matrix, present } of views) {
    const missing = present?.reduce((count, has) => count + 1 - has, 0) ?? 0;
    if (missing > 0) {
      throw new UserError(
        `${dataset}: ${missing} samples lack view "${name}"; ${method} needs every sample in every view: leave them out`,
      );
    }
    if (constantColumns(columnStatistics(matrix, splits.train)).length === matrix.columns) {
      throw new UserError(
        `${dataset}: view "${name}" is the same for all ${splits.train!.length} training samples, so nothing can be learned from it; choose others with --views`,
      );
    }
  }
}

/** @throws UserError where the data has not the labels that the task needs, or too few test samples for the clusters. */
export function checkTask(data: MultiViewDataset, task: PerViewOptions["task"], clusters: number): void {
  const { name, labels, splits } = data;
  if (task === "clustering") {
    requireClusters(name, clusters);
    if (splits.test!.length < clusters) {
      throw new UserError(`${name}: ${splits.test!.length} test samples for ${clusters} clusters`);
    }
  }
  if (task !== "classification") return;
  if (labels === undefined) throw new UserError(`${name}: classification needs labels, and there are none`);
  if (labels.kind !== "single")
    throw new UserError(`${name}: classification needs one label per sample, these have several`);
  for (const split of ["train", "test"]) {
    if (withLabel(labels, splits[split]!).length === 0) {
      throw new UserError(`${name}: no sample of split ${split} has a label`);
    }
  }
  const classes = new Set(classesOf(labels, withLabel(labels, splits.train!))).size;
  if (classes < 2)
    throw new UserError(`${name}: all training samples are of one class; classification needs two or more`);
}
