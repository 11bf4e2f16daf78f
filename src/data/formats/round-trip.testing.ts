// Small random data sets, and the same written in every format and dialect: what a reader must give back, or refuse.
import fc from "fast-check";
import type { ParquetColumn } from "./index.js";
import { encodeMatlab5, type MatlabValue } from "./matlab/matlab5.testing.js";

/** A view: its name goes before the number of each of its columns. */
export interface SampleView {
  readonly features: readonly string[];
  /** A row per sample; NaN where there is no value. All of them are float32. */
  readonly rows: readonly (readonly number[])[];
}

export interface SampleSet {
  readonly views: readonly SampleView[];
  readonly ids: readonly string[];
  /** Class name of each sample, null where it has none. */
  readonly labels: readonly (string | null)[];
}

const idKinds: readonly ((i: number) => string)[] = [
  (i) => `s${i}`,
  (i) => String(i).padStart(5, "0"),
  (i) => `${i + 1}e${i + 3}`,
  (i) => String(740_245_381_351_497_730n + BigInt(i)),
  (i) => `a, "${i}"; b`,
  (i) => `Größe ${i}`,
  (i) => ["NA", "null", "1", "01", "1.0", "inf", "TRUE", "x", "-", "0x1f", "1 000", "1,5"][i]!,
];

const classKinds: readonly (readonly string[])[] = [
  ["cat", "dog", "eel"],
  ["red, dark", 'so "called"'],
  ["01", "1"],
  ["1e1", "10"],
  ["-1", "1"],
  ["0", "255"],
  ["Übung", "été"],
  ["NA", "yes"],
];

const viewNames: readonly (readonly [string, string])[] = [
  ["image", "text"],
  ["left", "right"],
  ["a", "b"],
  ["Kinect", "audio"],
];

const suffixes: readonly ((i: number) => string)[] = [(i) => `${i}`, (i) => `_${i + 1}`, (i) => `.${i}`];

/** What the data sets may hold. */
export interface Kinds {
  /** Only names, classes and values that no format has trouble with. */
  readonly plain?: boolean;
}

/** Data sets of two views, with ids and labels; every class has two samples at least. */
export function sampleSets({ plain = false }: Kinds = {}): fc.Arbitrary<SampleSet> {
  const none = fc.constant<number[]>([]);
  const pick = <T>(kinds: readonly T[]) => (plain ? fc.constant(kinds[0]!) : fc.constantFrom(...kinds));
  return fc
    .record({
      samples: fc.integer({ min: 6, max: 12 }),
      widths: fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 4 })),
      id: pick(idKinds),
      classes: pick(classKinds),
      names: pick(viewNames),
      suffix: pick(suffixes),
      seed: fc.noShrink(fc.integer({ min: 1, max: 2 ** 30 })),
      scale: plain ? fc.constant(8) : fc.constantFrom(8, 1, 1024),
      gaps: plain ? none : fc.oneof(none, fc.array(fc.nat({ max: 95 }), { maxLength: 3 })),
      unlabeled: plain ? none : fc.oneof(none, fc.array(fc.nat({ max: 5 }), { maxLength: 2 })),
    })
    .map(({ samples, widths, id, classes, names, suffix, seed, scale, gaps, unlabeled }) => {
      let next = 0;
      let state = seed;
      const value = () => {
        state = (state * 48_271) % (2 ** 31 - 1);
        return gaps.includes(next++) ? Number.NaN : ((state % 16_000) - 8000) / scale;
      };
      const views = names.map((name, v) => ({
        features: Array.from({ length: widths[v]! }, (_, i) => name + suffix(i)),
        rows: Array.from({ length: samples }, () => Array.from({ length: widths[v]! }, value)),
      }));
      const labels = Array.from({ length: samples }, (_, i) =>
        // the last four are always there
        unlabeled.includes(i) && i < samples - 4 ? null : classes[(i * 5) % classes.length]!,
      );
      return { views, ids: Array.from({ length: samples }, (_, i) => id(i)), labels };
    });
}

/** What a format keeps of a data set. */
export interface Kept {
  readonly features: boolean;
  /** Whether the format tells the two views apart. */
  readonly views: boolean;
  readonly ids: boolean;
}

export interface Written {
  readonly bytes: Uint8Array;
  readonly kept: Kept;
  /** The dialect, for messages. */
  readonly how: string;
}

export interface CsvDialect {
  readonly delimiter: "," | ";" | "\t" | "|";
  readonly decimal: "." | ",";
  readonly quotes: "where needed" | "always";
  readonly header: boolean;
  readonly lineEnd: "\n" | "\r\n";
  readonly encoding: "utf8" | "utf8 with mark" | "utf16le" | "latin1";
  readonly missing: "" | "NA" | "nan";
  readonly labelFirst: boolean;
}

export const csvDialects: fc.Arbitrary<CsvDialect> = fc
  .record({
    delimiter: fc.constantFrom(",", ";", "\t", "|"),
    decimal: fc.constantFrom(".", ","),
    quotes: fc.constantFrom("where needed", "always"),
    header: fc.constantFrom(true, true, true, false),
    lineEnd: fc.constantFrom("\n", "\r\n"),
    encoding: fc.constantFrom("utf8", "utf8 with mark", "utf16le", "latin1"),
    missing: fc.constantFrom("", "NA", "nan"),
    labelFirst: fc.boolean(),
  } as const)
  .filter(({ delimiter, decimal }) => delimiter !== decimal) as fc.Arbitrary<CsvDialect>;

