"""O: dialects and formats that people have, and those that are refused in plain words. N: wide tables."""

import csv
import gzip
import io
import json
import pickle

import hdf5plugin
import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
from sklearn.datasets import dump_svmlight_file

from common import CASES, FILES, case, cell, lines, names, numbers, path, reading, refused, repack, savemat, text, whole
from matlab import v

P = [0, 1, 1, 2, 0, 2, 1, 0, 2, 0]
N = 10
A, B = numbers(120, N, 3), numbers(121, N, 4)
WORDS = names(P, "herb", "tree", "bush")
COUNT = [str(p) for p in P]
IDS = [f"k{i}" for i in range(N)]
TABLE = [["stem", "leaf", "root", "class"]] + [[*A[i], WORDS[i]] for i in range(N)]
READ = reading([A], WORDS)
comma = lambda value: str(value).replace(".", ",")


def dialects():
    lines("sep.csv", [["sep=;"]] + [list(map(comma, row)) for row in TABLE], delimiter=";", end="\r\n", encoding="utf-8-sig")
    case("sep-line", "O", "sep.csv", "Excel's line sep=; above the header, a byte order mark, CRLF, decimal commas.", READ)
    lines("utf-16-be.csv", TABLE, delimiter=";", end="\r\n", encoding="utf-16-be")
    (FILES / "utf-16-be.csv").write_bytes(b"\xfe\xff" + (FILES / "utf-16-be.csv").read_bytes())
    case("utf-16-big-endian", "O", "utf-16-be.csv", "UTF-16, high byte first, semicolons.", READ)
    lines("utf-16-le.tsv", [["Größe", "Länge", "Höhe", "class"]] + TABLE[1:], delimiter="\t", encoding="utf-16")
    case("utf-16-little-endian", "O", "utf-16-le.tsv", "UTF-16, low byte first, umlauts in the header, tabs.", READ)
    lines("latin-1.csv", [["Größe", "Länge", "Höhe", "class"]] + [[*A[i], names(P, "süß", "naß", "heiß")[i]] for i in range(N)], delimiter=";", encoding="latin-1")
    case("latin-1", "O", "latin-1.csv", "Latin-1 in header and labels, as Excel saves in Germany; read so, or asked to save as UTF-8.",
         reading([A], names(P, "süß", "naß", "heiß")), refused("UTF-8|encod|latin|1252|character"))
    lines("windows.csv", [["stem", "leaf", "root", "class"]] + [[*A[i], names(P, "–", "€", "œuf")[i]] for i in range(N)], encoding="cp1252", end="\r\n")
    case("windows-1252", "O", "windows.csv", "A dash, a euro sign and œ of Windows' encoding as classes.",
         reading([A], names(P, "–", "€", "œuf")), refused("UTF-8|encod|latin|1252|character"))
    lines("pipes.txt", TABLE, delimiter="|")
    case("pipes", "O", "pipes.txt", "Cells parted by |.", READ)
    text("columns.txt", "".join("".join(f"{cell!s:>10}" for cell in row) + "\n" for row in TABLE))
    case("aligned-blanks", "O", "columns.txt", "Columns aligned by many blanks, with leading ones, with a header.", READ)
    np.savetxt(path("savetxt.txt"), B)
    case("savetxt", "O", "savetxt.txt", "np.savetxt as it is: 18 digits and exponents, blanks.", reading([B], None))
    np.savetxt(path("savetxt-header.txt"), B, delimiter=",", fmt="%.4f", header="a,b,c,d")
    case("savetxt-header", "O", "savetxt-header.txt", "np.savetxt with a header, which stands behind # .", reading([B], None))
    lines("trailing.csv", [[*row, ""] for row in TABLE])
    case("trailing-commas", "O", "trailing.csv", "A comma at the end of every line, the first too.", READ)
    text("blank-lines.csv", "\n" + "".join(",".join(map(str, row)) + "\n" + ("\n" if i % 3 == 0 else "") for i, row in enumerate(TABLE)) + "\n\n")
    case("blank-lines", "O", "blank-lines.csv", "Blank lines before, between and behind.", READ)
    lines("returns.csv", TABLE, end="\r")
    case("carriage-returns", "O", "returns.csv", "Lines ended by CR alone, as Excel for Mac saves.", READ)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["note", *TABLE[0]])
    writer.writerows([f'by the "old" wall,\nrow {i}' if i % 2 else "plain", *row] for i, row in enumerate(TABLE[1:]))
    text("notes.csv", out.getvalue())
    case("newlines-in-cells", "O", "notes.csv", "A text column with line breaks, commas and doubled quotation marks; it is left out with a word.", {**READ, "note": "note"})
    lines("titled.csv", [["Garden survey 2021", "", "", ""], ["", "", "", ""], *TABLE])
    case("title-row", "O", "titled.csv", "A title and an empty row above the header, as sheets are exported: the header is found, or it is asked.", READ, refused("header|line|row|column"))
    lines("units-row.csv", [TABLE[0], ["cm", "cm", "mm", ""], *TABLE[1:]])
    case("units-row", "O", "units-row.csv", "A row of units under the header: left out with a word, or asked; the columns do not become text in silence.",
         {**READ, "note": "unit|line 2|row|cm"}, refused("unit|line 2|row|cm|stem|column"))
    lines("header-only-note.csv", [["# made by survey.py; n = 10"], *TABLE, ["# end"]])
    case("comments-both-ends", "O", "header-only-note.csv", "# lines above the header and at the end.", READ)
    frame = pd.DataFrame(np.column_stack([A, B[:, :1]]), columns=["stem", "leaf", "stem", "leaf"])
    frame["class"] = WORDS
    frame.to_csv(path("same-twice.tsv"), sep="\t", index=False)
    case("same-names-twice", "O", "same-twice.tsv", "stem and leaf twice each: four columns.", reading([np.column_stack([A, B[:, :1]])], WORDS),
         reading([A[:, [0, 2]], np.column_stack([A[:, 1], B[:, 0]])], WORDS))
    lines("quoted.csv", [[f'"{cell}"' for cell in row] for row in TABLE])
    case("everything-quoted", "O", "quoted.csv", "Quotation marks around every cell, numbers too.", READ)
    text("no-last-newline.csv", "\n".join(", ".join(map(str, row)) for row in TABLE))
    case("blank-after-comma", "O", "no-last-newline.csv", "A blank after each comma, no line end at the end.", READ)
    lines("short.csv", [row[:-1] if i == 4 else row for i, row in enumerate(TABLE)])
    case("short-line", "O", "short.csv", "One line has a cell too few: which one must be said.", refused("line 5|row 4|row 3"))
    # vectors in cells
    arrays = [str(row) for row in A]
    lines("numpy-text.csv", [["id", "embedding", "label"]] + [[IDS[i], arrays[i], WORDS[i]] for i in range(N)])
    case("vectors-as-numpy-text", "O", "numpy-text.csv", "Embeddings as NumPy prints them: [1.5 2.25 3.], without commas.", {**READ, "ids": IDS})
    lines("vector-semicolon.csv", [["id", "image", "text", "label"]] + [[IDS[i], "[" + ", ".join(map(str, A[i])) + "]", "[" + ", ".join(map(str, B[i])) + "]", WORDS[i]] for i in range(N)], delimiter=";")
    case("two-vector-columns", "O", "vector-semicolon.csv", "Two columns of lists in a table with semicolons: two views.", reading([A, B], WORDS, ids=IDS))


