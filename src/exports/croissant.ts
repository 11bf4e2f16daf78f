// Croissant metadata (MLCommons 1.0, JSON-LD) of a data set in files: what is in them, with checksums, and columns where they are read as such.
import { basename, dirname, extname, relative } from "node:path";
import type { MultiViewDataset } from "../data/dataset.js";
import type { AccountEntry } from "../data/layout/account.js";
import { UserError } from "../errors.js";
import { describeEnvironment } from "../runs/environment.js";

/** What only the user knows of a data set. */
export interface DatasetFacts {
  /** Address of the license. */
  readonly license?: string;
  /** Address of the data set's page. */
  readonly url?: string;
  readonly description?: string;
}

/** Metadata, and what it does not say. */
export interface Croissant {
  readonly metadata: object;
  readonly notes: readonly string[];
}

// https://docs.mlcommons.org/croissant/docs/croissant-spec.html, version 1.0
const context = {
  "@language": "en",
  "@vocab": "https://schema.org/",
  citeAs: "cr:citeAs",
  column: "cr:column",
  conformsTo: "dct:conformsTo",
  cr: "http://mlcommons.org/croissant/",
  rai: "http://mlcommons.org/croissant/RAI/",
  data: { "@id": "cr:data", "@type": "@json" },
  dataType: { "@id": "cr:dataType", "@type": "@vocab" },
  dct: "http://purl.org/dc/terms/",
  equivalentProperty: "cr:equivalentProperty",
  examples: { "@id": "cr:examples", "@type": "@json" },
  extract: "cr:extract",
  field: "cr:field",
  fileProperty: "cr:fileProperty",
  fileObject: "cr:fileObject",
  fileSet: "cr:fileSet",
  format: "cr:format",
  includes: "cr:includes",
  isLiveDataset: "cr:isLiveDataset",
  jsonPath: "cr:jsonPath",
  key: "cr:key",
  md5: "cr:md5",
  parentField: "cr:parentField",
  path: "cr:path",
  recordSet: "cr:recordSet",
  references: "cr:references",
  regex: "cr:regex",
  repeated: "cr:repeated",
  replace: "cr:replace",
  samplingRate: "cr:samplingRate",
  sc: "https://schema.org/",
  separator: "cr:separator",
  source: "cr:source",
  subField: "cr:subField",
  transform: "cr:transform",
};

const formats: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".tsv": "text/tab-separated-values",
  ".parquet": "application/x-parquet",
  ".mat": "application/x-matlab-data",
  ".h5": "application/x-hdf5",
  ".hdf5": "application/x-hdf5",
  ".npz": "application/zip",
  ".gz": "application/gzip",
};

/**
 * Describes the files of an open data set.
 * @param files of the data set; `out` says where the metadata will stand, which files are named relative to.
 * @throws UserError where it has no files, or an address is none.
 */
export async function croissant(
  data: MultiViewDataset,
  {
    files,
    out,
    readAs,
    facts,
  }: { files: readonly string[]; out: string; readAs: readonly string[]; facts: DatasetFacts },
): Promise<Croissant> {
  if (files.length === 0) throw new UserError(`${data.name} has no files: it is made when it is opened`);
  for (const name of ["license", "url"] as const) checkAddress(name, facts[name]);
  const described = (await describeEnvironment(files)).files;
  const distribution = described.map(({ path, bytes, sha256 }, i) => ({
    "@type": "cr:FileObject",
    "@id": `file-${i + 1}`,
    name: basename(path),
    contentUrl: relative(dirname(out), path).replaceAll("\\", "/"),
    contentSize: `${bytes} B`,
    encodingFormat: formats[extname(path).toLowerCase()] ?? "application/octet-stream",
    sha256,
  }));
  const columns = files.length === 1 ? columnsOf(files[0]!, data.account ?? [], readAs) : undefined;
  const metadata = {
    "@context": context,
    "@type": "sc:Dataset",
    conformsTo: "http://mlcommons.org/croissant/1.0",
    name: data.name,
    description: facts.description ?? descriptionOf(data),
    ...(facts.license !== undefined && { license: facts.license }),
    ...(facts.url !== undefined && { url: facts.url }),
    distribution,
    ...(columns && { recordSet: [recordSet(columns)] }),
  };
  const notes = [
    facts.license === undefined && "the license is not known and left out: --license ADDRESS says it",
    facts.url === undefined && "the page of the data set is not known and left out: --url ADDRESS says it",
    columns === undefined &&
      "records are not described: Croissant has them of one comma-separated file with a header, or one Parquet file, of plain columns",
  ];
  return { metadata, notes: notes.filter((note) => note !== false) };
}

function checkAddress(name: string, address: string | undefined): void {
  if (address === undefined || (URL.canParse(address) && /^https?:/.test(address))) return;
  throw new UserError(`--${name} ${address}: expected an address that begins with https:// or http://`);
}

function descriptionOf({ samples, views, labels }: MultiViewDataset): string {
  const shapes = views.map(({ name, matrix }) => `${name} (${matrix.columns} features)`).join(", ");
  const classes = labels === undefined ? "no labels" : `${labels.names.length} classes: ${labels.names.join(", ")}`;
  return `${samples} samples seen through ${views.length} ${views.length === 1 ? "view" : "views"}: ${shapes}; ${classes}.`;
}

interface Column {
  readonly name: string;
  readonly type: "sc:Text" | "sc:Float";
  readonly description: string;
}

/** The columns of a table, undefined for a file that Croissant cannot read as one. */
function columnsOf(path: string, account: readonly AccountEntry[], readAs: readonly string[]): Column[] | undefined {
  const ending = extname(path).toLowerCase();
  const isPlainText =
    ending === ".csv" && readAs.some((note) => /comma-separated, decimal point, header in line 1/.test(note));
  if (!isPlainText && ending !== ".parquet") return undefined;
  const columns: Column[] = [];
  for (const { variable, what, role, detail, columns: names = [variable] } of account) {
    const isText = role === "ids" || !/\d×\d/.test(what);
    const width = Number(/×(\d+)/.exec(what)?.[1] ?? 1);
    if (role === "view" && width !== names.length) return undefined;
    const description = role === "view" ? `view ${detail}` : role === "ignored" ? "not used" : role;
    for (const name of names) columns.push({ name, type: isText ? "sc:Text" : "sc:Float", description });
  }
  return columns.length > 0 ? columns : undefined;
}

function recordSet(columns: readonly Column[]): object {
  return {
    "@type": "cr:RecordSet",
    "@id": "samples",
    name: "samples",
    description: "One record a sample.",
    field: columns.map(({ name, type, description }) => ({
      "@type": "cr:Field",
      "@id": `samples/${name}`,
      name,
      description,
      dataType: type,
      source: { fileObject: { "@id": "file-1" }, extract: { column: name } },
    })),
  };
}
