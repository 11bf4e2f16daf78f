"""E: labels under all their names and forms, and what only looks like labels."""

import h5py
import numpy as np
import pandas as pd

from common import case, cell, lines, names, numbers, onehot, path, reading, refused, savemat, view, whole

P = [2, 0, 1, 1, 0, 2, 2, 1, 0, 1, 2]  # classes of eleven samples
N = 11
A, B = numbers(40, N, 5), numbers(41, N, 3)
COUNT = [str(p) for p in P]
FIRST = [str(p + 1) for p in P]
SEVERAL = np.array([[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1], [1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 0]])
TOWN = names(P, "bonn", "köln", "trier")


def several(matrix, columns=None):
    """Names of the classes of each sample."""
    columns = columns or [str(c) for c in range(matrix.shape[1])]
    return [[columns[c] for c in np.flatnonzero(row)] for row in matrix]


def main():
    # matrices
    savemat("hashing.mat", {"I": A, "T": B, "L": (onehot(P) * 255).astype(np.uint8)})
    case("onehot-255", "E", "hashing.mat", "I, T and L as in cross-modal hashing; the one-hot labels are 0 and 255, from a picture format.", reading([A, B], groups=P))
    savemat("hashing-turned.mat", {"I": A.T, "T": B.T, "L": (onehot(P) * 2 - 1).T.astype(float)})
    case("onehot-minus-turned", "E", "hashing-turned.mat", "Features x samples everywhere, labels 3 x 11 of -1 and 1, one 1 a sample.", reading([A.T.T, B], groups=P))
    pictures = whole(42, N, 4, 4, 2).astype(np.uint8)
    tags = np.array([[(i * 7 + j * 5) % 4 == 0 for j in range(9)] for i in range(N)], dtype=np.uint8)
    savemat("flickr.mat", {"IAll": np.moveaxis(pictures, 0, -1), "YAll": tags, "LAll": SEVERAL.astype(np.uint8)})
    case("iall-yall-lall", "E", "flickr.mat", "As MIRFLICKR-25K is shared: pictures IAll, tags YAll of 0 and 1 (a view), labels LAll, several a sample.",
         [reading([np.stack([p.ravel(order=o) for p in pictures]), tags], multi=SEVERAL.tolist()) for o in "CF"],
         refused("YAll", "LAll"))
    savemat("deng-cai.mat", {"fea": A, "gnd": np.array(FIRST, dtype=np.uint8)})
    case("gnd", "E", "deng-cai.mat", "fea and gnd, as the face data sets of Deng Cai come.", reading([A], FIRST))
    with h5py.File(path("annotated.h5"), "w") as file:
        file["images"], file["texts"], file["annotations"] = A, B, SEVERAL.astype("f4")
    case("annotations", "E", "annotated.h5", "annotations are the labels, several a sample.", reading([A, B], multi=SEVERAL.tolist()))
    np.savez(path("onehot-beside.npz"), audio=A, video=B, label=np.array(TOWN), label_onehot=onehot(P))
    case("onehot-beside-names", "E", "onehot-beside.npz", "The class as a word and once more one-hot: no view, and that it is not used is told.", reading([A, B], TOWN), note="label_onehot")
    soft = np.round((onehot(P) * 6 + numbers(43, N, 3)), 3)
    soft = soft / soft.sum(axis=1, keepdims=True)
    np.savez(path("soft.npz"), audio=A, video=B, y_prob=soft, y=np.array(P))
    case("probabilities-beside", "E", "soft.npz", "y and the probabilities that some classifier gave, y_prob: not learned from in silence.",
         reading([A, B], COUNT, note="y_prob"), refused("y_prob"))
    np.savez(path("soft-labels.npz"), audio=A, video=B, labels=soft)
    case("soft-labels", "E", "soft-labels.npz", "labels holds a probability for each class: asked, or the likeliest class and that is told, or none and that is told; no view.",
         refused("labels"), reading([A, B], groups=P, note="labels"), reading([A, B], None, note="labels"))
    savemat("twice-numbers.mat", {"X1": A, "X2": B, "Y": np.array(P) + 1.0, "labels": np.array(P, dtype=float)})
    case("labels-two-codes", "E", "twice-numbers.mat", "Y counts from 1 and labels from 0: the same classes; one is used, the other told.",
         reading([A, B], FIRST, note="\\blabels\\b"), reading([A, B], COUNT, note="/\\bY\\b/"), refused("/\\bY\\b/", "labels"))
    savemat("cell-numbers.mat", {"X": cell(A, B), "truth": cell(*[float(p) for p in P], column=True)})
    case("labels-in-cells", "E", "cell-numbers.mat", "truth is a cell with one number a sample.", reading([A, B], COUNT))
    savemat("coarse.mat", {"X1": A, "X2": B, "coarse": np.array([p > 0 for p in P], dtype=float), "fine": np.array(P, dtype=float) + 1})
    coarse = [str(int(p > 0)) for p in P]
    case("coarse-and-fine", "E", "coarse.mat", "Two vectors of classes, coarse and fine: one is used and the other told, or it is asked; neither is a view.",
         reading([A, B], FIRST, note="coarse"), reading([A, B], coarse, note="fine"), refused("coarse|fine"))
    np.savez(path("halves.npz"), image=A, text=B, labels=np.array(P) + 1.0)
    case("labels-as-fractions", "E", "halves.npz", "Labels 1.0, 2.0, 3.0 are the classes 1, 2, 3.", reading([A, B], FIRST))
    np.savez(path("from-five.npz"), image=A, text=B, target=np.array(P, dtype=np.int16) + 5)
    case("labels-from-five", "E", "from-five.npz", "Labels 5, 6, 7.", reading([A, B], [str(p + 5) for p in P]))
    with h5py.File(path("names.h5"), "w") as file:
        file["image"], file["text"] = A, B
        file.create_dataset("label", data=TOWN, dtype=h5py.string_dtype())
    case("hdf5-text-labels", "E", "names.h5", "Labels as text of any length in HDF5, with an umlaut.", reading([A, B], TOWN))
    with h5py.File(path("turned.h5"), "w") as file:
        file["image"], file["text"], file["label"] = A.T, B.T, onehot(P).T
    case("hdf5-turned", "E", "turned.h5", "Everything as features x samples in HDF5, labels one-hot.", reading([A, B], groups=P))
    # what only looks like labels
    np.savez(path("bag.npz"), words=tags, codes=np.where(numbers(44, N, 6) > 5, 1, -1), label=np.array(P))
    case("binary-views-npz", "E", "bag.npz", "Words of 0 and 1 and codes of -1 and 1 are views; label is the label.", reading([tags, np.where(numbers(44, N, 6) > 5, 1, -1)], COUNT))
    savemat("correlated.mat", {"X": A, "Y": B})
    case("x-and-y-real", "E", "correlated.mat", "X and Y, both real matrices, as for canonical correlation: two views and no labels.", reading([A, B], None))
    # tables
    measure = numbers(45, N, 3)
    signs = [1 if p else -1 for p in P]
    lines("spam.csv", [["length", "links", "capitals", "target"]] + [[*row, s] for row, s in zip(measure, signs)])
    case("target-minus-one", "E", "spam.csv", "target is -1 or 1.", reading([measure], [str(s) for s in signs]))
    lines("plain-y.csv", [["x1", "x2", "x3", "y"]] + [[*row, p] for row, p in zip(measure, P)])
    case("plain-y", "E", "plain-y.csv", "x1 to x3 and y: y is the label.", reading([measure], COUNT))
    price = numbers(46, N, digits=3, scale=500)
    lines("prices.csv", [["rooms", "area", "age", "y"]] + [[*row, p] for row, p in zip(measure, price)])
    case("y-real", "E", "prices.csv", "y is a price, no class: asked, or told that it is taken as a feature or left out.",
         refused("\\by\\b"), reading([measure], None, note="\\by\\b"), reading([np.column_stack([measure, price])], None, note="\\by\\b"))
    pets = pd.DataFrame({"weight": measure[:, 0], "height": measure[:, 1], "class": names(P, "asp", "bat", "cow")})
    pd.get_dummies(pets).to_csv(path("dummies.csv"), index=False)
    case("dummies-true-false", "E", "dummies.csv", "get_dummies of pandas 2 writes class_asp, class_bat, class_cow as True and False: labels, not features.",
         reading([measure[:, :2]], groups=P), refused("class_"))
    scenes = pd.DataFrame(measure, columns=["red", "green", "blue"]).join(pd.DataFrame(SEVERAL, columns=["label_sky", "label_sea", "label_tree", "label_road"]))
    scenes.to_csv(path("scenes.csv"), index=False)
    case("label-columns-several", "E", "scenes.csv", "label_sky, label_sea, label_tree, label_road with several 1 a row: several labels a sample.",
         reading([measure], multi=SEVERAL.tolist()), refused("label_"))
    fine = names(P, "pine", "rose", "tulip")
    lines("plants.csv", [["stem", "leaf", "root", "coarse_label", "fine_label"]] + [[*row, "tree" if f == "pine" else "flower", f] for row, f in zip(measure, fine)])
    case("coarse-and-fine-columns", "E", "plants.csv", "coarse_label and fine_label: one is used and the other told, or it is asked.",
         reading([measure], fine, note="coarse"), reading([measure], ["tree" if f == "pine" else "flower" for f in fine], note="fine"), refused("coarse_label|fine_label"))
    pd.DataFrame({"v_0": measure[:, 0], "v_1": measure[:, 1], "label_id": P, "label": fine}).to_parquet(path("number-and-name.parquet"), index=False)
    case("number-before-name", "E", "number-and-name.parquet", "label_id and label say the same as a number and as a word: no feature; the other one is told.",
         reading([measure[:, :2]], fine, note="label_id"), reading([measure[:, :2]], COUNT, note="\\blabel\\b"))
    which = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1]
    lines("two-questions.csv", [["pulse", "sleep", "steps", "category", "target"]] + [[*row, f, w] for row, f, w in zip(measure, names(P, "north", "south", "west"), which)])
    case("category-beside-target", "E", "two-questions.csv", "category and target are two different questions: one is used and the other told, or it is asked; never a feature in silence.",
         refused("category|target"), reading([measure], [str(w) for w in which], note="category"), reading([measure], names(P, "north", "south", "west"), note="target"))
    lines("boxes.csv", [["x", "y", "width", "height", "label"]] + [[*row, f] for row, f in zip(whole(47, N, 4), fine)])
    case("boxes", "E", "boxes.csv", "Boxes in pictures: x and y are where they are, label is what is in them.", reading([whole(47, N, 4)], fine))
    frame = pd.DataFrame({"a": measure[:, 0], "b": measure[:, 1], "target": P, "species": pd.Categorical(fine)})
    frame.to_feather(path("iris-like.feather"))
    case("species-and-target", "E", "iris-like.feather", "species (categories) and target (numbers) say the same, as scikit-learn's iris in a frame: neither is a feature.",
         reading([measure[:, :2]], fine, note="target"), reading([measure[:, :2]], COUNT, note="species"), refused("species|target"))
    lines("options.csv", [["pulse", "sleep", "mood", "group"]] + [[*row, f] for row, f in zip(measure, fine)])
    case("labels-option", "E", "options.csv", "The user says that group holds the labels.", reading([measure], fine), options={"labels": "group"})