def r_tables():
    three = v(N, 3, 5)
    kinds = names([0, 1, 1, 2, 0, 2, 1, 0, 2, 0], "herb", "tree", "bush")
    plots = [f"plot {i}" for i in range(1, N + 1)]
    for name, file, why, more in (
        ("r-table-numbered", "r-table-numbered.txt", "R's write.table with row numbers, blanks and quotation marks.", {}),
        ("r-table-named", "r-table-named.tsv", "R's write.table with row names, tabs, no quotation marks; the header is one name short.", {"ids": plots}),
        ("r-write-csv", "r-write-csv.csv", "R's write.csv: row numbers under an empty name.", {}),
        ("r-write-csv-named", "r-write-csv-named.csv", "R's write.csv with row names.", {"ids": plots}),
        ("r-write-csv2", "r-write-csv2.csv", "R's write.csv2: semicolons, decimal commas, row numbers.", {}),
        ("r-write-csv2-plain", "r-write-csv2-plain.csv", "R's write.csv2 without row names, CRLF.", {}),
    ):
        case(name, "O", file, why, reading([three], kinds, **more), options={"labels": "type"})
    case("r-matrix", "O", "r-matrix.txt", "R's write.table of a matrix, without names.", reading([v(N, 4, 6)], None))
    holes = [None if i in (1, 8) else kind for i, kind in enumerate(kinds)]
    kept = [i for i, kind in enumerate(holes) if kind]
    case("r-na-label", "J", "r-na-label.csv", "R writes a missing label as NA without quotation marks, beside quoted names: missing and told, a class and told, or asked.",
         reading([three], holes, note="NA|missing|type"), reading([three[kept]], [kinds[i] for i in kept], note="NA|missing|type"),
         reading([three], [kind or "NA" for kind in holes], note="NA"), refused("NA|type"), options={"labels": "type"})
    case("r-rds", "O", "plants.rds", "R's saveRDS: said that it is not read.", refused("rds|format|not|R"))


