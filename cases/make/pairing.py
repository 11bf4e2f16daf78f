"""D: views of the same samples in many layouts, and those that are not of the same samples."""

import h5py
import numpy as np
import pandas as pd

from common import case, cell, lines, names, numbers, path, reading, refused, savemat, view, whole

PLACES = [1, 3, 2, 2, 1, 3, 1, 2, 3, 3]
Y = [str(p) for p in PLACES]


def table(name, columns, matrix, label, classes, **options):
    frame = pd.DataFrame(matrix, columns=columns)
    frame[label] = classes
    frame.to_csv(path(name), index=False, **options)


def main():
    a, b, c = numbers(20, 10, 4), numbers(21, 10, 6), numbers(22, 10, 2)
    y = np.array(PLACES, dtype=float)
    savemat("turned-cells.mat", {"data": cell(a.T, b.T, c.T), "truelabel": cell(y, y, y)})
    case("cells-turned", "D", "turned-cells.mat", "Three views as features x samples in a cell, and truelabel as a cell with the same labels three times.",
         reading([a, b, c], Y))
    savemat("column-cells.mat", {"X": cell(a, b, column=True), "Y": cell(y[None, :], y[None, :], column=True)})
    case("cells-column-labels-row", "D", "column-cells.mat", "Cells as columns, the same labels as a row for each view.", reading([a, b], Y))
    savemat("whole-cells.mat", {"fea": cell(whole(23, 10, 5), whole(24, 10, 3)), "gt": np.array(PLACES)})
    case("cells-of-counts", "D", "whole-cells.mat", "Two views of counts and one vector of labels: paired.",
         reading([whole(23, 10, 5), whole(24, 10, 3)], Y))
    # tables: whatever ends in x and y
    health = names(PLACES, "", "frail", "fit", "well")
    merged = numbers(25, 10, 4, scale=90)
    table("merged.csv", ["height_x", "weight_x", "height_y", "weight_y"], merged, "class", health)
    split = [reading([merged[:, :2], merged[:, 2:]], health), reading([merged], health), reading([merged[:, [0, 2]], merged[:, [1, 3]]], health)]
    case("merge-suffixes", "D", "merged.csv", "pandas' merge names equal columns _x and _y: two visits of the same ten people.", *split)
    table("moves.csv", ["pos.x", "pos.y", "vel.x", "vel.y"], numbers(26, 10, 4), "state", health)
    flying = numbers(26, 10, 4)
    case("r-dots", "D", "moves.csv", "R's pos.x, pos.y, vel.x, vel.y and a state: ten samples, no unpaired ones.",
         reading([flying[:, :2], flying[:, 2:]], health), reading([flying], health),
         options={"labels": "state"})
    frame = pd.DataFrame({"hand_x": whole(27, 10), "hand_y": whole(28, 10), "knee_x": whole(29, 10), "knee_y": whole(30, 10), "label": health})
    frame.to_parquet(path("joints.parquet"), index=False)
    joints = frame.iloc[:, :4].to_numpy()
    case("joints-parquet", "D", "joints.parquet", "Whole-numbered places of hand and knee in Parquet, and a label.",
         reading([joints[:, :2], joints[:, 2:]], health), reading([joints], health))
    table("two-sets.csv", ["x1", "x2", "x3", "y1", "y2"], numbers(31, 10, 5), "class", health)
    sets = numbers(31, 10, 5)
    case("x-and-y-sets", "D", "two-sets.csv", "x1 to x3 and y1, y2 are two sets of measures, as for canonical correlation, and class is the label.",
         reading([sets[:, :3], sets[:, 3:]], health), reading([sets], health))
    # arrays with labels each
    np.savez(path("own-equal.npz"), image=a, text=b, image_labels=y, text_labels=y)
    case("equal-labels-npz", "D", "own-equal.npz", "Labels stand with each view and are the same: ten samples seen twice.", reading([a, b], Y))
    with h5py.File(path("pair-groups.h5"), "w") as file:
        for name, matrix in (("audio", a), ("video", c)):
            file[f"{name}/features"] = matrix
            file[f"{name}/labels"] = np.array(PLACES)
    case("equal-labels-groups", "D", "pair-groups.h5", "Groups audio and video with features and the same labels: ten samples.", reading([a, c], Y))
    # not of the same samples
    other = [2, 1, 1, 3, 2, 1, 3]
    z = numbers(32, 7, 6)
    np.savez(path("unpaired.npz"), image=a, text=z, image_labels=np.array(PLACES), text_labels=np.array(other))
    apart = reading([view(np.vstack([a, np.zeros((7, 4))]), missing=list(range(10, 17))), view(np.vstack([np.zeros((10, 6)), z]), missing=list(range(10)))],
                    Y + [str(o) for o in other], samples=17)
    case("unpaired-npz", "D", "unpaired.npz", "Ten pictures and seven texts with labels of their own: 17 samples, each in one modality; or it is asked.",
         apart, refused("image|text"))
    mixed = PLACES[5:] + PLACES[:5]
    savemat("unpaired-equal.mat", {"image": a, "image_labels": y, "text": b, "text_labels": np.array(mixed, dtype=float)})
    alone = reading([view(np.vstack([a, np.zeros((10, 4))]), missing=list(range(10, 20))), view(np.vstack([np.zeros((10, 6)), b]), missing=list(range(10)))],
                    Y + [str(m) for m in mixed], samples=20)
    case("unpaired-equal-length", "D", "unpaired-equal.mat", "As many pictures as texts, but the labels differ, so row 1 of one is not row 1 of the other: 20 samples, or a question; never pairs.",
         alone, refused("label"))
    savemat("lengths-differ.mat", {"X": cell(a, z), "Y": np.array(PLACES, dtype=float)})
    case("lengths-differ", "D", "lengths-differ.mat", "A cell of ten and of seven samples and ten labels: nothing says which samples the seven are.", refused("X"))