export const plainCsv: CsvDialect = {
  delimiter: ",",
  decimal: ".",
  quotes: "where needed",
  header: true,
  lineEnd: "\n",
  encoding: "utf8",
  missing: "",
  labelFirst: false,
};

/** Names and cells of a table: id, label and the columns of the views, the label first or last. */
function table(set: SampleSet, labelFirst: boolean): { names: string[]; rows: (string | number | null)[][] } {
  const order = <T>(id: T, label: T, numbers: readonly T[]): T[] =>
    labelFirst ? [label, id, ...numbers] : [id, ...numbers, label];
  return {
    names: order<string>(
      "id",
      "label",
      set.views.flatMap(({ features }) => features),
    ),
    rows: set.ids.map((id, i) =>
      order<string | number | null>(
        id,
        set.labels[i]!,
        set.views.flatMap(({ rows }) => rows[i]!),
      ),
    ),
  };
}

export function writeCsv(set: SampleSet, dialect: CsvDialect): Written {
  const { delimiter, decimal, quotes, header, lineEnd, encoding, missing, labelFirst } = dialect;
  const cell = (value: string | number | null): string => {
    if (value === null) return "";
    if (typeof value === "number") {
      const text = Number.isNaN(value) ? missing : String(value).replace(".", decimal);
      return quotes === "always" ? `"${text}"` : text;
    }
    const needed = quotes === "always" || value.includes(delimiter) || /["\r\n]|^\s|\s$/.test(value);
    return needed ? `"${value.replaceAll('"', '""')}"` : value;
  };
  const { names, rows } = table(set, labelFirst);
  const lines = [...(header ? [names] : []), ...rows].map((row) => row.map(cell).join(delimiter) + lineEnd);
  const text = lines.join("");
  const mark = encoding === "utf16le" || encoding === "utf8 with mark" ? "\ufeff" : "";
  const bytes = Buffer.from(mark + text, encoding === "utf8 with mark" ? "utf8" : encoding);
  return { bytes, kept: { features: header, views: header, ids: true }, how: JSON.stringify(dialect) };
}

/** An object a line: a number a key, or a list for each view. */
export function writeJsonLines(set: SampleSet, lists: boolean): Written {
  const nulls = (row: readonly number[]) => row.map((value) => (Number.isNaN(value) ? null : value));
  const lines = set.ids.map((id, i) => {
    const views = set.views.flatMap(({ features, rows }, v): [string, unknown][] => {
      if (lists) return [[`view${v + 1}`, nulls(rows[i]!)]];
      return nulls(rows[i]!).map((value, j) => [features[j]!, value]);
    });
    return `${JSON.stringify({ id, label: set.labels[i], ...Object.fromEntries(views) })}\n`;
  });
  return {
    bytes: Buffer.from(lines.join("")),
    kept: { features: !lists, views: true, ids: true },
    how: lists ? "lists" : "keys",
  };
}

export function writeArff(set: SampleSet): Written {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const { names, rows } = table(set, false);
  const classes = [...new Set(set.labels)].filter((label) => label !== null);
  const types = names.map((name) => {
    if (name === "label") return `{${classes.map(quoted).join(",")}}`;
    return name === "id" ? "string" : "numeric";
  });
  const cell = (value: string | number | null) => {
    if (value === null || Number.isNaN(value)) return "?";
    return typeof value === "number" ? String(value) : quoted(value);
  };
  const text = [
    "@relation sets",
    ...names.map((name, i) => `@attribute ${quoted(name)} ${types[i]}`),
    "@data",
    ...rows.map((row) => row.map(cell).join(",")),
  ].join("\n");
  return { bytes: Buffer.from(`${text}\n`), kept: { features: true, views: true, ids: true }, how: "" };
}

/** The columns for writeParquet. */
export function parquetColumns(set: SampleSet, lists: boolean): { columns: ParquetColumn[]; kept: Kept } {
  const views = set.views.flatMap(({ features, rows }, v): ParquetColumn[] => {
    if (lists) return [{ name: `view${v + 1}`, data: Float32Array.from(rows.flat()), width: features.length }];
    return features.map((name, j) => ({ name, data: Float64Array.from(rows, (row) => row[j]!) }));
  });
  return {
    columns: [{ name: "id", data: set.ids }, ...views, { name: "label", data: set.labels }],
    kept: { features: !lists, views: true, ids: true },
  };
}

/** X1, X2, Y and ids: matrices and text, or a cell of matrices. Y is text, or numbers where all class names are. */
export function writeMatlab(set: SampleSet, cells: boolean, compressed: boolean): Written {
  const matrices = set.views.map(({ features, rows }): MatlabValue => {
    const values = features.flatMap((_, j) => rows.map((row) => row[j]!));
    return { kind: "numeric", shape: [rows.length, features.length], values };
  });
  const samples = set.ids.length;
  const texts = (lines: readonly string[]): MatlabValue => ({
    kind: "cell",
    shape: [samples, 1],
    items: lines.map((line) => ({ kind: "text", lines: [line], encoding: "utf16" })),
  });
  const variables = {
    ...(cells
      ? { X: { kind: "cell", shape: [1, 2], items: matrices } as MatlabValue }
      : Object.fromEntries(matrices.map((matrix, v) => [`X${v + 1}`, matrix]))),
    Y: texts(set.labels.map((label) => label ?? "")),
    ids: texts(set.ids),
  };
  return {
    bytes: encodeMatlab5(variables, { compressed }),
    kept: { features: false, views: true, ids: true },
    how: `${cells ? "a cell" : "X1, X2"}${compressed ? ", compressed" : ""}`,
  };
}
