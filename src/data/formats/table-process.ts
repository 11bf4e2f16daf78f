// The process that decodes one Parquet or Arrow file: a damaged one can make a decoder end its process, and here it may.
import { UserError } from "../../errors.js";
import { watchMemory } from "../../sandbox-child.js";
import { sendArrow } from "./arrow/columns.js";
import { ColumnSender } from "./column-sending.js";
import { sendParquet } from "./parquet/columns.js";
import { openSource } from "./source.js";

const [format, path, memory] = process.argv.slice(2);
watchMemory(Number(memory));
const sender = new ColumnSender();
try {
  await (format === "arrow" ? sendArrow : sendParquet)(openSource(path!), sender);
} catch (error) {
  const problem = error instanceof Error ? error.message.split("\n", 1)[0]! : String(error);
  await sender.problem(problem, error instanceof UserError);
}
process.disconnect();
