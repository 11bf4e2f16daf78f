"""What every peer script shares: command line, data, fixtures, timing, and the one JSON line at the end.

Run with the interpreter of the environment that `npm run bench` creates, or Debian's /usr/bin/python3, and -B. For PyTorch at its
best set OMP_WAIT_POLICY=PASSIVE (threads that sleep), ATEN_CPU_CAPABILITY=avx512 where the processor has it, and give
--keep-memory and --compile; with Debian's set OPENBLAS_CORETYPE=SKYLAKEX (or what lscpu says) as well.
"""

import argparse
import ctypes
import itertools
import json
import os
import random
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse
import threadpoolctl
import torch

FIXTURES = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures"
CHECK_TOLERANCE = 1e-6
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
ENVIRONMENT = {}


def parser(description, fixture=False):
    """An argument parser with the flags common to all scripts; `--check` for those that have a fixture."""
    result = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    result.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of PyTorch and of BLAS")
    result.add_argument("--keep-memory", action="store_true", help="glibc keeps freed memory: fewer page faults")
    result.add_argument("--compile", action="store_true", help="also time the step with torch.compile, where there is one")
    result.add_argument("--seed", type=int, default=0)
    if fixture:
        result.add_argument("--check", action="store_true", help="compare with the fixture in float64 and exit")
        result.add_argument("--fixtures", type=Path, default=FIXTURES, help="folder of the fixtures")
    return result


def start(args):
    """Seeds every generator, sets the number of threads and how memory is kept."""
    if args.keep_memory:
        libc = ctypes.CDLL(None)
        if not (libc.mallopt(M_MMAP_MAX, 0) and libc.mallopt(M_TRIM_THRESHOLD, -1)):
            raise SystemExit("--keep-memory: mallopt failed")
    ENVIRONMENT.update(keep_memory=args.keep_memory, omp_wait_policy=os.environ.get("OMP_WAIT_POLICY"))
    torch.set_num_threads(args.threads)
    threadpoolctl.threadpool_limits(args.threads)
    random.seed(args.seed)
    np.random.seed(args.seed)
    torch.manual_seed(args.seed)


def blas_core_type():
    """The processor family that OpenBLAS chose its kernels for, such as SkylakeX."""
    names = {info.get("architecture") for info in threadpoolctl.threadpool_info() if info["user_api"] == "blas"}
    return ",".join(sorted(filter(None, names))) or None


def emit(name, **fields):
    """Prints one JSON line with the environment it was measured in."""
    record = {
        "name": name,
        **fields,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "blas": blas_core_type(),
        **ENVIRONMENT,
        "simd": torch.__config__.show().split("CPU capability usage: ")[-1].split("\n")[0],
    }
    print(json.dumps(record), flush=True)


def log(**fields):
    """Prints one JSON line of progress."""
    print(json.dumps(fields), flush=True)


def repeat(step, repetitions, warmup=2):
    """Seconds of each of `repetitions` calls of `step`, after `warmup` calls that do not count."""
    for _ in range(warmup):
        step()
    seconds = []
    for _ in range(repetitions):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    return seconds


def orders(count, epochs, given=None):
    """The order of `count` samples in each epoch: as given, epochs x samples, or drawn when it is needed."""
    if given is None:
        return (torch.randperm(count) for _ in range(epochs))
    return (torch.from_numpy(order.astype(np.int64)) for order in given)


def summary(seconds):
    """The repetitions, their median and their least."""
    return {"seconds": seconds, "median": statistics.median(seconds), "least": min(seconds)}


def optimizer_forms(kind):
    """Keyword arguments of each implementation of an optimizer that this PyTorch has for the processor, by name."""
    forms = {"foreach": {"foreach": True}, "single": {"foreach": False}, "fused": {"fused": True}}
    return {name: form for name, form in forms.items() if _works(kind, form)}


def _works(kind, form):
    parameter = torch.nn.Parameter(torch.zeros(2))
    parameter.grad = torch.ones(2)
    try:
        kind([parameter], lr=0.1, **form).step()
    except (RuntimeError, TypeError):
        return False
    return True


