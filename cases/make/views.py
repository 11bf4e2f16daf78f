"""F: which matrices are the views, and what stands beside them."""

import h5py
import numpy as np
import pandas as pd

from common import case, cell, flat, lines, names, numbers, onehot, orders, path, reading, refused, savemat, view, whole

P = [0, 2, 1, 1, 2, 0, 0, 1, 2, 1]
N = 10
A, B, C = numbers(60, N, 4), numbers(61, N, 6), numbers(62, N, 3)
Y = [str(p) for p in P]
WORDS = names(P, "ash", "basalt", "chalk")


def parts(first, rest, labels, rest_labels, mention="test", **splits):
    """Right for a file with training and other samples: all with splits or a word, training alone with a word, a question."""
    both = [np.vstack([a, b]) for a, b in zip(first, rest)]
    total = {"samples": len(both[0]), "views": [{"columns": b.shape[1], "sums": view(b)["sums"]} for b in both], "classes": sorted(set(labels + rest_labels))}
    return [
        {**total, "splits": splits},
        {**total, "note": mention},
        reading(first, labels, note=mention),
        refused(mention),
    ]


def main():
    y = np.array(P, dtype=float)
    # incomplete multi-view data
    folds = cell(*[np.random.RandomState(s).randint(0, 2, (N, 3)).astype(float) for s in range(5)])
    savemat("miss-folds.mat", {"X": cell(A, B, C), "truth": y, "folds": folds})
    case("folds-of-masks", "F", "miss-folds.mat", "Three views in a cell, truth, and a cell of five folds, each a mask of 10 x 3: the folds are no views.", reading([A, B, C], Y), note="folds")
    index = cell(np.array([1.0, 2, 3, 5, 8, 9]), np.array([1.0, 2, 4, 6, 7, 8, 9, 10]), np.array([2.0, 3, 4, 10]))
    savemat("miss-index.mat", {"data": cell(A.T, B.T, C.T), "gt": y, "Index": index})
    case("index-lists", "F", "miss-index.mat", "Features x samples, and a cell of index lists of other lengths: which samples are meant to be there. It is told, used, or asked.",
         reading([A, B, C], Y, note="Index"), refused("Index"))
    mask = np.array([[1, 1], [1, 0], [0, 1], [1, 1], [1, 1], [0, 1], [1, 0], [1, 1], [1, 1], [1, 1]])
    np.savez(path("masked.npz"), audio=A, video=C, label=np.array(P), mask=mask)
    case("mask-beside", "F", "masked.npz", "mask says which sample has which view: used, or told, or asked; it is neither labels nor a third view.",
         reading([A, C], Y, note="mask"), reading([view(A, missing=[2, 5]), view(C, missing=[1, 6])], Y), refused("mask"))
    savemat("only-present.mat", {"X": cell(A[:7], B[2:]), "index": cell(np.arange(1.0, 8), np.arange(3.0, 11)), "gt": y})
    case("only-present", "F", "only-present.mat", "Of ten samples seven have the first view and eight the second, index says which: put in their places, or asked; never cut to seven.",
         reading([view(A, missing=[7, 8, 9]), view(B, missing=[0, 1])], Y), refused("X|index"))
    # names
    np.savez(path("networks.npz"), clip_vit_b32=A, clip_vit_l14=B, bert_base=C, label=np.array(P))
    case("network-names-npz", "F", "networks.npz", "Features of three networks, two with numbers in their names: three views.", reading([A, B, C], Y))
    savemat("descriptors.mat", {"fc6": A, "fc7": B, "gist": C, "hog": numbers(63, N, 2), "class": y})
    case("fc6-fc7-gist", "F", "descriptors.mat", "fc6, fc7, gist and hog: four views.", reading([A, B, C, numbers(63, N, 2)], Y))
    age = numbers(64, N, 1, scale=80)
    np.savez(path("scan-age.npz"), scan=numbers(65, N, 3, 4), age=age[:, 0], diagnosis_label=np.array(WORDS))
    case("vector-beside-array", "F", "scan-age.npz", "Scans, and the age as a vector of fractions: a view of one column, or left out with a word.",
         orders(lambda o: reading([flat(numbers(65, N, 3, 4), o), age], WORDS)), orders(lambda o: reading([flat(numbers(65, N, 3, 4), o)], WORDS, note="age")), refused("age"),
         options={"labels": "diagnosis_label"})
    np.savez(path("with-extras.npz"), left=A, right=C, label=np.array(P), centers=numbers(66, 3, 4), n_classes=3, seed=np.array([42]), description="made in May")
    case("extras", "F", "with-extras.npz", "Two views and the label, beside class centers of 3 x 4, numbers and a text: two views, the centers are told.", reading([A, C], Y), note="centers")
    # graphs: ACM as it is shared
    links = [np.triu(np.random.RandomState(s).randint(0, 2, (N, N)), 1) for s in (1, 2)]
    pap, plp = [link + link.T + np.eye(N, dtype=int) for link in links]
    savemat("papers.mat", {"PAP": pap.astype(float), "PLP": plp.astype(float), "feature": numbers(67, N, 7), "label": onehot(P).astype(float),
                           "train_idx": np.array([[0, 1, 2]]), "val_idx": np.array([[3, 4]]), "test_idx": np.array([[5, 6, 7, 8, 9]])})
    case("graphs-and-indices", "F", "papers.mat", "As ACM is shared: two graphs of 10 x 10, features, one-hot labels and lists of training, validation and test samples. The lists are splits, or told.",
         reading([pap, plp, numbers(67, N, 7)], groups=P, splits={"train": 3, "test": 5}), reading([pap, plp, numbers(67, N, 7)], groups=P, note=["train_idx", "test_idx"]))
    # training and test samples
    images, later = whole(68, 8, 3, 3).astype(np.uint8), whole(69, 4, 3, 3).astype(np.uint8)
    np.savez(path("digits.npz"), x_train=images, y_train=np.array([7, 1, 1, 7, 4, 4, 1, 7]), x_test=later, y_test=np.array([4, 1, 7, 4]))
    case("mnist-npz", "F", "digits.npz", "The layout of Keras' mnist.npz: x_train, y_train, x_test, y_test.",
         [each for o in "CF" for each in parts([flat(images, o)], [flat(later, o)], ["7", "1", "1", "7", "4", "4", "1", "7"], ["4", "1", "7", "4"], train=8, test=4)][:-1])
    with h5py.File(path("three-parts.h5"), "w") as file:
        for part, rows in (("train", slice(0, 6)), ("val", slice(6, 8)), ("test", slice(8, 10))):
            file[f"{part}/lidar"], file[f"{part}/camera"], file[f"{part}/labels"] = A[rows], C[rows], np.array(P)[rows]
    case("train-val-test-groups", "F", "three-parts.h5", "Groups train, val and test of six, two and two samples.",
         parts([A[:6], C[:6]], [A[6:], C[6:]], Y[:6], Y[6:], train=6, test=2))
    savemat("wiki-like.mat", {"I_tr": A[:7], "T_tr": B[:7], "L_tr": np.array(P[:7]), "I_te": A[7:], "T_te": B[7:], "L_te": np.array(P[7:])})
    case("tr-te-suffixes", "F", "wiki-like.mat", "I_tr, T_tr, L_tr and I_te, T_te, L_te, as in cross-modal retrieval: seven and three samples of two views.",
         parts([A[:7], B[:7]], [A[7:], B[7:]], Y[:7], Y[7:], mention="_te|test", train=7, test=3))
    rows = [["split", "sand", "silt", "clay", "label"]] + [["test" if i > 7 else "val" if i == 7 else "train", *C[i], WORDS[i]] for i in range(N)]
    lines("soil.csv", rows)
    case("split-column", "F", "soil.csv", "A column split with train, val and test: splits, or told; neither a label nor a feature.",
         reading([C], WORDS, splits={"train": 7, "test": 2}), reading([C], WORDS, note="split"))
    frame = pd.DataFrame({"fold": [1, 2, 3, 4, 5] * 2, "sand": C[:, 0], "silt": C[:, 1], "label": WORDS})
    frame.to_csv(path("soil-folds.csv"), index=False)
    case("fold-column", "F", "soil-folds.csv", "A column fold from 1 to 5: no feature, and that it is left out is told.", reading([C[:, :2]], WORDS), note="fold")
    frame = pd.DataFrame({"img_0": A[:, 0], "img_1": A[:, 1], "txt_0": B[:, 0], "txt_1": B[:, 1], "set": pd.Categorical(["TR"] * 6 + ["TE"] * 4), "label": WORDS})
    frame.to_parquet(path("sets.parquet"), index=False)
    case("set-column-parquet", "F", "sets.parquet", "A column set of TR and TE beside two groups of columns: two views, splits or a word on set.",
         reading([A[:, :2], B[:, :2]], WORDS, note="\\bset\\b"), reading([A[:, :2], B[:, :2]], WORDS, splits={"train": 6, "test": 4}))
    # tables with groups of columns
    frame = pd.DataFrame(np.hstack([A[:, :3], B[:, :2], C[:, :1]]), columns=["rna_1", "rna_2", "rna_3", "protein_a", "protein_b", "methyl_x"])
    frame["class"] = WORDS
    frame.to_csv(path("omics.csv"), index=False)
    case("three-prefixes-one-alone", "F", "omics.csv", "rna_1 to rna_3, protein_a, protein_b and methyl_x alone: three views, or two and a word on methyl_x.",
         reading([A[:, :3], B[:, :2], C[:, :1]], WORDS), reading([A[:, :3], B[:, :2]], WORDS, note="methyl"))
    rows = [["img_0", "img_1", "txt_0", "txt_1", "label"]] + [[*([""] * 2 if i in (0, 4) else A[i, :2]), *([""] * 2 if i == 9 else B[i, :2]), WORDS[i]] for i in range(N)]
    lines("absent.csv", rows, delimiter="\t")
    case("views-absent", "F", "absent.csv", "Samples 0 and 4 have no picture, sample 9 has no text: missing in that view.",
         reading([view(A[:, :2], missing=[0, 4]), view(B[:, :2], missing=[9])], WORDS), note="missing")
    np.savez(path("choose.npz"), clip=A, bert=B, old=C, label=np.array(P))
    case("views-option", "F", "choose.npz", "The user names two of three matrices.", reading([view(A, name="picture"), view(B, name="words")], Y), options={"views": "picture=clip,words=bert"})
    savemat("nested.mat", {"set": {"img": A, "txt": B, "gnd": y}})
    case("views-option-fields", "F", "nested.mat", "The user names fields of a struct.", reading([view(A, name="a"), view(B, name="b")], Y), options={"views": "a=set.img,b=set.txt", "labels": "set.gnd"})
