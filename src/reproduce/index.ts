// The public part of reproducing tables.
export type { Definition } from "./definition.js";
export { execute, type Outcome } from "./execute.js";
export { findData } from "./find-data.js";
export { findDefinition, shippedDefinitions } from "./find-definition.js";
export { type Cell, cellsOf, chooseCells, type RunSettings } from "./grid.js";
export { layTable } from "./output/layout.js";
export { toMarkdown } from "./output/markdown.js";
export { RunQueue } from "./queue/queue.js";
export { folderStem, makeRun, type Run } from "./run.js";
export { earlierFolders } from "./stored-run.js";
export { measureAt } from "./summary.js";
export { Table } from "./table.js";
export { TimeLeft } from "./time-left.js";
export { listSource, type RunSource, work } from "./work.js";
