"""B and C: models trained on one file and used on another, with other classes, columns or views."""

import numpy as np
import pandas as pd

from common import command, lines, names, onehot, path, refused, savemat

SONG = [f"song_{i}" for i in range(4)]
LOOK = [f"look_{i}" for i in range(3)]
BIRDS = ("heron", "ibis", "kite", "loon")
GMAE = {"method": "gmae", "args": ["--epochs", "40"]}
CCA = {"method": "cca", "args": ["--set", "dimensions=3"]}
GOOD = {"accuracy": [0.97, 1]}


def birds(seed, places):
    """Columns of two views in which classes lie far apart, each column on a scale of its own."""
    centers = np.random.RandomState(77).randn(4, 7) * 12
    scale = np.array([1, 10, 100, 1000, 1, 30, 0.5])
    noise = np.random.RandomState(seed).randn(len(places), 7)
    return pd.DataFrame(np.round((centers[places] + noise) * scale, 3), columns=SONG + LOOK)


def main():
    places = np.arange(60) % 3
    train = birds(1, places)
    train["class"] = names(places, *BIRDS)
    train.to_csv(path("birds-train.csv"), index=False)
    trained = {**GMAE, "file": "birds-train.csv"}

    # B: other classes
    fewer = np.array([1, 2] * 12)
    test = birds(2, fewer)
    test["class"] = pd.Categorical(names(fewer, *BIRDS), categories=["kite", "ibis", "heron"])
    test.to_parquet(path("birds-two.parquet"), index=False)
    command("categories-lacking", "B", "New samples in Parquet, of two of the three classes, as categories in another order, one of them unused: classes are the same where their names are.",
            trained, [GOOD], evaluate={"file": "birds-two.parquet"})
    more = np.array([3, 0, 1, 2, 0, 1] * 4)
    test = birds(3, more)
    test["class"] = names(more, *BIRDS)
    test.to_csv(path("birds-loon.csv"), index=False)
    fraction = 1 - 4 / 24
    command("class-new-first", "B", "4 of 24 samples, the first among them, are of a class that the model never saw: they count as wrong, or are left out and that is said, or it is refused.",
            trained, [{"accuracy": [fraction - 0.01, fraction + 0.01]}, {**GOOD, "said": "loon|unknown|never|not (seen|trained|known)|other class"}, refused("loon|class")],
            evaluate={"file": "birds-loon.csv"})
    command("encode-class-new", "B", "Written beside the representation, the new class keeps its name and no prediction names it.",
            trained, [{"agree": [fraction - 0.01, fraction + 0.01], "labels": names(more[:8], *BIRDS)}],
            encode={"file": "birds-loon.csv"})
    coded = birds(4, places[:24])
    coded["class"] = places[:24]
    coded.to_csv(path("birds-coded.csv"), index=False)
    command("names-then-numbers", "B", "Trained on heron, ibis and kite, given 0, 1 and 2: nothing says which is which, so no sample counts as right in silence.",
            trained, [refused("class|label"), {"accuracy": [0, 0], "said": "unknown|never|not (seen|trained|known)|other class|none of"}],
            evaluate={"file": "birds-coded.csv"})

    def npz(name, seed, which, labels, order=("song", "look")):
        table = birds(seed, which)
        views = {"song": table[SONG].to_numpy(), "look": table[LOOK].to_numpy()}
        np.savez(path(name), **{each: views[each] for each in order}, labels=labels)

    codes = np.array([5, 7, 9])
    npz("birds-codes-train.npz", 5, places, codes[places])
    npz("birds-codes-test.npz", 6, fewer, codes[fewer].astype(float))
    numbered = {**GMAE, "file": "birds-codes-train.npz"}
    command("codes-as-fractions", "B", "Classes 5, 7, 9 in training and 7.0, 9.0 in the test file: the same classes.",
            numbered, [GOOD], evaluate={"file": "birds-codes-test.npz"})
    npz("birds-codes-new.npz", 7, fewer, codes[fewer])
    command("encode-codes", "B", "Labels and predictions are written as the file codes them: 7 and 9.",
            numbered, [{"agree": [0.97, 1], "labels": ["7", "9", "7", "9"]}], encode={"file": "birds-codes-new.npz"})

    def mat(name, seed, which):
        table = birds(seed, which)
        savemat(name, {"song": table[SONG].to_numpy(), "look": table[LOOK].to_numpy(), "label": onehot(which, 3).astype(float)})

    mat("birds-onehot-train.mat", 8, places)
    mat("birds-onehot-two.mat", 9, fewer)
    command("onehot-lacking", "B", "One-hot labels of three columns in both files; the test file has no sample of the first class: column 2 is class 2 in both.",
            {**CCA, "file": "birds-onehot-train.mat"}, [GOOD], evaluate={"file": "birds-onehot-two.mat"})

    # C: other columns and views
    test = birds(10, places[:24])
    test["class"] = names(places[:24], *BIRDS)
    mixed = ["look_2", "song_1", "class", "song_3", "look_0", "song_0", "look_1", "song_2"]
    test[mixed].to_parquet(path("birds-mixed.parquet"), index=False)
    test[mixed].to_csv(path("birds-mixed.csv"), index=False)
    command("columns-mixed-parquet", "C", "The columns of both views in disorder and among each other, in Parquet: found by name, or refused.",
            trained, [GOOD, refused("column|feature|song_|look_")], evaluate={"file": "birds-mixed.parquet"})
    linear = {**CCA, "file": "birds-train.csv"}
    command("columns-mixed-linear", "C", "The same for a linear method, from CSV.",
            linear, [GOOD, refused("column|feature|song_|look_")], evaluate={"file": "birds-mixed.csv"})
    extra = test.copy()
    extra.insert(1, "song_9", np.round(np.random.RandomState(11).randn(24), 3))
    extra.to_csv(path("birds-extra.csv"), index=False)
    command("column-too-many", "C", "song_9 was not there in training: it is left out and named, or the file is refused.",
            linear, [{**GOOD, "said": "song_9"}, refused("song")], evaluate={"file": "birds-extra.csv"})
    test.drop(columns=["song_1"]).to_csv(path("birds-lacking.csv"), index=False)
    command("column-too-few", "C", "song_1 is not there: refused.", trained, [refused("song")], evaluate={"file": "birds-lacking.csv"})
    other = test.rename(columns={each: each.replace("song", "ton").replace("look", "bild") for each in test.columns})
    other.to_csv(path("birds-german.csv"), index=False)
    command("columns-renamed", "C", "As many columns under other names: refused, with the names.",
            trained, [refused("song|look|ton_|bild_")], evaluate={"file": "birds-german.csv"})
    npz("birds-look-first.npz", 12, places[:24], codes[places[:24]], ("look", "song"))
    command("views-other-order", "C", "The same views in the other order in the file: found by name.", numbered, [GOOD], evaluate={"file": "birds-look-first.npz"})
    table = birds(13, places[:24])
    np.savez(path("birds-song-alone.npz"), song=table[SONG].to_numpy(), labels=codes[places[:24]])
    command("view-gone", "C", "The look is not there at all: refused, or classified by the song alone and that is said.",
            numbered, [refused("look|view"), {"accuracy": [0.6, 1], "said": "look"}], evaluate={"file": "birds-song-alone.npz"})
    np.savez(path("birds-third.npz"), map=np.round(np.random.RandomState(14).randn(24, 4), 3), song=table[SONG].to_numpy(), look=table[LOOK].to_numpy(), labels=codes[places[:24]])
    command("view-too-many", "C", "A view that the model does not know, as wide as another: it is left out and named, or the file is refused.",
            numbered, [{**GOOD, "said": "\\bmap\\b"}, refused("\\bmap\\b|view")], evaluate={"file": "birds-third.npz"})
