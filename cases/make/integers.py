"""K: HDF5 numbers of odd widths. L: numbers that float32 cannot tell apart."""

import h5py
import numpy as np
import pandas as pd

from common import case, flat, lines, names, numbers, orders, path, reading, refused, savemat, view, whole

P = [0, 1, 2, 2, 1, 0, 1, 2, 0, 1]
N = 10
A = numbers(100, N, 3)
COUNT = [str(p) for p in P]
WORDS = names(P, "up", "down", "still")


def odd(name, base, size, bits, offset, values, nbit=False, extra=None):
    """A data set `counts` of integers with `bits` of precision in `size` bytes, beside `other` and `label`."""
    kind = base.copy()
    kind.set_size(size)
    kind.set_precision(bits)
    kind.set_offset(offset)
    with h5py.File(path(name), "w") as file:
        space = h5py.h5s.create_simple(values.shape)
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_obj_track_times(False)
        if nbit:
            plist.set_chunk(values.shape)
            plist.set_filter(h5py.h5z.FILTER_NBIT, h5py.h5z.FLAG_MANDATORY)
        data = h5py.h5d.create(file.id, b"counts", kind, space, plist)
        data.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ascontiguousarray(values))
        file["other"], file["label"] = A, np.array(P)


def lost(views_wide, column, values, labels, name, place=0):
    """Right where float32 loses the differences of a column: they are kept, or it is told, or refused."""
    matrix = views_wide[place]
    steps = [float(v - values[0]) for v in values]
    sums = [None if j == column else each for j, each in enumerate(view(matrix)["sums"])]
    kept = [{"columns": matrix.shape[1], "differences": [{"column": column, "values": steps}], "sums": sums} if v == place else each for v, each in enumerate(views_wide)]
    near = [{"columns": matrix.shape[1], "sums": sums} if v == place else each for v, each in enumerate(views_wide)]
    return [
        reading(kept, labels, samples=N),
        reading(near, labels, samples=N, note="float32|precision|digits|rounded|told apart|offset|too large"),
        refused(f"{name}|float32|precision"),
    ]


