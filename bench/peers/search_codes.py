"""Codes to search in, as .npy files: signs of random projections of noisy cluster centers, and queries drawn alike.

A code of a learned representation has far fewer degrees of freedom than bits; so points lie around 1000 centers of 32
dimensions and are projected to as many bits as asked. Writes FOLDER/codes-BITS.npy and FOLDER/queries-BITS.npy.
"""

import argparse
from pathlib import Path

import numpy as np

CENTERS, DIMENSIONS, NOISE, CHUNK = 1000, 32, 0.6, 1 << 18


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bits", type=int, default=64)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=10_000)
    args = parser.parse_args()
    random = np.random.default_rng(args.bits)
    centers = random.standard_normal((CENTERS, DIMENSIONS), np.float32)
    projection = random.standard_normal((DIMENSIONS, args.bits), np.float32)

    def draw(rows):
        codes = np.empty((rows, args.bits // 8), np.uint8)
        for begin in range(0, rows, CHUNK):
            size = min(CHUNK, rows - begin)
            points = centers[random.integers(CENTERS, size=size)]
            points = points + NOISE * random.standard_normal((size, DIMENSIONS), np.float32)
            codes[begin : begin + size] = np.packbits(points @ projection > 0, axis=1)
        return codes

    args.folder.mkdir(parents=True, exist_ok=True)
    np.save(args.folder / f"queries-{args.bits}.npy", draw(args.queries))
    np.save(args.folder / f"codes-{args.bits}.npy", draw(args.rows))


if __name__ == "__main__":
    main()
