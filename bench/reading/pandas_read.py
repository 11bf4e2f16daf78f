"""The peer's side: pandas.read_csv with its C parser reads the same table, and adds up its numbers."""

import json
import resource
import sys
import time

import pandas

path, delimiter, decimal = sys.argv[1:4]
start, before = time.perf_counter(), time.process_time()
frame = pandas.read_csv(path, sep=delimiter, decimal=decimal)
seconds, processor = time.perf_counter() - start, time.process_time() - before
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
numbers = frame.select_dtypes("number")
print(json.dumps({"seconds": seconds, "processor": processor, "memory": memory, "sum": float(numbers.to_numpy().sum()),
                  "columns": numbers.shape[1], "pandas": pandas.__version__}))
