"""J: labels that are missing, and labels that are easily changed."""

import json

import numpy as np
import pandas as pd
import scipy.sparse

from common import case, cell, lines, names, numbers, onehot, path, reading, refused, savemat, text

P = [0, 1, 2, 2, 1, 0, 1, 0, 2]
N = 9
A, B = numbers(50, N, 4), numbers(51, N, 2)
WORDS = names(P, "calm", "rain", "snow")


def without(values, *places):
    return [None if i in places else value for i, value in enumerate(values)]


def left(matrix, *places):
    return np.delete(np.asarray(matrix), places, axis=0)


def gaps(views, labels, *places, pattern="label|class|miss"):
    """Right where labels are missing: no label and a word, left out and a word, or a question."""
    kept = [label for i, label in enumerate(labels) if i not in places]
    return [
        reading(views, without(labels, *places), note=pattern),
        reading([left(each, *places) for each in views], kept, note=pattern),
        refused(pattern),
    ]


def main():
    y = np.array(P, dtype=float)
    y[[2, 5]] = np.nan
    np.savez(path("labels-nan.npz"), image=A, text=B, label=y)
    case("labels-nan", "J", "labels-nan.npz", "NaN for two labels: no class of that name.", gaps([A, B], [str(p) for p in P], 2, 5))
    frame = pd.DataFrame({"a": A[:, 0], "b": A[:, 1], "label": without(WORDS, 0, 8)})
    frame.to_parquet(path("labels-none.parquet"), index=False)
    case("labels-null-parquet", "J", "labels-none.parquet", "Null for the first and the last label in Parquet.", gaps([A[:, :2]], WORDS, 0, 8))
    frame["label"] = pd.Categorical(frame["label"])
    frame.to_feather(path("labels-none.feather"))
    case("categories-null-feather", "J", "labels-none.feather", "Categories with nulls in Feather.", gaps([A[:, :2]], WORDS, 0, 8))
    pd.DataFrame({"a": A[:, 0], "b": A[:, 1], "label": pd.array(without(P, 3), dtype="Int64")}).to_parquet(path("labels-int-null.parquet"), index=False)
    case("integers-null-parquet", "J", "labels-int-null.parquet", "pandas' Int64 with one NA: classes 0, 1, 2 and one sample without.", gaps([A[:, :2]], [str(p) for p in P], 3))
    rows = [["temp", "wind", "class"]] + [[*A[i, :2], "" if i in (1, 6) else WORDS[i]] for i in range(N)]
    lines("labels-empty.csv", rows, delimiter=";")
    case("labels-empty-semicolon", "J", "labels-empty.csv", "Two empty labels among words.", gaps([A[:, :2]], WORDS, 1, 6))
    nations = names(P, "NA", "BW", "ZA")
    lines("nations.csv", [["rain", "heat", "country"]] + [[*A[i, :2], nations[i]] for i in range(N)])
    na = [i for i, name in enumerate(nations) if name == "NA"]
    case("label-na-namibia", "J", "nations.csv", "NA is Namibia here, beside BW and ZA; it may be missing too: either way it is told, or asked.",
         reading([A[:, :2]], nations, note="NA"), gaps([A[:, :2]], nations, *na, pattern="NA"), options={"labels": "country"})
    marked = ["nan" if i == 4 else word for i, word in enumerate(WORDS)]
    np.savez(path("labels-nan-text.npz"), image=A, text=B, label=np.array(marked))
    case("label-nan-text", "J", "labels-nan-text.npz", "NumPy's text of a missing label is nan: no class in silence.",
         reading([A, B], marked, note="nan"), gaps([A, B], WORDS, 4, pattern="nan|label"))
    half = [-1 if i in (0, 3, 7) else p for i, p in enumerate(P)]
    np.savez(path("half-labelled.npz"), image=A, text=B, y=np.array(half))
    case("minus-one-unlabelled", "J", "half-labelled.npz", "scikit-learn marks samples without label by -1; it may be a class too: told or asked.",
         reading([A, B], [str(h) for h in half], note="-1"), gaps([A, B], [str(p) for p in P], 0, 3, 7, pattern="-1"))
    text("weather.jsonl", "".join(json.dumps({"vec": list(A[i]), **({} if i == 2 else {"label": None if i == 4 else WORDS[i]})}) + "\n" for i in range(N)))
    case("jsonl-label-gone", "J", "weather.jsonl", "JSON lines: one label is null, one record has none.", gaps([A], WORDS, 2, 4))
    # codes are text
    codes = names(P, "007", "07", "7")
    pd.DataFrame({"a": A[:, 0], "b": A[:, 1], "class": codes}).to_parquet(path("codes.parquet"), index=False)
    case("codes-parquet", "J", "codes.parquet", "Codes 007, 07 and 7 as text in Parquet are three classes.", reading([A[:, :2]], codes))
    powers = names(P, "1e1", "10", "2e0")
    lines("powers.csv", [["len", "wid", "class"]] + [[*A[i, :2], powers[i]] for i in range(N)])
    case("codes-like-exponents", "J", "powers.csv", "The codes 1e1 and 10 are two classes.", reading([A[:, :2]], powers), refused("1e1"))
    big = [2**53 + p for p in P]
    np.savez(path("big-labels.npz"), image=A, text=B, label=np.array(big, dtype=np.int64))
    case("labels-beyond-2-53", "J", "big-labels.npz", "Labels 2^53, 2^53+1 and 2^53+2 are three classes; or it is refused.", reading([A, B], [str(b) for b in big]), refused("label"))
    spaced = [word + (" " if i == 3 else "") for i, word in enumerate(WORDS)]
    lines("spaces.csv", [["len", "wid", "class"]] + [[*A[i, :2], spaced[i]] for i in range(N)])
    case("label-trailing-space", "J", "spaces.csv", "One label ends in a blank: the class without it and a word, or a class of its own and a word, or a question; not in silence.",
         reading([A[:, :2]], WORDS, note="blank|space|trim|snow|class"), reading([A[:, :2]], spaced, note="blank|space|snow"), refused("blank|space|snow|class"))
    # forms
    savemat("sparse-labels.mat", {"X1": A, "X2": B, "gt": scipy.sparse.csc_matrix(np.array(P, dtype=float)[:, None])})
    case("sparse-vector-zeros", "J", "sparse-labels.mat", "Labels 0, 1, 2 as a sparse vector: the zeros are not stored, and are a class all the same.", reading([A, B], [str(p) for p in P]))
    savemat("sparse-onehot.mat", {"X1": A, "X2": B, "Y": scipy.sparse.csc_matrix(onehot(P).T.astype(float))})
    case("sparse-onehot-turned", "J", "sparse-onehot.mat", "One-hot labels 3 x 9 as a sparse matrix.", reading([A, B], groups=P))
    square = numbers(52, N, N)
    savemat("square.mat", {"X1": numbers(53, N, 3), "K": square, "Y": onehot(P).T})
    case("onehot-turned-square", "J", "square.mat", "A view of 3 columns, a kernel of 9 x 9 and one-hot labels 3 x 9: nine samples, one label each.", reading([numbers(53, N, 3), square], groups=P))
    savemat("padded.mat", {"X1": A, "X2": B, "class": np.array(WORDS)})
    case("char-matrix", "J", "padded.mat", "Class names as a char matrix.", reading([A, B], WORDS))
    savemat("cellstr.mat", {"X1": A, "X2": B, "label": cell(*names(P, "Zürich", "Genève", "Basel"), column=True)})
    case("cellstr-accents", "J", "cellstr.mat", "Class names with accents in a cell.", reading([A, B], names(P, "Zürich", "Genève", "Basel")))
    moods = [["sad"], ["sad", "slow"], ["fast"], ["fast", "glad"], ["slow"], ["glad"], ["sad", "slow"], ["fast"], ["glad"]]
    pd.DataFrame({"a": A[:, 0], "b": A[:, 1], "label": moods}).to_parquet(path("moods.parquet"), index=False)
    case("label-lists-parquet", "J", "moods.parquet", "A list of class names for each sample in Parquet: several labels a sample, or said that they are not read.", reading([A[:, :2]], moods), reading([A[:, :2]], None, note="\\blabel is|label\\b.*(skip|list|left)"), refused("label"))
    lines("moods.csv", [["len", "wid", "tags"]] + [[*A[i, :2], ";".join(moods[i])] for i in range(N)])
    case("label-semicolons", "J", "moods.csv", "tags such as sad;slow: several labels a sample; if taken for one class, that is told.",
         reading([A[:, :2]], moods), reading([A[:, :2]], [";".join(m) for m in moods], note="tags|;|several|multi"), refused("tags"), options={"labels": "tags"})
    pairs = [["0"], ["0", "1"], ["1"], ["2"], ["1", "2"], ["0"], ["0", "1"], ["2"], ["1"]]
    lines("pairs.csv", [["len", "wid", "labels"]] + [[*A[i, :2], '"' + ",".join(pairs[i]) + '"'] for i in range(N)])
    case("label-quoted-list", "J", "pairs.csv", '"0,1" in quotation marks is two labels, not 0.1; if taken for one class, that is told.',
         reading([A[:, :2]], pairs), reading([A[:, :2]], [",".join(p) for p in pairs], note="labels|,|several|multi"), refused("labels"))