def records():
    text("iris-like.arff", "% made by hand\n@RELATION plants\n\n@ATTRIBUTE stem NUMERIC\n@ATTRIBUTE 'leaf length' REAL\n@attribute root real\n@ATTRIBUTE class {herb,tree,bush}\n\n@DATA\n"
         + "".join(",".join(map(str, row)) + "\n" for row in TABLE[1:]))
    case("arff", "O", "iris-like.arff", "ARFF as Weka writes it, with a comment and a quoted name.", READ)
    text("missing.arff", "@relation plants\n@attribute stem numeric\n@attribute leaf numeric\n@attribute root numeric\n@attribute class {herb,'tall tree',bush}\n@data\n"
         + "".join(",".join(map(str, [*A[i], "?" if i == 3 else "'tall tree'" if WORDS[i] == "tree" else WORDS[i]])) + "\n" for i in range(N)))
    quoted = [w.replace("tree", "tall tree") for w in WORDS]
    gone = [None if i == 3 else w for i, w in enumerate(quoted)]
    rest = [i for i in range(N) if i != 3]
    case("arff-missing-label", "J", "missing.arff", "ARFF with a quoted class and ? for one label: missing.",
         reading([A], gone, note="class|label|miss"), reading([A[rest]], [quoted[i] for i in rest], note="class|label|miss"), refused("class|label|miss"))
    counts = whole(122, N, 6, low=-4, high=4).clip(0)
    text("sparse.arff", "@relation bag\n" + "".join(f"@attribute w{j} numeric\n" for j in range(6)) + "@attribute class {no,yes}\n@data\n"
         + "".join("{" + ", ".join([f"{j} {c}" for j, c in enumerate(row) if c] + (["6 yes"] if p else [])) + "}\n" for row, p in zip(counts, P)))
    case("arff-sparse", "O", "sparse.arff", "Sparse ARFF, where the first class is not written: read, or said that it is not.",
         reading([counts], ["yes" if p else "no" for p in P]), refused("sparse"))
    text("nested.jsonl", "".join(json.dumps({"meta": {"id": IDS[i]}, "features": {"a": A[i, 0], "b": A[i, 1]}, "text_vec": list(B[i]), "label": WORDS[i]}) + "\n" for i in range(N)))
    case("jsonl-nested", "O", "nested.jsonl", "JSON lines with objects in objects: their numbers are read, or left out with a word, or asked.",
         reading([A[:, :2], B], WORDS), reading([B], WORDS, note="features"), refused("features|nested|object|meta"))
    frame = pd.DataFrame({"id": IDS, "stem": A[:, 0], "leaf": A[:, 1], "root": A[:, 2], "label": WORDS})
    frame.to_json(path("flat.ndjson"), orient="records", lines=True)
    case("jsonl-flat", "O", "flat.ndjson", "pandas' to_json with lines=True, of plain columns.", {**READ, "ids": IDS})
    frame.to_json(path("records.json"), orient="records", indent=1)
    case("json-records", "O", "records.json", "One JSON list of records: read, or said that it is not.", {**READ, "ids": IDS}, refused("json"))


