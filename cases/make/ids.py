"""I: ids of all kinds, and features that look like ids."""

import json
import uuid

import h5py
import numpy as np
import pandas as pd

from common import case, lines, names, numbers, path, reading, refused, savemat, text

P = [0, 1, 0, 2, 2, 1, 0, 1]
N = 8
A, B = numbers(90, N, 3), numbers(91, N, 2)
WORDS = names(P, "fern", "moss", "reed")
BIG = [9007199254740993 + 2 * i for i in range(N)]
READ = reading([A], WORDS)


def rows(head, *columns):
    return [list(head)] + [list(row) for row in zip(*columns)]


def three():
    return [A[:, j] for j in range(3)]


def main():
    shas = ["7e12", "1e05", "03e4", "a1f9", "9e99", "12e1", "5d2c", "0e00"]
    lines("commits.csv", rows(["commit_id", "len", "wid", "dep", "class"], shas, *three(), WORDS))
    case("ids-hex", "I", "commits.csv", "Short hashes, some of which look like powers of ten.", {**READ, "ids": shas})
    powers = ["7e12", "1e05", "03e4", "2e7", "9e99", "12e1", "5e2", "0e00"]
    lines("powers-only.tsv", rows(["id", "len", "wid", "dep", "class"], powers, *three(), WORDS), delimiter="\t")
    case("ids-all-exponents", "I", "powers-only.tsv", "Ids that all look like powers of ten.", {**READ, "ids": powers})
    ids = [str(uuid.UUID(int=2**100 + 12345678901234567 * i, version=4)) for i in range(N)]
    lines("uuid-middle.csv", rows(["len", "uuid", "wid", "dep", "class"], A[:, 0], ids, A[:, 1], A[:, 2], WORDS), delimiter=";")
    case("ids-uuid-middle", "I", "uuid-middle.csv", "UUIDs in the middle of the table.", {**READ, "ids": ids}, {**READ, "note": "uuid"})
    zeros = [f"{i * 37:05d}" for i in range(N)]
    lines("zip.csv", rows(["len", "wid", "dep", "class", "sample"], *three(), WORDS, zeros))
    case("ids-zeros-last", "I", "zip.csv", "Names with leading zeros in the last column, called sample.", {**READ, "ids": zeros})
    lines("numbered.csv", rows(["No", "len", "wid", "dep", "class"], range(1, N + 1), *three(), WORDS))
    case("row-number-no", "I", "numbered.csv", "No counts the rows: no feature.", READ)
    files = [f"test/{w}/{i:04d}.png" for i, w in enumerate(WORDS)]
    lines("paths.csv", rows(["image", "len", "wid", "dep", "label"], files, *three(), WORDS))
    case("ids-image-paths", "I", "paths.csv", "Paths of pictures in a column image, which hold the class's name too.", {**READ, "ids": files}, {**READ, "note": "image"})
    lines("visits.csv", rows(["user_id", "len", "wid", "dep", "class"], [17, 17, 23, 23, 42, 42, 42, 99], *three(), WORDS))
    case("ids-repeat-numbers", "I", "visits.csv", "user_id repeats: no feature, and that is told.", READ, note="user_id")
    pd.DataFrame(A, columns=["len", "wid", "dep"]).assign(label=WORDS).set_index(pd.MultiIndex.from_product([["s1", "s2", "s3", "s4"], [1, 2]], names=["subject", "trial"])).to_csv(path("multi-index.csv"))
    case("multi-index", "I", "multi-index.csv", "A MultiIndex of subject and trial: neither is a feature, and that they are left out is told; or it is asked.",
         {**READ, "note": ["subject", "trial"]}, refused("subject|trial"))
    # 64 bits
    np.savez(path("ids-big.npz"), ids=np.array(BIG), image=A, text=B, label=np.array(P))
    texts = [str(b) for b in BIG]
    pair = reading([A, B], [str(p) for p in P])
    case("ids-big-npz", "I", "ids-big.npz", "64-bit ids beyond 2^53 in NumPy: as they are, or left out with a word.", {**pair, "ids": texts}, {**pair, "note": "\\bids\\b"})
    savemat("ids-big.mat", {"id": np.array(BIG, dtype=np.int64), "X1": A, "X2": B, "gt": np.array(P)})
    case("ids-big-mat", "I", "ids-big.mat", "64-bit ids in MATLAB.", {**pair, "ids": texts}, {**pair, "note": "\\bid\\b"})
    with h5py.File(path("ids-big.h5"), "w") as file:
        file["sample_id"], file["image"], file["text"], file["label"] = np.array(BIG, dtype=np.uint64), A, B, np.array(P)
    case("ids-big-hdf5", "I", "ids-big.h5", "Unsigned 64-bit ids in HDF5.", {**pair, "ids": texts}, {**pair, "note": "sample_id"})
    vector = [list(row) for row in A]
    text("ids-big.jsonl", "".join(json.dumps({"id": b, "vec": v, "label": w}) + "\n" for b, v, w in zip(BIG, vector, WORDS)))
    case("ids-big-jsonl", "I", "ids-big.jsonl", "64-bit ids in JSON lines: not rounded.", {**READ, "ids": texts})
    with h5py.File(path("ids-bytes.h5"), "w") as file:
        file["ids"], file["image"], file["text"], file["label"] = np.array([f"q{i}".encode() for i in range(N)], dtype="S10"), A, B, np.array(P)
    case("ids-bytes-hdf5", "I", "ids-bytes.h5", "Ids as bytes of one length, padded.", {**pair, "ids": [f"q{i}" for i in range(N)]}, {**pair, "note": "\\bids\\b"})
    np.savez(path("ids-text.npz"), filenames=np.array(files), image=A, text=B, label=np.array(P))
    case("ids-text-npz", "I", "ids-text.npz", "File names beside the views.", {**pair, "ids": files}, {**pair, "note": "filenames"})
    # pandas' index
    tags = [f"x{i}" for i in range(N)]
    frame = pd.DataFrame(A, columns=["len", "wid", "dep"]).assign(label=WORDS)
    frame.set_index(pd.Index(tags)).to_parquet(path("index-unnamed.parquet"))
    case("index-unnamed-parquet", "I", "index-unnamed.parquet", "pandas keeps a nameless index as __index_level_0__: it holds the ids.", {**READ, "ids": tags})
    frame.set_index(pd.Index([10 * i + 3 for i in range(N)])).to_parquet(path("index-numbers.parquet"))
    case("index-numbers-parquet", "I", "index-numbers.parquet", "A nameless index of numbers: no feature.", READ)
    frame.set_index(pd.Index(tags, name="plot")).to_parquet(path("index-named.parquet"))
    case("index-named-parquet", "I", "index-named.parquet", "A named index of texts: the ids.", {**READ, "ids": tags})
    frame.sort_values("len").reset_index().to_feather(path("index-reset.feather"))
    order = np.argsort(A[:, 0], kind="stable")
    case("index-reset-feather", "I", "index-reset.feather", "reset_index left a column index of row numbers in disorder: no feature; it may be the ids.",
         reading([A[order]], [WORDS[i] for i in order]))
    frame.set_index(pd.Index(tags, name="specimen")).to_csv(path("index-named.csv"), sep=";")
    case("index-named-csv", "I", "index-named.csv", "A named index of texts in CSV: ids, or left out with a word.", {**READ, "ids": tags}, {**READ, "note": "specimen"})
    # features that look like ids
    glass = np.round(1.5 + numbers(92, N, scale=0.05, digits=4), 4)
    lines("glass.csv", rows(["Index", "len", "wid", "dep", "class"], glass, *three(), WORDS))
    case("feature-named-index", "I", "glass.csv", "Index is the refractive index here, with fractions: a feature.", reading([np.column_stack([glass, A])], WORDS))
    lines("ages.csv", rows(["age", "len", "wid", "dep", "class"], range(31, 31 + N), *three(), WORDS))
    case("age-that-rises", "I", "ages.csv", "The table is sorted by age, one year apart: a feature.", reading([np.column_stack([range(31, 31 + N), A])], WORDS))
    lines("keys.tsv", rows(["path", "len", "wid", "dep", "class"], B[:, 0], *three(), WORDS), delimiter="\t")
    case("feature-named-path", "I", "keys.tsv", "path is a length here, with fractions: a feature.", reading([np.column_stack([B[:, 0], A])], WORDS))
    squares = [i * i * 7 + 40 for i in range(N)]
    pd.DataFrame({"cells": squares, "len": A[:, 0], "wid": A[:, 1], "label": WORDS}).to_parquet(path("cells.parquet"), index=False)
    case("counts-all-different", "I", "cells.parquet", "Whole numbers, all different and rising, under the name of a measure: a feature.", reading([np.column_stack([squares, A[:, :2]])], WORDS))
