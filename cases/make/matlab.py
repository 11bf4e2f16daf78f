"""M: MATLAB's files and Octave's (octave.m writes those whose names begin with octave)."""

import h5py
import numpy as np

from common import FILES, Matlab73, case, cell, flat, matlab73, names, numbers, onehot, orders, path, reading, refused, savemat, view, whole

P = [1, 2, 2, 3, 1, 3, 2, 1, 3, 1]
N = 10
Y = [str(p) for p in P]


def v(n, d, s):
    """The numbers of octave.m and tables.R."""
    i, j = np.meshgrid(np.arange(n), np.arange(d), indexing="ij")
    return ((i * 37 + j * 61 + s * 17 + i * j * (s + 3)) % 101) / 8


def version4(name, variables):
    """MATLAB 4 as its documentation has it, with the high byte first (type 1000): five integers, the name, the columns."""
    out = b""
    for title, matrix in variables.items():
        matrix = np.asarray(matrix, dtype=">f8")
        out += np.array([1000, *matrix.shape, 0, len(title) + 1], dtype=">i4").tobytes() + title.encode() + b"\0" + matrix.tobytes(order="F")
    (FILES / name).write_bytes(out)


def main():
    a, b = v(N, 4, 1), v(N, 6, 2)
    words = names([p - 1 for p in P], "ja", "nein", "vielleicht")
    both = reading([a, b], Y)
    case("octave-4", "M", "octave-4.mat", "Octave's save -v4.", both)
    case("octave-6", "M", "octave-6.mat", "Octave's save -v6.", both)
    case("octave-7-types", "M", "octave-7-types.mat", "Octave's save -v7: single, int16, and labels as a row of bytes.", reading([a, b * 8], Y))
    case("octave-hdf5", "M", "octave.h5", "Octave's save -hdf5, where each variable is a group of type and value, with the axes turned.", both)
    case("octave-text", "M", "octave-text.mat", "Octave's own text format under the name of a MATLAB file: read, or said what it is.", both, refused("Octave|text|not a|MATLAB"))
    arrays = flat(v(N, 12, 3).reshape((N, 3, 4), order="F"), "C"), flat(v(N, 12, 3).reshape((N, 3, 4), order="F"), "F")
    case("octave-array-names", "M", "octave-array-names.mat", "Octave: an array of three axes, a matrix, class names in a cell.", [reading([array, b], words) for array in arrays])
    bags = (v(N, 9, 4) > 9).astype(int)
    classes = [p - 1 for p in P]
    for version in (7, 6):
        case(f"octave-sparse-logical-{version}", "M", f"octave-sparse-logical-{version}.mat", f"Octave -v{version}: a sparse logical matrix as a view and one as one-hot labels.", reading([bags, a], groups=classes))
    case("octave-cells", "M", "octave-cells.mat", "Octave: a cell of features x samples and a cell of the same labels twice.", both)
    case("octave-logical", "M", "octave-logical.mat", "Octave: one-hot labels as logical.", reading([a, b], groups=classes))
    case("octave-struct-array", "M", "octave-struct-array.mat", "A struct array, one element for each view with data and name: read, or asked.", both, refused("view"))
    case("octave-nested", "M", "octave-nested.mat", "A struct in a struct: data.views.colour, data.views.shape, data.gnd.", both)
    case("octave-complex", "M", "octave-complex.mat", "A complex matrix beside a real one: left out with a word, or said that it cannot be read; its real part alone is wrong.",
         reading([b], Y, note="signal"), refused("signal|complex"), reading([np.hstack([a, b[:, :4]]), b], Y, note="signal|complex"))
    case("octave-char-matrix", "M", "octave-char-matrix.mat", "Class names as a padded char matrix, beside an empty matrix, a number and a text.",
         reading([a, b], names(classes, "ja", "nein", "evtl")))
    version4("version-4-big.mat", {"X1": a, "X2": b, "y": np.array(P)[:, None]})
    case("version-4-big-endian", "M", "version-4-big.mat", "MATLAB 4 from a machine with the high byte first, which SciPy reads.", both)
    savemat("four.mat", {"fea": a, "gnd": np.array(P, dtype=float)}, format="4")
    case("version-4-one-view", "M", "four.mat", "MATLAB 4 by SciPy: fea and gnd.", reading([a], Y))

    accents = names(classes, "æble", "pære", "blåbær")

    def strings(m):
        m.put("X1", a), m.put("X2", b), m.put("label", accents)

    matlab73("text-73.mat", strings)
    case("mat73-accents", "M", "text-73.mat", "MATLAB 7.3: class names with Danish letters in a cell.", reading([a, b], accents))

    def sparse(m):
        m.put("X1", a), m.put("gt", np.array(P, dtype=float)[:, None])
        group = m.file.create_group("tags")
        group.attrs["MATLAB_class"], group.attrs["MATLAB_sparse"] = np.bytes_("logical"), np.uint64(N)
        group.attrs["MATLAB_int_decode"] = np.int32(1)
        rows = [np.flatnonzero(column) for column in bags.T]
        group["data"] = np.ones(bags.sum(), dtype=np.uint8)
        group["ir"] = np.concatenate(rows).astype(np.uint64)
        group["jc"] = np.cumsum([0] + [len(row) for row in rows]).astype(np.uint64)

    matlab73("sparse-73.mat", sparse)
    case("mat73-sparse-logical", "M", "sparse-73.mat", "MATLAB 7.3: a sparse logical matrix as a view.", reading([a, bags], Y))

    def objects(m):
        m.put("X1", a), m.put("X2", b), m.put("gt", np.array(P, dtype=float)[:, None])
        made = m.file.create_dataset("T", data=np.array([[3707764736, 2, 1, 1, 1, 1]], dtype=np.uint32))
        made.attrs["MATLAB_class"], made.attrs["MATLAB_object_decode"] = np.bytes_("table"), np.int32(3)

    matlab73("table-73.mat", objects)
    case("mat73-table-beside", "M", "table-73.mat", "A table, which MATLAB stores as an object, beside two matrices: the matrices, and a word on T.", {**both, "note": "\\bT\\b"}, refused("\\bT\\b"))

    def labels(m):
        m.put("X1", a), m.put("X2", b)
        made = m.file.create_dataset("label", data=np.array([[3707764736, 2, 1, 1, 1, 1]], dtype=np.uint32))
        made.attrs["MATLAB_class"], made.attrs["MATLAB_object_decode"] = np.bytes_("string"), np.int32(3)

    matlab73("string-73.mat", labels)
    case("mat73-string-labels", "M", "string-73.mat", "Labels as MATLAB's string array, which only MATLAB can read: said, with the way out; never six numbers.",
         refused("label"), reading([a, b], None, note="label"))

    def empty(m):
        m.put("X", [a, b]), m.put("gt", np.array(P, dtype=float)[:, None]), m.put("flag", np.array([[True]]))
        made = m.file.create_dataset("rest", data=np.array([0, 0], dtype=np.uint64))
        made.attrs["MATLAB_class"], made.attrs["MATLAB_empty"] = np.bytes_("double"), np.uint8(1)

    matlab73("empty-73.mat", empty)
    case("mat73-empty", "M", "empty-73.mat", "A cell of views, labels, one truth value and an empty matrix, which HDF5 has as its two lengths.", both)
    savemat("uint.mat", {"views": cell(whole(110, N, 3, low=-100, high=100).astype(np.int8), b.astype(np.float32)), "labels": np.array(P, dtype=np.int64)[None, :]}, do_compression=True)
    case("integers-in-cells", "M", "uint.mat", "A compressed cell of int8 and single, labels as a row of int64.", reading([whole(110, N, 3, low=-100, high=100), b], Y))
