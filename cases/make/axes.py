"""A: arrays of three axes and more, in every format and order."""

import h5py
import numpy as np

from common import cell, case, flat, matlab73, names, numbers, onehot, orders, path, reading, refused, savemat, view, whole


def npy(name, array):
    np.save(path(name), array)


def main():
    # one array alone
    volumes = numbers(1, 10, 2, 3, 4)
    npy("volumes.npy", volumes)
    npy("volumes-fortran.npy", np.asfortranarray(volumes))
    only = orders(lambda order: reading([flat(volumes, order)], None))
    case("npy-four-axes", "A", "volumes.npy", "Ten small volumes, samples first, alone in a file of NumPy: 24 values each.", only)
    case("npy-four-axes-fortran", "A", "volumes-fortran.npy", "The same saved in column order: the same values in the same order.", only,
         sameAs={"file": "volumes.npy"})
    frames = np.arange(7 * 2 * 3 * 2 * 2, dtype=np.float32).reshape(7, 2, 3, 2, 2) / 4
    heart = numbers(2, 7, 3)
    np.savez(path("videos.npz"), video=frames, pulse=heart, label=np.array(names([0, 1, 1, 0, 1, 0, 0], "rest", "walk")))
    case("npz-five-axes", "A", "videos.npz", "Short films, sample x frame x height x width x channel, beside the pulse: 24 values a film.",
         orders(lambda order: reading([flat(frames, order), heart], names([0, 1, 1, 0, 1, 0, 0], "rest", "walk"))))
    # spectrograms beside vectors; bytes
    sound = whole(3, 9, 6, 5).astype(np.uint8)
    eeg = numbers(4, 9, 7)
    wake = [1, 2, 3, 3, 2, 1, 1, 3, 2]
    np.savez_compressed(path("night.npz"), spectrogram=np.asfortranarray(sound), eeg=np.asfortranarray(eeg), stage_label=np.array(wake))
    case("npz-bytes-fortran", "A", "night.npz", "Spectrograms of bytes and a matrix, both in column order: every value of each night.",
         orders(lambda order: reading([flat(sound, order), eeg], [str(w) for w in wake])),
         options={"labels": "stage_label"})
    case("npz-fortran-disk", "A", "night.npz", "The same on a machine with little memory: the same values in the same order.",
         orders(lambda order: reading([flat(sound, order), eeg], [str(w) for w in wake])),
         options={"labels": "stage_label"}, env={"VANTAGE_MEMORY": "0.0000001"},
         sameAs={"file": "night.npz", "options": {"labels": "stage_label"}})
    # SVHN: height x width x channel x sample, classes 1 to 10
    digits = [1, 9, 2, 3, 10, 5, 7, 10, 1, 4, 6, 8, 2, 3]
    house = whole(5, 4, 3, 3, 14).astype(np.uint8)
    savemat("house-numbers.mat", {"X": house, "y": np.array(digits, dtype=np.uint8)}, do_compression=True)
    last = np.moveaxis(house, -1, 0)
    case("mat-samples-last-bytes", "A", "house-numbers.mat", "The layout of SVHN: X is height x width x channel x sample, y goes from 1 to 10.",
         orders(lambda order: reading([flat(last, order)], [str(d) for d in digits])))
    # MATLAB 7.3
    glyphs = numbers(6, 11, 4, 3)
    strokes = numbers(7, 11, 6)
    gt = np.array([[1], [2], [1], [3], [3], [2], [1], [2], [3], [1], [2]], dtype=float)
    letters = [str(int(g[0])) for g in gt]
    matlab73("glyphs-first.mat", lambda m: [m.put("glyph", glyphs), m.put("stroke", strokes), m.put("gt", gt)])
    case("mat73-samples-first", "A", "glyphs-first.mat", "MATLAB 7.3: glyph is 11 x 4 x 3 in MATLAB (HDF5 has the axes turned), stroke 11 x 6, gt 11 x 1.",
         orders(lambda order: reading([flat(glyphs, order), strokes], letters)))
    turned = np.moveaxis(glyphs, 0, -1)
    matlab73("glyphs-last.mat", lambda m: [m.put("glyph", turned), m.put("stroke", strokes.T), m.put("gt", gt.T)])
    case("mat73-samples-last", "A", "glyphs-last.mat", "MATLAB 7.3 with samples along the last axis of everything: 4 x 3 x 11, 6 x 11, 1 x 11.",
         orders(lambda order: reading([flat(glyphs, order), strokes], letters)))
    matlab73("glyphs-cell.mat", lambda m: [m.put("X", [glyphs, strokes]), m.put("Y", gt)])
    case("mat73-cell", "A", "glyphs-cell.mat", "MATLAB 7.3: a cell of a three-axis array and a matrix.",
         orders(lambda order: reading([flat(glyphs, order), strokes], letters)))
    case("mat73-disk", "A", "glyphs-first.mat", "The 7.3 file on a machine with little memory.",
         orders(lambda order: reading([flat(glyphs, order), strokes], letters)),
         env={"VANTAGE_MEMORY": "0.0000001"}, sameAs={"file": "glyphs-first.mat"})
    # MATLAB 5: struct fields and cells
    front = numbers(8, 8, 5, 2)
    side = numbers(9, 8, 3, 2, 2)
    who = [4, 4, 2, 2, 3, 1, 3, 1]
    savemat("faces-struct.mat", {"data": {"front": front, "side": side, "label": np.array(who)}})
    case("mat-struct-fields", "A", "faces-struct.mat", "A struct whose fields are arrays of three and of four axes, and the label.",
         orders(lambda order: reading([flat(front, order), flat(side, order)], [str(w) for w in who])))
    savemat("faces-cell.mat", {"X": cell(front, side, column=True), "gt": np.array(who)}, do_compression=True)
    case("mat-cell-arrays", "A", "faces-cell.mat", "A column cell of arrays of three and four axes.",
         orders(lambda order: reading([flat(front, order), flat(side, order)], [str(w) for w in who])))
    # HDF5: channels, byte orders, groups
    tiles = whole(10, 13, 3, 4, 3, low=0, high=4000).astype(">u2")
    radar = numbers(11, 13, 2, 5).astype(">f4")
    land = [0, 1, 1, 2, 0, 2, 1, 0, 2, 2, 1, 0, 1]
    with h5py.File(path("tiles.h5"), "w") as file:
        file.create_dataset("optical", data=tiles, chunks=(4, 3, 4, 3), compression="gzip", shuffle=True)
        file.create_dataset("radar", data=radar)
        file.create_dataset("label", data=onehot(land).astype("f4"))
    case("hdf5-big-endian", "A", "tiles.h5", "Satellite tiles of So2Sat's kind: big-endian, in compressed blocks that do not divide the samples; one-hot labels.",
         orders(lambda order: reading([flat(tiles, order), flat(radar, order)], groups=land)))
    case("hdf5-disk", "A", "tiles.h5", "The same with little memory.",
         orders(lambda order: reading([flat(tiles, order), flat(radar, order)], groups=land)),
         env={"VANTAGE_MEMORY": "0.0000001"}, sameAs={"file": "tiles.h5"})
    with h5py.File(path("rooms.h5"), "w") as file:
        for room in ("kitchen", "garden"):
            file[f"recordings/{room}/signal"] = numbers(len(room), 6, 4, 2)
        file["labels"] = np.array([1, 0, 0, 1, 1, 0])
    kitchen, garden = numbers(7, 6, 4, 2), numbers(6, 6, 4, 2)
    case("hdf5-groups", "A", "rooms.h5", "Two groups with a signal of 6 x 4 x 2 each, and labels beside the groups.",
         orders(lambda order: reading([flat(kitchen, order), flat(garden, order)], ["1", "0", "0", "1", "1", "0"])))
    # which axis?
    both = numbers(12, 9, 4, 9)
    np.savez(path("either.npz"), scan=both, label=np.array([0, 1, 2, 0, 1, 2, 2, 1, 0]))
    nine = ["0", "1", "2", "0", "1", "2", "2", "1", "0"]
    case("either-axis", "A", "either.npz", "scan is 9 x 4 x 9 and there are 9 labels: samples may lie along the first or the last axis, so it is asked, or told.",
         refused("scan"), orders(lambda order: reading([flat(both, order)], nine, note="scan")))
    square = numbers(13, 6, 6, 2)
    np.savez(path("square.npz"), image=square, text=numbers(14, 6, 3), y=np.array([0, 1, 0, 1, 1, 0]))
    case("first-and-second-axis", "A", "square.npz", "image is 6 x 6 x 2 with 6 samples: they never lie along the middle axis, so they lie along the first.",
         orders(lambda order: reading([flat(square, order), numbers(14, 6, 3)], ["0", "1", "0", "1", "1", "0"])))
