// Holds what came of a file against what its case accepts; ../../cases/README.md says what the fields mean.

/** Undefined where one of the accepted outcomes came, else what is wrong, by the outcome that is of the same sort. */
export function checkOutcome({ accept, note }, got) {
  const faults = accept.map((outcome) =>
    outcome.refused ? refusalFault(outcome, got) : outcomeFault(outcome, note, got),
  );
  if (faults.includes(undefined)) return undefined;
  const same = accept.findIndex(({ refused }) => Boolean(refused) === (got.error !== undefined));
  if (same >= 0) return faults[same];
  return got.error === undefined ? "it must be refused" : "it must be read";
}

function outcomeFault(outcome, note, got) {
  if (got.error !== undefined) return got.error;
  const patterns = [note, outcome.note].flat().filter((pattern) => pattern !== undefined);
  const silent = patterns.find((pattern) => !got.notes.some((each) => matches(pattern, each)));
  return (
    (outcome.samples !== undefined && got.samples !== outcome.samples
      ? `${got.samples} samples, not ${outcome.samples}`
      : undefined) ??
    viewsFault(outcome.views, got.views) ??
    labelsFault(outcome, got.labels) ??
    idsFault(outcome.ids, got.ids) ??
    splitsFault(outcome.splits, got.splits) ??
    (silent === undefined ? undefined : `no note matches ${silent}`)
  );
}

/** What is wrong with a refusal: it must be one line for the user that matches `mentions` and nothing of `not`. */
export function refusalFault({ mentions = [], not = [] }, { error, user, kind }) {
  if (error === undefined) return "it is not refused";
  if (!user) return `${kind}, not an error for the user`;
  if (error.includes("\n")) return "the message has several lines";
  const lacking = mentions.find((pattern) => !matches(pattern, error));
  if (lacking !== undefined) return `the message does not match ${lacking}`;
  const wrong = not.find((pattern) => matches(pattern, error));
  return wrong === undefined ? undefined : `the message matches ${wrong}, which is not so`;
}

/** Whether a pattern is in a text: "abc" ignores case, "/abc/" does not. */
export function matches(pattern, text) {
  const exact = /^\/(.*)\/$/s.exec(pattern);
  return (exact ? new RegExp(exact[1]) : new RegExp(pattern, "i")).test(text);
}

/** Each expected view must be another one of those that came, in any order. */
function viewsFault(expected, views) {
  if (expected === undefined) return undefined;
  if (views.length !== expected.length) return `${views.length} views, not ${expected.length}`;
  const faults = expected.map((wanted) => views.map((view) => viewFault(wanted, view)));
  const place = (v, taken) =>
    v === expected.length ||
    views.some((_, w) => !taken.includes(w) && faults[v][w] === undefined && place(v + 1, [...taken, w]));
  if (place(0, [])) return undefined;
  const odd = faults.find((row) => !row.includes(undefined));
  return odd === undefined ? "two of the views are one" : (odd[faults.indexOf(odd)] ?? odd[0]);
}

function viewFault({ name, columns, firstRow, lastRow, rows = {}, sums, differences = [], missing }, view) {
  const wrong = (what) => `view ${view.name} ${what}`;
  if (name !== undefined && ![name].flat().includes(view.name)) return wrong(`is not ${name}`);
  if (columns !== undefined && columns !== view.columns) return wrong(`has ${view.columns} columns, not ${columns}`);
  if (missing !== undefined && missing.join() !== view.missing.join())
    return wrong(`lacks samples ${view.missing.join(" ") || "none"}, not ${missing.join(" ") || "none"}`);
  const at = (i) =>
    i === 0 ? view.first : i === view.rows - 1 ? view.last : view.data?.slice(i * view.columns, (i + 1) * view.columns);
  for (const [i, row] of [[0, firstRow], [view.rows - 1, lastRow], ...Object.entries(rows)]) {
    const came = at(Number(i));
    const odd = row?.findIndex((value, j) => value !== null && !near(value, came?.[j])) ?? -1;
    if (odd >= 0) return wrong(`has ${came?.[odd]} in row ${i}, column ${odd}, not ${row[odd]}`);
  }
  const column = (j) => Array.from({ length: view.rows }, (_, i) => view.data[i * view.columns + j]);
  for (const [j, sum] of (sums ?? []).entries()) {
    if (sum === null) continue;
    const values = column(j);
    const size = values.reduce((total, value) => total + Math.abs(value), Math.abs(sum));
    const came = values.reduce((total, value) => total + value, 0);
    if (!(Math.abs(came - sum) <= 1e-5 * size + 1e-6)) return wrong(`has ${came} in all in column ${j}, not ${sum}`);
  }
  for (const { column: j, values } of differences) {
    const came = column(j).map((value, _, [first]) => value - first);
    const odd = values.findIndex((value, i) => !near(value, came[i], 1e-3));
    if (odd >= 0) return wrong(`has row ${odd} of column ${j} ${came[odd]} above the first, not ${values[odd]}`);
  }
  return undefined;
}

