// Cases of kind N: tables of very many columns, made while they run, whose reading must take time in step with their width.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkOutcome } from "./check-case.mjs";
import { read } from "./read.mjs";

/** Processor time that the wider table may take, and how many times the narrower one's. */
const limit = { seconds: 20, ratio: 3 };

/** What came, and the fault or undefined. */
export async function runWide({ wide: { rows, columns, first, name, delimiter, classes } }, scratch) {
  const took = [];
  for (const width of columns) {
    const file = join(scratch, `wide-${width}.csv`);
    const names = Array.from({ length: width }, (_, j) => name.replace("#", j));
    const values = Array.from({ length: rows }, (_, i) =>
      Array.from({ length: width }, (_, j) => ((i * 7919 + j * 104729) % 10007) / 1000),
    );
    const lines = values.map((row, i) => [`p${i}`, ...row, classes[i % classes.length]]);
    writeFileSync(file, [[first, ...names, "label"], ...lines].map((line) => `${line.join(delimiter)}\n`).join(""));
    const got = await read(file);
    const accept = [
      { samples: rows, views: [{ columns: width, firstRow: values[0], lastRow: values.at(-1) }], classes },
    ];
    const fault = checkOutcome({ accept }, got);
    if (fault !== undefined) return { came: "", fault: `${width} columns: ${fault}` };
    took.push(got.seconds);
  }
  const [narrow, widest] = took;
  const came = took.map((seconds) => `${seconds.toFixed(2)} s`).join(" and ");
  if (widest > limit.seconds) return { came, fault: `more than ${limit.seconds} s of processor time` };
  return {
    came,
    fault:
      widest > 2 && widest > limit.ratio * narrow ? "twice the columns take far more than twice the time" : undefined,
  };
}
