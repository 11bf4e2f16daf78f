// What an HDF5 file as a whole is: AnnData, MuData, tables of pandas, MATLAB v7.3, or plain groups and datasets.
import { Dataset, type Group } from "h5wasm/node";
import { isAnnData, readAnnData } from "./anndata.js";
import { readObject } from "./objects.js";
import { findFrames, readFrames } from "./pandas.js";
import type { Node, OpenedFile } from "./tree.js";

/** Everything below the root; numbers stay in the file. */
export function readRoot(root: Group): OpenedFile {
  if (isAnnData(root)) return readAnnData(root);
  const frames = findFrames(root);
  if (frames.length > 0) return readFrames(root, frames);
  const found = new Map<string, Node>();
  let matlab = false;
  for (const name of root.keys()) {
    if (name === "#refs#" || name === "#subsystem#") {
      matlab = true;
      continue;
    }
    const object = root.get(name);
    const node = readObject(object, name, 0);
    matlab ||= node.kind === "numeric" && node.matlab && object instanceof Dataset;
    found.set(name, node);
  }
  return { nodes: found, format: matlab ? "matlab7.3" : "hdf5", notes: [] };
}
