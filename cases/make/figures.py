"""H: numbers as people write them."""

import numpy as np

from common import case, lines, names, numbers, reading, refused, text, whole

P = [0, 1, 1, 0, 2, 0, 2, 1, 2]
N = 9
M = numbers(80, N, 3)
WORDS = names(P, "hat", "cap", "hood")
BIG = np.array([512.5, 1234.5, 98765.25, 1000000.5, 7.25, 43210.0, 2500.75, 860.0, 31415.5])


def comma(value):
    return str(value).replace(".", ",")


def grouped(value, separator, point, digits=2):
    return f"{value:,.{digits}f}".replace(",", "\0").replace(".", point).replace("\0", separator)


def column(file, cells, others=M[:, :2], head=("amount", "b", "c", "class"), label=None, **options):
    """A file whose first column is in the form in question."""
    label = WORDS if label is None else label
    write = options.pop("write", str)
    lines(file, [head] + [[cells[i], *map(write, others[i]), label[i]] for i in range(N)], **options)


def main():
    with_big = np.column_stack([BIG, M[:, :2]])
    rest = M[:, :2]
    read = reading([with_big], WORDS)
    left = reading([rest], WORDS, note="amount")
    column("quoted-thousands.csv", [f'"{grouped(v, ",", ".")}"' for v in BIG])
    case("thousands-quoted", "H", "quoted-thousands.csv", '"1,234.50" in quotation marks, as Excel exports in English.', read, left, refused("amount"))
    column("blank-thousands.csv", [grouped(v, " ", ",") for v in BIG], delimiter=";", write=comma)
    case("thousands-blank", "H", "blank-thousands.csv", "12 345,60 with decimal commas, as in Polish or Swedish.", read, left, refused("amount"))
    column("nbsp-thousands.csv", [grouped(v, "\u00a0", ",") for v in BIG], delimiter=";", write=comma, encoding="cp1252", end="\r\n")
    case("thousands-no-break-space", "H", "nbsp-thousands.csv", "Excel in French: no-break spaces part thousands, in Windows' encoding.", read, left, refused("amount"))
    column("narrow-thousands.csv", [grouped(v, "\u202f", ",") for v in BIG], delimiter=";", write=comma)
    case("thousands-narrow-space", "H", "narrow-thousands.csv", "The narrow no-break space that newer programs write.", read, left, refused("amount"))
    column("swiss.csv", [grouped(v, "'", ".") for v in BIG], delimiter=";")
    case("thousands-apostrophe", "H", "swiss.csv", "1'234.50 as in Switzerland.", read, left, refused("amount"))
    column("point-thousands.csv", [grouped(v, ".", ",") for v in BIG], delimiter=";", write=comma)
    case("thousands-point-groups", "H", "point-thousands.csv", "1.000.000,50 as in German and Spanish.", read, left, refused("amount"))
    groups = np.array([1000000, 25, 999, 1234567, 40000, 3, 8008, 12, 7654321])
    column("many-groups.tsv", [f"{v:,}" for v in groups], delimiter="\t")
    case("thousands-groups-tab", "H", "many-groups.tsv", "1,234,567 beside decimal points, parted by tabs.",
         reading([np.column_stack([groups, rest])], WORDS), left, refused("amount"))
    three = [1234, 2345, 3456, 4567, 5678, 6789, 7891, 8912, 9123]
    lines("which-comma.tsv", [["amount", "count", "class"]] + [[f"{v:,}", v % 10 + 3, w] for v, w in zip(three, WORDS)], delimiter="\t")
    case("thousands-or-decimals", "H", "which-comma.tsv", "1,234 to 9,123 beside whole numbers: nothing says whether the comma parts thousands or decimals, so it is asked or told.",
         refused("amount|1,234"), reading([np.column_stack([three, [v % 10 + 3 for v in three]])], WORDS, note="amount"),
         reading([np.column_stack([np.array(three) / 1000, [v % 10 + 3 for v in three]])], WORDS, note="amount"))
    column("accounts.csv", [f'"(${abs(v):,.2f})"' if i % 3 == 0 else f'"${v:,.2f}"' for i, v in enumerate(BIG)])
    signed = np.array([-v if i % 3 == 0 else v for i, v in enumerate(BIG)])
    case("accounting", "H", "accounts.csv", "($1,234.50) is minus 1234.5 in accounting.", reading([np.column_stack([signed, rest])], WORDS), left, refused("amount"))
    column("minus.csv", [f"\u2212{v}" if i % 2 else str(v) for i, v in enumerate(BIG)])
    signed = np.array([-v if i % 2 else v for i, v in enumerate(BIG)])
    case("minus-sign", "H", "minus.csv", "The minus sign U+2212 instead of a hyphen.", reading([np.column_stack([signed, rest])], WORDS), left, refused("amount"))
    lines("fortran.txt", [[" ".join(f"{v:14.6E}".replace("E", "D") for v in row)] for row in M], end="\n")
    case("fortran-exponents", "H", "fortran.txt", "1.500000D+00: Fortran's double precision, parted by blanks, no header.", reading([M], None), refused("D\\+"))
    yes = ["yes" if p else "no" for p in P]
    column("smokers.csv", yes, head=("smokes", "b", "c", "class"))
    flags = np.array([int(p > 0) for p in P])
    case("yes-no", "H", "smokers.csv", "yes and no: 1 and 0, or left out with a word, or asked.",
         reading([np.column_stack([flags, rest])], WORDS), reading([rest], WORDS, note="smokes"), refused("smokes"))
    column("r-logical.csv", [f.upper() for f in np.where(flags, "true", "false")], head=("smokes", "b", "c", "class"))
    case("true-false-r", "H", "r-logical.csv", "R's TRUE and FALSE.", reading([np.column_stack([flags, rest])], WORDS), reading([rest], WORDS, note="smokes"), refused("smokes"))
    column("euro.csv", [f"{comma(v)} €" for v in BIG], delimiter=";", write=comma)
    case("euro-behind", "H", "euro.csv", "1234,5 € with the sign behind.", read, left, refused("amount"))
    shares = numbers(81, N, digits=1, scale=100)
    column("shares.tsv", [f"{v}%" for v in shares], head=("share", "b", "c", "class"), delimiter="\t")
    case("percent-decimals", "H", "shares.tsv", "12.5%: as 12.5 or 0.125, or left out with a word, or asked.",
         reading([np.column_stack([shares, rest])], WORDS), reading([np.column_stack([shares / 100, rest])], WORDS), reading([rest], WORDS, note="share"), refused("share"))
    column("mixed-marks.csv", [comma(v) for v in numbers(82, N)], head=("amount", "b", "c", "class"), delimiter=";")
    case("comma-and-point", "H", "mixed-marks.csv", "One column with decimal commas, two with points: each read for itself, or asked; no column is gone in silence.",
         reading([np.column_stack([numbers(82, N), rest])], WORDS), left, refused("amount|comma|point|decimal"))
    column("sizes.csv", [f"{v} cm" for v in shares], head=("size", "b", "c", "class"))
    case("unit-in-cell", "H", "sizes.csv", "12.5 cm: left out with a word, or read, or asked.",
         reading([np.column_stack([shares, rest])], WORDS), reading([rest], WORDS, note="size"), refused("size"))
    forms = ["1e-3", "+1.5", ".5", "5.", "-2.25E+02", "7", "1.0e1", "-.75", "0.1250"]
    column("forms.csv", forms)
    case("plain-forms", "H", "forms.csv", "1e-3, +1.5, .5, 5. and their like are plain numbers.", reading([np.column_stack([[float(f) for f in forms], rest])], WORDS))
    column("endless.csv", ["inf" if i == 3 else v for i, v in enumerate(BIG)])
    case("infinite", "H", "endless.csv", "One value is inf: where it is must be said.", refused("row 3|row 4|line 5", "inf"))
    column("hex.csv", [hex(int(v)) for v in BIG])
    case("hexadecimal", "H", "hex.csv", "0x1f: read as 31, left out with a word, or asked.", reading([np.column_stack([np.floor(BIG), rest])], WORDS), left, refused("amount"))
    column("german.tsv", [comma(v) for v in BIG], delimiter="\t", write=comma)
    case("decimal-comma-tab", "H", "german.tsv", "Decimal commas parted by tabs.", read)
    column("dash.csv", ["-" if i == 5 else v for i, v in enumerate(BIG)])
    case("dash-for-nothing", "H", "dash.csv", "A dash where a value is missing: where it is must be said; the column is not gone in silence.",
         refused("row 5|row 6|line 7|amount"), left)
    column("na.csv", ["N/A" if i == 2 else v for i, v in enumerate(BIG)])
    case("not-available", "H", "na.csv", "N/A where a value is missing.", refused("row 2|row 3|line 4|amount"), left)