def function_forms(args, function):
    """A function as it is and, with --compile and where this PyTorch can, compiled; by name."""
    forms = {"eager": function}
    if args.compile and hasattr(torch, "compile"):
        forms["compiled"] = torch.compile(function, dynamic=False)
    return forms


def time_forms(kind, args, function, step_of, repetitions, warmup=2):
    """The fastest of all implementations of an optimizer with the function eager and compiled.

    `step_of(function, form)` makes a step from the function and the optimizer's keyword arguments.
    """
    variants = {}
    forms = itertools.product(function_forms(args, function).items(), optimizer_forms(kind).items())
    for (how, made), (name, form) in forms:
        try:
            variants[f"{name}, {how}"] = summary(repeat(step_of(made, form), repetitions, warmup))
        except Exception as error:  # a compiler that is not there, or a graph that it cannot take
            if how == "eager":
                raise
            print(f"{name}, {how}: {str(error).splitlines()[0]}", file=sys.stderr)
    return fastest(variants)


def fastest(variants):
    """The summary of the variant with the least median, its name in `variant`, beside every variant's median."""
    name = min(variants, key=lambda each: variants[each]["median"])
    medians = {each: entry["median"] for each, entry in variants.items()}
    return {**variants[name], "variant": name, "variants": medians}


def load_mat(path):
    """Views (dense float64, samples × features) and labels from 0, of a MATLAB v5 file with X and y or Y."""
    content = scipy.io.loadmat(path)
    labels = np.unique(content["y" if "y" in content else "Y"].ravel(), return_inverse=True)[1]
    views = [v.toarray() if scipy.sparse.issparse(v) else v for v in content["X"].ravel()]
    return [np.asarray(v, np.float64) for v in views], labels


def scale_features(view):
    """Each column scaled to [0, 1]; a constant column becomes 0."""
    low, high = view.min(0), view.max(0)
    return (view - low) / np.where(high > low, high - low, 1)


def tensor(entry):
    """A float64 tensor from a fixture's {shape, data}."""
    return torch.tensor(entry["data"], dtype=torch.float64).reshape(entry["shape"])


def tensors(entries):
    """A dictionary of fixtures' tensors as float64 tensors."""
    return {name: tensor(entry) for name, entry in entries.items()}


def load_fixture(args, name):
    return json.loads((args.fixtures / f"{name}.json").read_text())


def relative_error(actual, expected):
    """Largest absolute difference over the largest absolute expected value; absolute where all expected are 0."""
    actual = torch.as_tensor(actual, dtype=torch.float64).detach()
    expected = torch.as_tensor(expected, dtype=torch.float64)
    if actual.numel() != expected.numel():
        raise ValueError(f"shape {tuple(actual.shape)} found, {tuple(expected.shape)} expected")
    scale = expected.abs().max().item()
    return (actual.reshape(expected.shape) - expected).abs().max().item() / (scale if scale > 0 else 1.0)


class Check:
    """Collects comparisons with a fixture and ends the script with status 1 where one is off."""

    def __init__(self, name):
        self.name, self.errors = name, {}

    def compare(self, what, actual, expected):
        self.errors[what] = relative_error(actual, tensor(expected) if isinstance(expected, dict) else expected)

    def compare_all(self, what, actual, expected):
        """Compares two dictionaries of tensors over the names in `expected`; a gradient of None counts as 0."""
        for name, entry in expected.items():
            value = actual[name]
            self.compare(f"{what} {name}", torch.zeros(entry["shape"]) if value is None else value, entry)

    def finish(self):
        worst = max(self.errors, key=self.errors.get)
        passed = self.errors[worst] < CHECK_TOLERANCE
        emit(
            f"check {self.name}",
            passed=passed,
            max_relative_error=self.errors[worst],
            worst=worst,
            comparisons=len(self.errors),
            failed={k: v for k, v in self.errors.items() if not v < CHECK_TOLERANCE},
        )
        if not passed:
            sys.exit(1)