const near = (expected, value, tolerance = 1e-5) =>
  typeof value === "number" &&
  Math.abs(expected - value) <= tolerance * Math.max(Math.abs(expected), Math.abs(value)) + 1e-7;

function labelsFault({ classes, labels, groups, multi }, got) {
  if ([classes, labels, groups, multi].every((each) => each === undefined)) return undefined;
  if (classes === null)
    return got === null ? undefined : `labels ${got.names.slice(0, 8).join(" ")} where there are none`;
  if (got === null) return "no labels";
  const listed = (names) => names.slice().sort().join("\n");
  if (classes !== undefined && listed(classes) !== listed(got.names))
    return `classes ${JSON.stringify(got.names.slice(0, 8))}, not ${JSON.stringify(classes)}`;
  const wanted =
    labels?.map((label) => (label === null ? [] : [label].flat())) ??
    multi?.map((row) => got.names.filter((_, c) => row[c]));
  if (multi !== undefined && multi[0].length !== got.names.length)
    return `${got.names.length} classes, not ${multi[0].length}`;
  const odd = wanted?.findIndex((names, i) => listed(names) !== listed(got.of[i])) ?? -1;
  if (odd >= 0) return `sample ${odd} is ${JSON.stringify(got.of[odd])}, not ${JSON.stringify(wanted[odd])}`;
  return groups === undefined ? undefined : groupsFault(groups, got.of.map(listed));
}

/** Samples of one group have one class and others have another one. */
function groupsFault(groups, names) {
  const odd = groups.findIndex(
    (group, i) => names[i] === "" || groups.some((other, j) => (other === group) !== (names[j] === names[i])),
  );
  return odd < 0
    ? undefined
    : `sample ${odd} is of class ${JSON.stringify(names[odd])}, which does not fit class ${groups[odd]} of the file`;
}

function idsFault(expected, ids) {
  if (expected === undefined) return undefined;
  if (ids === null) return "no ids";
  const odd = expected.findIndex((id, i) => id !== ids[i]);
  return odd < 0 ? undefined : `id ${odd} is ${JSON.stringify(ids[odd])}, not ${JSON.stringify(expected[odd])}`;
}

function splitsFault(expected = {}, splits) {
  const odd = Object.keys(expected).find((name) => splits[name] !== expected[name]);
  return odd === undefined ? undefined : `split ${odd} has ${splits[odd] ?? "no"} samples, not ${expected[odd]}`;
}

/** What two files give differently that should give the same; undefined where they do not. */
export function difference(one, other) {
  if (other.error !== undefined) return other.error;
  const views = one.views.map((view) => ({ columns: view.columns, rows: Object.fromEntries(rowsOf(view)) }));
  const labels = one.labels === null ? { classes: null } : { labels: one.labels.of };
  return outcomeFault({ samples: one.samples, views, ...labels }, undefined, other);
}

const rowsOf = ({ data, rows, columns }) =>
  Array.from({ length: rows }, (_, i) => [i, data.slice(i * columns, (i + 1) * columns)]);

/** What came, in a line. */
export function outcomeText({ error, user, kind, samples, views, labels, ids, notes }) {
  if (error !== undefined) return `${user ? "refused" : kind}: ${error}`;
  const shown = views.map(
    ({ name, columns, first }) =>
      `${name} ${columns} columns (${first
        .slice(0, 4)
        .map((value) => Number(value.toPrecision(6)))
        .join(" ")})`,
  );
  const classes = labels ? `classes ${JSON.stringify(labels.names.slice(0, 8))}` : "no labels";
  return [
    `${samples} samples`,
    ...shown,
    classes,
    ids ? `ids ${ids.slice(0, 2).join(" ")}` : "no ids",
    ...notes.map((note) => `note: ${note}`),
  ].join(", ");
}