def main():
    signed = whole(101, N, 4, low=-2048, high=2047).astype(np.int16)
    both = lambda values: reading([values, A], COUNT)
    little, big = h5py.h5t.STD_I16LE, h5py.h5t.STD_I16BE
    odd("bits-12-big.h5", big, 2, 12, 0, signed)
    case("signed-12-bits-big-endian", "K", "bits-12-big.h5", "Signed integers of 12 bits in two bytes, big-endian: -5 stays -5.", both(signed))
    odd("bits-12-offset.h5", little, 2, 12, 3, signed)
    case("signed-12-bits-offset", "K", "bits-12-offset.h5", "Signed 12 bits that begin at bit 3.", both(signed))
    odd("bits-12-nbit.h5", little, 2, 12, 0, signed, nbit=True)
    case("nbit-filter", "K", "bits-12-nbit.h5", "Signed 12 bits packed by the nbit filter.", both(signed))
    small = whole(102, N, 4, high=1023).astype(np.uint16)
    odd("bits-10-unsigned.h5", h5py.h5t.STD_U16LE, 2, 10, 6, small)
    case("unsigned-10-bits-offset", "K", "bits-10-unsigned.h5", "Unsigned 10 bits at the upper end of two bytes.", both(small))
    wide = whole(103, N, 3, low=-8000000, high=8000000).astype(np.int32)
    odd("bytes-3.h5", h5py.h5t.STD_I32LE, 3, 24, 0, wide)
    case("signed-24-bits", "K", "bytes-3.h5", "Signed integers of three bytes, as sound has them; or said that they cannot be read.", both(wide), reading([A], COUNT, note="counts"), refused("counts"))
    frames = whole(104, N, 3, 4, low=-2000, high=2000).astype(np.int16)
    odd("frames-12.h5", little, 2, 12, 0, frames, nbit=True)
    case("frames-12-bits", "K", "frames-12.h5", "Pictures of a detector with 12 bits, three axes.", orders(lambda o: both(flat(frames, o))))
    half = numbers(105, N, 4).astype(np.float16)
    with h5py.File(path("filters.h5"), "w") as file:
        file.create_dataset("half", data=half, chunks=(4, 2), compression="lzf", shuffle=True)
        file.create_dataset("label", data=np.array(P), compression="gzip", fletcher32=True, chunks=(3,))
    case("float16-lzf", "K", "filters.h5", "Half precision, compressed by h5py's LZF: read, or said which filter is not there.",
         reading([half.astype(float)], COUNT), refused("lzf|filter"))
    with h5py.File(path("scaled.h5"), "w") as file:
        file.create_dataset("whole", data=small.astype(np.int32), chunks=(5, 4), scaleoffset=0)
        file.create_dataset("fraction", data=A, chunks=(5, 3), scaleoffset=2)
        file["flags"] = np.array([[(i + j) % 3 == 0 for j in range(4)] for i in range(N)])
        file["label"] = np.array(P)
    flags = np.array([[(i + j) % 3 == 0 for j in range(4)] for i in range(N)], dtype=int)
    case("scale-offset-and-flags", "K", "scaled.h5", "The scale-offset filter on whole numbers and on fractions of two digits, and truth values, which HDF5 has as an enumeration.",
         reading([small, A, flags], COUNT), reading([small, A], COUNT, note="flags"))
    # L
    stamps = [1700000000000.0 + 250 * i for i in range(N)]
    matrix = np.column_stack([stamps, A])
    np.savez(path("stamped.npz"), log=matrix, label=np.array(P))
    case("milliseconds-npz", "L", "stamped.npz", "Times in milliseconds, a quarter of a second apart.", lost([matrix], 0, stamps, COUNT, "log"))
    north = [5412345.125 + 0.125 * i for i in range(N)]
    places = np.column_stack([A[:, 0], north])
    savemat("survey.mat", {"place": places.T, "colour": numbers(106, N, 3).T, "gt": np.array(P, dtype=float)[None, :]})
    case("coordinates-mat", "L", "survey.mat", "Coordinates in metres, 12 cm apart, features x samples: the second column loses its digits.",
         lost([places, numbers(106, N, 3)], 1, north, COUNT, "place"))
    pd.DataFrame({"time_ns": [1700000000000000000 + 1000 * i for i in range(N)], "len": A[:, 0], "wid": A[:, 1], "label": WORDS}).to_parquet(path("nanoseconds.parquet"), index=False)
    case("nanoseconds-parquet", "L", "nanoseconds.parquet", "Nanoseconds since 1970 as 64-bit integers beyond 2^53: told, refused, or left out with a word.",
         reading([A[:, :2]], WORDS, note="time_ns"),
         reading([{"columns": 3, "differences": [{"column": 0, "values": [1000.0 * i for i in range(N)]}]}], WORDS, samples=N),
         reading([{"columns": 3}], WORDS, samples=N, note="float32|precision|digits|rounded|told apart|offset|too large|time_ns"), refused("time_ns|2\\^53|53"))
    hertz = [2400000000 + 3 * i * i for i in range(N)]
    table = np.column_stack([A[:, 0], hertz, A[:, 1]])
    lines("radio.csv", [["gain", "hertz", "noise", "label"]] + [[*row, w] for row, w in zip([[a, h, b] for a, h, b in zip(A[:, 0], hertz, A[:, 1])], WORDS)], delimiter=";")
    case("hertz-csv", "L", "radio.csv", "Frequencies in hertz near 2.4 GHz, a few hertz apart.", lost([table], 1, hertz, WORDS, "hertz"))
    coarse = [10000000 + 250000 * i for i in range(N)]
    with h5py.File(path("coarse.h5"), "w") as file:
        file["income"], file["other"], file["label"] = np.column_stack([coarse, A[:, 0]]), A, np.array(P)
    case("large-and-far-apart", "L", "coarse.h5", "Large numbers that lie far apart lose nothing: read.", reading([np.column_stack([coarse, A[:, 0]]), A], COUNT))
