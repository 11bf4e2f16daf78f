"""Where gradients of a whole backbone differ: PyTorch's in float32, and ours, against float64.

    backbones.py --network vgg19-bn --batch 1 --check FOLDER
    node bench/ours/backbones-check.mjs FOLDER
    backbones_trace.py FOLDER

A relu at its kink and a maximum of nearly equal values are decided by rounding, and then whole branches of the gradient differ. So
each float32 gradient is held against two of float64: one that decides for itself, and one that takes the float32 run's decisions.
"""

import argparse
import copy
import json
from pathlib import Path

import numpy as np
import torch

from backbones import batch_of, network


class Relu(torch.nn.Module):
    """max(x, 0); keeps which values it lets through, or lets those through that it is given."""

    def __init__(self, given=None):
        super().__init__()
        self.given = given

    def forward(self, x):
        self.choice = x.detach() > 0
        return x * (self.choice if self.given is None else self.given.reshape(x.shape))


class Maximum(torch.nn.Module):
    """A maximum over windows; keeps its places in each picture's channel, or takes those that it is given."""

    def __init__(self, pool, given=None):
        super().__init__()
        self.windows = (pool.kernel_size, pool.stride, pool.padding)
        self.given = given

    def forward(self, x):
        y, places = torch.nn.functional.max_pool2d(x, *self.windows, return_indices=True)
        self.choice = places
        if self.given is None:
            return y
        plane = x.shape[2] * x.shape[3]
        own = self.given.reshape(*y.shape[:2], -1) % plane
        return x.flatten(2).gather(2, own).reshape(y.shape)


def chosen(net, given=None):
    """The network with relus and maxima that keep what they choose, and these in order."""
    layers = []
    for sequence in (net.features, net.classifier):
        for i, module in enumerate(sequence):
            own = None if given is None else given[min(len(layers), len(given) - 1)]
            if isinstance(module, torch.nn.ReLU):
                sequence[i] = Relu(own)
            elif isinstance(module, torch.nn.MaxPool2d):
                sequence[i] = Maximum(module, own)
            else:
                continue
            layers.append(sequence[i])
    return layers


def gradients(original, settings, dtype, given=None):
    """The gradients by name, and what relus and maxima chose."""
    net = copy.deepcopy(original).train().to(dtype)
    layers = chosen(net, given)
    pictures, classes = batch_of(settings["batch"], settings["size"], settings["seed"])
    torch.nn.functional.cross_entropy(net(pictures.to(dtype)), classes).backward()
    return {k: p.grad.detach() for k, p in net.named_parameters()}, [layer.choice for layer in layers]


def read_ours(folder, shapes, choices):
    """Our gradients and choices of a check, in the shapes of PyTorch's."""
    values, at, found, own = np.fromfile(folder / "ours.bin", np.float32), 0, {}, []
    for name, count in json.loads((folder / "ours.json").read_text()):
        part, at = torch.from_numpy(values[at : at + count]), at + count
        if name.startswith("d/"):
            found[name[2:]] = part.reshape(shapes[name[2:]])
        else:
            wanted = choices[len(own)]
            plane = part.reshape(wanted.shape)
            own.append(plane > 0 if wanted.dtype == torch.bool else plane.long())
    return found, own


def distances(found, truth):
    """Largest difference over largest value, by name; without biases whose gradient is 0 but for rounding."""
    scales = {k: w.abs().max().item() for k, w in truth.items()}
    return {k: ((found[k] - w).abs().max() / scales[k]).item() for k, w in truth.items() if scales[k] > 1e-4}


def changed(found, truth, inputs):
    """How many relus and how many places of maxima were decided otherwise than in float64."""
    counts = {"relus": 0, "maxima": 0}
    for own, true, plane in zip(found, truth, inputs, strict=True):
        kind = "relus" if true.dtype == torch.bool else "maxima"
        counts[kind] += int(((own if plane is None else own % plane) != true).sum())
    return counts


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("folder", type=Path, help="folder of a check")
    folder = args.parse_args().folder
    settings = json.loads((folder / "expected.json").read_text())
    original = network(settings["network"])
    truth, choices = gradients(original, settings, torch.float64)
    # Ours count places through the whole tensor, PyTorch's through a picture's channel.
    size, planes = settings["size"], []
    for choice in choices:
        planes.append(None if choice.dtype == torch.bool else size * size)
        size = choice.shape[-1] if choice.dim() == 4 else size
    runs = {"PyTorch, float32": gradients(original, settings, torch.float32)}
    with torch.backends.mkldnn.flags(enabled=False):
        runs["PyTorch, float32, without oneDNN"] = gradients(original, settings, torch.float32)
    runs["ours"] = read_ours(folder, {k: w.shape for k, w in truth.items()}, choices)
    for name, (found, own) in runs.items():
        report = {"run": name, **{k: settings[k] for k in ("network", "batch", "seed")}, **changed(own, choices, planes)}
        for against, wanted in (("float64", truth), ("same choices", gradients(original, settings, torch.float64, own)[0])):
            errors = distances(found, wanted)
            worst = max(errors, key=errors.get)
            report[against] = {"worst": errors[worst], "at": worst, "median": float(np.median(list(errors.values())))}
            # The first layer from the end whose gradient is off: what lies behind it is whole.
            late = [k for k, error in errors.items() if error > 1e-4]
            report[against]["last over 1e-4"] = late[-1] if late else None
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
