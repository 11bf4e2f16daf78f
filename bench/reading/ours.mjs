// Our side: reads a text table whole and adds up its numbers.
import { readVariables } from "../../dist/data/formats/index.js";

const before = process.cpuUsage();
const start = performance.now();
const { variables } = await readVariables(process.argv[2]);
const columns = [];
for (const variable of variables.values()) if (variable.kind === "numeric") columns.push(await variable.read());
const seconds = (performance.now() - start) / 1000;
const after = process.cpuUsage(before);
const processor = (after.user + after.system) / 1e6;
const memory = process.resourceUsage().maxRSS * 1024;
let sum = 0;
for (const column of columns) for (const value of column) sum += value;
process.stdout.write(`${JSON.stringify({ seconds, processor, memory, sum, columns: columns.length })}\n`);
