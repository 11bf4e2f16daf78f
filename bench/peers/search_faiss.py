"""Faiss's IndexBinaryFlat and IndexBinaryHNSW on the codes of search_codes.py: queries per second, recall, time to build.

Recall@10 counts a hit whose distance is at most the true tenth distance: equal distances abound.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import faiss
import numpy as np

K = 10
CLOCK = time.perf_counter


def memory():
    """Bytes of this process in memory (Linux)."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def seconds(call, repetitions):
    """Seconds of each call after one that does not count."""
    call()
    times = []
    for _ in range(repetitions):
        begin = CLOCK()
        call()
        times.append(CLOCK() - begin)
    return times


def rates(index, queries, single, repetitions):
    """Queries per second, one at a time and all in one call (the median of the repetitions)."""

    def one_by_one():
        for i in range(single):
            index.search(queries[i : i + 1], K)

    return {
        "single": single / statistics.median(seconds(one_by_one, repetitions)),
        "batch": len(queries) / statistics.median(seconds(lambda: index.search(queries, K), repetitions)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bits", type=int, default=64)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1000, help="in a batch of approximate search")
    parser.add_argument("--exact-queries", type=int, default=100, help="in a batch of exact search")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--hnsw", action="store_true", help="approximate search too")
    parser.add_argument("--m", type=int, default=16)
    parser.add_argument("--construction", type=int, default=100)
    parser.add_argument("--search", type=int, nargs="*", default=[10, 12, 16, 24, 32, 48, 64, 96])
    parser.add_argument("--index", type=Path, help="a file the graph is kept in")
    parser.add_argument("--processor-time", action="store_true", help="for one thread on a machine with other work too")
    args = parser.parse_args()
    if args.processor_time:
        global CLOCK
        CLOCK = time.process_time
    faiss.omp_set_num_threads(args.threads)
    codes = np.load(args.folder / f"codes-{args.bits}.npy", mmap_mode="r")[: args.rows].copy()
    queries = np.load(args.folder / f"queries-{args.bits}.npy")[: args.queries]
    flat = faiss.IndexBinaryFlat(args.bits)
    flat.add(codes)
    few = queries[: args.exact_queries]
    exact = rates(flat, few, min(len(few), 20), args.repetitions)
    result = {"name": "search", "exact": exact, "seconds": [1 / exact["batch"]], "median": 1 / exact["batch"]}
    if args.hnsw:
        kth = flat.search(queries, K)[0][:, K - 1 : K]
        if args.index is not None and args.index.exists():
            graph = faiss.read_index_binary(str(args.index))
        else:
            graph = faiss.IndexBinaryHNSW(args.bits, args.m)
            graph.hnsw.efConstruction = args.construction
            before, begin = memory(), time.process_time()
            graph.add(codes)
            result["build"] = time.process_time() - begin
            result["bytes_per_item"] = (memory() - before) / args.rows
            if args.index is not None:
                faiss.write_index_binary(graph, str(args.index))
        result["approximate"] = []
        for search in args.search:
            graph.hnsw.efSearch = search
            recall = float((graph.search(queries, K)[0] <= kth).mean())
            speed = rates(graph, queries, len(queries), args.repetitions)
            result["approximate"].append({"search": search, "recall": recall, **speed})
            print(json.dumps(result["approximate"][-1]), file=sys.stderr, flush=True)
    settings = {"rows": args.rows, "bits": args.bits, "m": args.m, "construction": args.construction}
    print(json.dumps({**result, "settings": settings, "threads": args.threads, "faiss": faiss.__version__}))


if __name__ == "__main__":
    main()