def arrow():
    table = pa.table({"id": IDS, "image": pa.array([list(row) for row in A], pa.list_(pa.float32(), 3)), "text": pa.array([list(row) for row in B], pa.list_(pa.float64())),
                      "label": pa.array(WORDS).dictionary_encode()})
    both = reading([A, B], WORDS, ids=IDS)
    with pa.OSFile(path("stream.arrows"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=4):
            writer.write_batch(batch)
    case("arrow-stream", "O", "stream.arrows", "An Arrow stream in batches of four, with lists of fixed and of any length and a dictionary.", both)
    with pa.OSFile(path("file.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table, max_chunksize=5)
    case("arrow-file-zstd", "O", "file.arrow", "An Arrow file in two batches, compressed by Zstandard.", both)
    feather.write_feather(table, path("lz4.feather"), compression="lz4")
    case("feather-lz4", "O", "lz4.feather", "Feather compressed by LZ4, the default.", both)
    frame = pd.DataFrame(A.astype(np.float32), columns=["stem", "leaf", "root"]).assign(label=WORDS)
    feather.write_feather(frame, path("version-1.feather"), version=1)
    case("feather-version-1", "O", "version-1.feather", "The first version of Feather: read, or said that it is not.", READ, refused("feather|version|arrow|format"))
    for codec in ("lz4", "gzip", "brotli", "snappy"):
        parquet.write_table(table, path(f"{codec}.parquet"), compression=codec, row_group_size=6)
        case(f"parquet-{codec}", "O", f"{codec}.parquet", f"Parquet compressed by {codec}, two row groups, lists of fixed and of any length, a dictionary.", both)
    nullable = pd.DataFrame({"stem": pd.array([*A[:, 0]], "Float64"), "count": pd.array(range(5, 5 + N), "Int32"), "seen": pd.array([p > 0 for p in P], "boolean"),
                             "day": pd.date_range("2021-03-01", periods=N).date, "when": pd.date_range("2021-03-01", periods=N, freq="h"), "label": WORDS})
    nullable.to_parquet(path("nullable.parquet"), index=False, compression="zstd")
    seen = [int(p > 0) for p in P]
    case("parquet-nullable-dates", "O", "nullable.parquet", "pandas' nullable types, a date and a time: numbers are features (truth values too, or a word), dates are left out with a word or refused.",
         reading([np.column_stack([A[:, 0], range(5, 5 + N), seen])], WORDS, note=["day", "when"]), reading([np.column_stack([A[:, 0], range(5, 5 + N)])], WORDS, note=["day", "when", "seen"]), refused("day|when"))
    hole = pa.table({"image": pa.array([None if i == 2 else list(row) for i, row in enumerate(A)]), "text": [list(row) for row in B], "label": WORDS})
    parquet.write_table(hole, path("list-null.parquet"))
    case("parquet-list-null", "F", "list-null.parquet", "One image is null: missing in that view, and told.", reading([{"columns": 3, "missing": [2]}, B], WORDS, samples=N, note="miss|image"), refused("image"))
    ragged = pa.table({"image": pa.array([list(A[i, : 2 + i % 2]) for i in range(N)]), "text": [list(row) for row in B], "label": WORDS})
    parquet.write_table(ragged, path("list-ragged.parquet"))
    case("parquet-list-ragged", "O", "list-ragged.parquet", "Lists of two and of three numbers: refused, or left out with a word.", refused("image"), reading([B], WORDS, note="image"))


def arrays():
    frame = pd.DataFrame(A, columns=["stem", "leaf", "root"], index=IDS).assign(label=WORDS)
    frame.to_hdf(path("fixed.h5"), key="plants", mode="w", format="fixed", complevel=9, complib="zlib")
    repack("fixed.h5")
    case("pandas-hdf-fixed", "O", "fixed.h5", "pandas' to_hdf in its fixed form: read, or said that it is pandas' form and what to do.", READ, refused("pandas|pytables|to_hdf|pickle"))
    numeric = pd.DataFrame(A, columns=["stem", "leaf", "root"]).assign(label=P)
    numeric.to_hdf(path("fixed-numbers.h5"), key="df", mode="w", format="fixed")
    case("pandas-hdf-numbers", "O", "fixed-numbers.h5", "The same with labels as numbers.", reading([A], COUNT), refused("pandas|pytables|to_hdf"))
    with pd.HDFStore(path("table.h5"), mode="w", complevel=9, complib="zlib") as store:
        store.put("plants", frame, format="table", track_times=False)
    case("pandas-hdf-table", "O", "table.h5", "pandas' to_hdf in its table form: read, or said that it is pandas' form and what to do.", READ, refused("pandas|pytables|to_hdf|record|compound"))
    # NumPy
    box = np.empty(N, dtype=object)
    box[:] = [row for row in A]
    np.savez(path("objects.npz"), image=box, text=B, label=np.array(P))
    case("object-array-npz", "O", "objects.npz", "An object array, which is pickled: read without running anything, or left out with a word, or refused.",
         reading([A, B], COUNT), reading([B], COUNT, note="image"), refused("image|object|pickle"))
    np.savez(path("objects-label.npz"), image=A, text=B, label=np.array(WORDS, dtype=object))
    case("object-labels-npz", "O", "objects-label.npz", "Labels as an object array of texts: read, or refused; not gone in silence.",
         reading([A, B], WORDS), reading([A, B], None, note="label"), refused("label|object|pickle"))
    record = np.array([(*A[i], P[i]) for i in range(N)], dtype=[("stem", "f8"), ("leaf", "f8"), ("root", "f8"), ("label", "i4")])
    np.save(path("records.npy"), record)
    case("structured-npy", "O", "records.npy", "A structured array of NumPy: its fields are columns, or it is said that it is not read.", reading([A], COUNT), refused("struct|field|dtype|record|type"))
    np.save(path("complex.npy"), A + 1j * A[::-1])
    case("complex-npy", "O", "complex.npy", "Complex numbers: said that they are not read.", refused("complex"))
    savemat("cell-in-cell.mat", {"data": cell(cell(A, B)), "gt": np.array(P)})
    case("cell-in-cell", "O", "cell-in-cell.mat", "data = {{X1, X2}}: a cell in a cell.", reading([A, B], COUNT))
    pixels = whole(124, N, 60, high=3).astype(float)  # repeats itself enough that a filter is used
    with h5py.File(path("blosc.h5"), "w") as file:
        file.create_dataset("image", data=pixels, chunks=pixels.shape, **hdf5plugin.Blosc())
        file["text"], file["label"] = B, np.array(P)
    case("hdf5-blosc", "O", "blosc.h5", "Blosc in HDF5: read, or said which filter is not there; the file is not corrupt.", reading([pixels, B], COUNT), refused("filter|blosc|32001", **{"not": ["corrupt|damaged"]}))
    with h5py.File(path("zstd.h5"), "w") as file:
        file.create_dataset("image", data=pixels, chunks=pixels.shape, **hdf5plugin.Zstd())
        file["text"], file["label"] = B, np.array(P)
    case("hdf5-zstd", "O", "zstd.h5", "Zstandard in HDF5: read, or said which filter is not there; the file is not corrupt.", reading([pixels, B], COUNT), refused("filter|zstd|zstandard|32015", **{"not": ["corrupt|damaged"]}))
    # other programs' files
    with gzip.GzipFile(path("plants.csv.gz"), "wb", mtime=0) as out:
        out.write("".join(",".join(map(str, row)) + "\n" for row in TABLE).encode())
    case("csv-gzip", "O", "plants.csv.gz", "A gzipped CSV, as pandas writes and reads it: read, or said to unpack it.", READ, refused("gz|compress|unpack"))
    (FILES / "plants.pkl").write_bytes(pickle.dumps({"image": A, "label": WORDS}, protocol=4))
    case("pickle", "O", "plants.pkl", "A pickle runs code when read: refused.", refused("pickle|pkl|format|not"))
    dump_svmlight_file(counts_view := whole(123, N, 8, low=-6, high=4).clip(0), np.array(P), path("bag.svm"))
    case("svmlight", "O", "bag.svm", "LIBSVM's format by scikit-learn: read, or said that it is not.", reading([counts_view], COUNT), refused("svm|format|not|without"))
    frame = pd.DataFrame(A, columns=["stem", "leaf", "root"]).assign(label=WORDS)
    (FILES / "empty.csv").write_bytes(b"")
    case("empty-file", "O", "empty.csv", "An empty file.", refused("empty|no "))
    lines("header-alone.csv", [TABLE[0]])
    case("header-alone", "O", "header-alone.csv", "A header and nothing below.", refused("no |empty|sample|row|without"))
    (FILES / "cut.parquet").write_bytes((FILES / "gzip.parquet").read_bytes()[:-300])
    case("parquet-cut", "O", "cut.parquet", "A Parquet file cut short.", refused("parquet|corrupt|truncat|cut|footer|not"))
    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), path("parquet-as.csv"))
    case("parquet-named-csv", "O", "parquet-as.csv", "Parquet under the name of a CSV: read by what it is, or said.", READ, refused("parquet|csv|text"))


def wide(title, why, **table):
    CASES.append({"name": title, "kind": "N", "why": why, "wide": {"rows": 20, "columns": [20000, 40000], "classes": ["ill", "well"], **table}, "accept": []})


def main():
    dialects()
    r_tables()
    records()
    arrow()
    arrays()
    wide("wide-tabs", "Tabs, Ensembl's names with digits in them and behind.", first="sample_id", name="ENSG000#.7", delimiter="\t")
    wide("wide-numbered-header", "A header of numbers behind a nameless index.", first="", name="#", delimiter=",")
    wide("wide-methylation", "Semicolons, names as of methylation sites.", first="patient", name="cg#", delimiter=";")
