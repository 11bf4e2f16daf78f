"""G: headers of numbers, and tables without a header."""

import numpy as np
import pandas as pd

from common import case, lines, names, numbers, path, reading, refused, text, whole

P = [1, 0, 0, 2, 1, 2, 0, 1]
N = 8
M = numbers(70, N, 5)
WORDS = names(P, "low", "mid", "top")


def main():
    tags = [f"s{i:02d}" for i in range(1, N + 1)]
    frame = pd.DataFrame(M, index=tags)
    frame["label"] = WORDS
    frame.to_csv(path("named-rows.csv"))
    case("index-of-names", "G", "named-rows.csv", "pandas: an index of names without a name of its own, columns 0 to 4, label.", reading([M], WORDS, ids=tags))
    rows = [["country", "1990", "1991", "1992", "1993", "1994", "class"]] + [[c, *M[i], WORDS[i]] for i, c in enumerate("Chad Fiji Iran Laos Mali Oman Peru Togo".split())]
    lines("years.csv", rows)
    case("years", "G", "years.csv", "Years as names of columns, the country before them, the class behind.",
         reading([M], WORDS, ids="Chad Fiji Iran Laos Mali Oman Peru Togo".split()), reading([M], WORDS, note="country"))
    lines("days.csv", [["2021-03-01", "2021-03-02", "2021-03-03", "2021-03-04", "2021-03-05", "label"]] + [[*M[i], WORDS[i]] for i in range(N)])
    case("dates", "G", "days.csv", "Dates as names of columns.", reading([M], WORDS))
    comma = lambda value: str(value).replace(".", ",")
    lines("masses.csv", [["klasse", "100,05", "250,1", "300,25", "512,0", "777,7"]] + [[WORDS[i], *map(comma, M[i])] for i in range(N)], delimiter=";")
    case("masses-decimal-comma", "G", "masses.csv", "Masses with decimal commas as names, the class first, under its German name.", reading([M], WORDS), options={"labels": "klasse"})
    lines("counted.csv", [range(5)] + [list(row) for row in M])
    case("zero-to-n", "G", "counted.csv", "0, 1, 2, 3, 4 above fractions and nothing else: a header.", reading([M], None))
    counts = whole(71, N, 6, high=900)
    lines("counted-whole.csv", [range(1, 7)] + [list(row) for row in counts])
    case("one-to-n-above-counts", "G", "counted-whole.csv", "1 to 6 above counts: a person sees a header; or it is asked.", reading([counts], None), refused("header|line 1|first"))
    lines("infrared.tsv", [["sample", "900", "902", "904", "906", "908"]] + [[tags[i], *M[i]] for i in range(N)], delimiter="\t")
    case("wavelengths-tab", "G", "infrared.tsv", "Whole wavelengths as names, samples' names in front, no label.", reading([M], None, ids=tags))
    lines("pulses.csv", [["0.0", "0.1", "0.2", "0.3", "0.4", "class"]] + [[*M[i], P[i]] for i in range(N)])
    case("times-as-names", "G", "pulses.csv", "Times from 0.0 to 0.4 as names, classes as numbers.", reading([M], [str(p) for p in P]))
    # without a header
    lines("flowers.data", [[*M[i, :4], WORDS[i]] for i in range(N)])
    case("no-header-words", "G", "flowers.data", "UCI's iris: fractions and a word in every line, no header; no sample is lost.", reading([M[:, :4]], WORDS))
    lines("wine.data", [[P[i] + 1, *M[i]] for i in range(N)])
    case("no-header-class-first", "G", "wine.data", "UCI's wine: the class 1 to 3 is the first of six numbers, no header: all samples; that the first may be the class is told or asked, or it is a column.",
         reading([np.column_stack([np.array(P) + 1, M])], None), reading([M], [str(p + 1) for p in P], note="1"), refused("label|header|column"))
    pens = whole(72, N, 7, high=100)
    pens[0] = [0, 27, 81, 57, 37, 26, 8]
    lines("pens.tra", [list(row) for row in pens])
    case("no-header-whole", "G", "pens.tra", "UCI's pendigits: whole numbers, no header; the first line is a sample.",
         reading([pens], None), reading([pens[:, :6]], [str(v) for v in pens[:, 6]], note="7|last|label"), refused("label|header|column"))
    lines("no-header.tsv", [[tags[i], *M[i]] for i in range(N)], delimiter="\t")
    case("no-header-names-first", "G", "no-header.tsv", "A name and five fractions in every line, no header: names are ids, or told.", reading([M], None, ids=tags), reading([M], None, note="column|text|1"))
