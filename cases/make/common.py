"""What the makers share: numbers to fill files with, and the words of cases.json."""

import pathlib
import re
import subprocess

import numpy as np

HERE = pathlib.Path(__file__).parent
FILES = HERE.parent / "files"
CASES = []
# the time of writing in the first line of SciPy's and of Octave's MATLAB files
WHEN = re.compile(rb"[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d \d{4}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def path(name):
    return str(FILES / name)


def text(name, content, encoding="utf-8"):
    (FILES / name).write_bytes(content.encode(encoding))


def lines(name, rows, delimiter=",", end="\n", encoding="utf-8"):
    """Rows of cells as text, each line ended."""
    text(name, "".join(delimiter.join(str(cell) for cell in row) + end for row in rows), encoding)


def numbers(seed, *shape, scale=10, digits=2):
    """The same numbers each time, below `scale`, rounded to `digits`; every column has fractions."""
    return np.round(np.random.RandomState(seed).rand(*shape) * scale, digits)


def whole(seed, *shape, low=0, high=255):
    return np.random.RandomState(seed).randint(low, high + 1, shape)


def names(places, *classes):
    """names([0, 1, 0], "a", "b") is ["a", "b", "a"]."""
    return [classes[place] for place in places]


def onehot(places, count=None):
    return np.eye(count or max(places) + 1, dtype=int)[places]


def plain(value):
    """Numbers as JSON has them."""
    return [plain(each) for each in value] if isinstance(value, (list, np.ndarray)) else round(float(value), 9)


def view(matrix, **more):
    """What a view must hold: first and last row and the sum of each column. `missing` lists samples that lack it."""
    matrix = np.asarray(matrix, dtype=float)
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if "missing" in more:
        there = [i for i in range(len(matrix)) if i not in more["missing"]]
        ends = {str(i): plain(matrix[i]) for i in (there[0], there[-1])}
        return {"columns": matrix.shape[1], "rows": ends, **more}
    found = {"columns": matrix.shape[1], "firstRow": plain(matrix[0]), "lastRow": plain(matrix[-1])}
    return {**found, "sums": plain(matrix.sum(axis=0)), **more}


def flat(array, order="C"):
    """Samples first, the other axes in one row, by rows ("C") or by columns ("F")."""
    array = np.asarray(array)
    return np.stack([sample.ravel(order=order) for sample in array])


UNSAID = object()


def reading(views, labels=UNSAID, classes=UNSAID, **more):
    """An outcome that is right. `labels`: a class name (or a list, or None) for each sample; None: there are none."""
    counted = labels if isinstance(labels, list) else next(each for each in views if not isinstance(each, dict))
    found = {"samples": more.pop("samples", None) or len(counted)}
    found["views"] = [each if isinstance(each, dict) else view(each) for each in views]
    if labels is None:
        found["classes"] = None
    elif labels is not UNSAID:
        one = {name for label in labels for name in (label if isinstance(label, list) else [label]) if name is not None}
        found["classes"] = sorted(one if classes is UNSAID else classes)
        found["labels"] = labels
    return {**found, **more}


def orders(build):
    """One outcome for each order in which the values of a sample may come."""
    return [build("C"), build("F")]


def refused(*mentions, **more):
    return {"refused": True, "mentions": list(mentions), **more}


def case(name, kind, file, why, *accept, **more):
    accept = [each for outcome in accept for each in (outcome if isinstance(outcome, list) else [outcome])]
    CASES.append({"name": name, "kind": kind, "file": file, "why": why, **more, "accept": accept})


def command(name, kind, why, train, accept, **verb):
    CASES.append({"name": name, "kind": kind, "why": why, "train": train, **verb, "accept": accept})


def steady(name):
    """Takes the time of writing out of a MATLAB file's first line, so that the same bytes come again."""
    file = FILES / name
    head, rest = file.read_bytes()[:116], file.read_bytes()[116:]
    file.write_bytes(WHEN.sub(b"Fri Nov 27 12:00:00 2026", head).ljust(116)[:116] + rest)


def repack(name):
    """The same file by HDF5's own h5repack, in the newest layout and compressed: as written it has 30 KB to 1 MB of nothing."""
    subprocess.run(["h5repack", "--latest", "--filter=GZIP=9", path(name), path("repacked")], check=True)
    (FILES / "repacked").replace(FILES / name)


def savemat(name, variables, **options):
    import scipy.io

    scipy.io.savemat(path(name), variables, oned_as=options.pop("oned_as", "column"), **options)
    if options.get("format") != "4":
        steady(name)


def cell(*items, column=False):
    """A MATLAB cell, as SciPy takes it."""
    box = np.empty((len(items), 1) if column else (1, len(items)), dtype=object)
    for i, item in enumerate(items):
        box[(i, 0) if column else (0, i)] = item
    return box


def matlab73(name, fill):
    """A MATLAB 7.3 file as MATLAB lays it out, by h5py: 512 bytes of header, axes reversed, MATLAB_class on each."""
    import h5py

    with h5py.File(path(name), "w", userblock_size=512) as file:
        fill(Matlab73(file))
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Fri Nov 27 12:00:00 2026 HDF5 schema 1.00 ."
    with open(path(name), "r+b") as out:
        out.write(head.ljust(116) + bytes(8) + b"\x00\x02IM")


class Matlab73:
    """Writes variables, cells, structs and text as MATLAB does with -v7.3."""

    CLASS = {"f8": "double", "f4": "single", "b1": "logical"}

    def __init__(self, file):
        self.file = file
        self.count = 0

    def put(self, place, value):
        import h5py

        if isinstance(value, str):
            codes = np.array([[ord(c)] for c in value], dtype=np.uint16)
            made = self.file.create_dataset(place, data=codes)
            made.attrs["MATLAB_class"] = np.bytes_("char")
            made.attrs["MATLAB_int_decode"] = np.int32(2)
        elif isinstance(value, list):
            references = []
            for item in value:
                self.count += 1
                references.append(self.put(f"#refs#/{self.count}", item).ref)
            made = self.file.create_dataset(place, data=np.array([[r] for r in references], dtype=h5py.ref_dtype))
            made.attrs["MATLAB_class"] = np.bytes_("cell")
        elif isinstance(value, dict):
            made = self.file.create_group(place)
            made.attrs["MATLAB_class"] = np.bytes_("struct")
            for name, item in value.items():
                self.put(f"{place}/{name}", item)
        else:
            value = np.asarray(value)
            kind = self.CLASS.get(value.dtype.str[1:]) or value.dtype.name
            stored = value.astype(np.uint8) if kind == "logical" else value
            made = self.file.create_dataset(place, data=np.ascontiguousarray(stored.T))
            made.attrs["MATLAB_class"] = np.bytes_(kind)
            if kind == "logical":
                made.attrs["MATLAB_int_decode"] = np.int32(1)
        return made
