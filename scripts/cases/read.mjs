// Reads a file as a user of the package does, and gives what came as plain numbers and texts.
import { basename, extname } from "node:path";
import { toDense } from "../../dist/entries/data.js";
import { loadDataset, UserError } from "../../dist/index.js";

/** Values of a view beyond which only its first and last row are kept. */
const largest = 50_000;

/**
 * What `file` gives with `options` (`views`, `labels` as typed on the command line) and the variables of `env`: samples, views,
 * labels, ids, splits, notes and seconds of processor time, or the `error` that it is refused with (`user`: it is a UserError).
 */
export async function read(file, options = {}, env = {}) {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  Object.assign(process.env, env);
  try {
    return await load(file, options);
  } catch (error) {
    const message = String(error?.message ?? error);
    return {
      error: nameless(message, file),
      user: error instanceof UserError,
      kind: error?.constructor?.name ?? "an error",
    };
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

async function load(file, { views, labels }) {
  const notes = [];
  const started = process.cpuUsage();
  const dataset = await loadDataset(file, {
    ...(views !== undefined && { views: parseViews(views) }),
    ...(labels !== undefined && { labels }),
    onNote: (note) => notes.push(nameless(String(note), file)),
  });
  const { user, system } = process.cpuUsage(started);
  return {
    samples: dataset.samples,
    views: dataset.views.map(viewOf),
    labels: dataset.labels ? labelsOf(dataset.labels, dataset.samples) : null,
    ids: dataset.ids ? Array.from(dataset.ids, String) : null,
    splits: Object.fromEntries(Object.entries(dataset.splits ?? {}).map(([name, rows]) => [name, rows.length])),
    notes,
    seconds: (user + system) / 1e6,
  };
}

/** NAME=VARIABLE,NAME=VARIABLE,… as for --views. */
function parseViews(text) {
  return text.split(",").map((part) => {
    const [name, variable] = part.split("=", 2).map((side) => side.trim());
    return { name, variable };
  });
}

function viewOf({ name, matrix, present }) {
  const { rows, columns } = matrix;
  const { data } = matrix.kind === "sparse" ? toDense(matrix) : matrix;
  const values = data ?? gathered(matrix);
  const missing = present ? Array.from(present.keys()).filter((i) => !present[i]) : [];
  const row = (i) => Array.from(values.subarray(i * columns, (i + 1) * columns));
  const whole = rows * columns <= largest ? { data: Array.from(values) } : {};
  return { name, rows, columns, missing, first: row(0), last: row(rows - 1), ...whole };
}

/** The values of a view whose rows stay on disk. */
function gathered(matrix) {
  const data = new Float32Array(matrix.rows * matrix.columns);
  matrix.gather(
    Int32Array.from({ length: matrix.rows }, (_, i) => i),
    data,
  );
  return data;
}

/** Names of all classes, and the names of those of each sample. */
function labelsOf({ kind, names, values, matrix }, samples) {
  const several = (i) => names.filter((_, c) => matrix[i * names.length + c]);
  const one = (i) => (values[i] >= 0 && values[i] < names.length ? [names[values[i]]] : []);
  return { names: [...names], of: Array.from({ length: samples }, (_, i) => (kind === "multi" ? several(i) : one(i))) };
}

/** A message with "FILE" for the file, whose name must not be what the message is accepted for. */
export function nameless(message, file) {
  const name = basename(file);
  const stem = `${basename(name, extname(name))}:`;
  const text = message.startsWith(stem) ? `FILE:${message.slice(stem.length)}` : message;
  return text.replaceAll(file, "FILE").replaceAll(name, "FILE");
}
