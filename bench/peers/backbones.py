"""AlexNet and other backbones of torchvision: a training step's time, and files that ours are checked against.

    backbones.py --network alexnet --batch 32                  the time of a step
    backbones.py --network alexnet --batch 32 --plain          of the optimizer's default form alone, for bench/backbones.mjs
    backbones.py --network alexnet --batch 4 --check FOLDER    weights, gradients and steps, for bench/ours/backbones-check.mjs
    backbones.py --fixture FILE                                the small fixture of src/core/nn/backbones
"""

import json
import resource
import statistics
import time
from pathlib import Path

import numpy as np
import torch
import torchvision

import common

NETWORKS = {
    "alexnet": torchvision.models.alexnet,
    "vgg19-bn": torchvision.models.vgg19_bn,
    "resnet18": torchvision.models.resnet18,
    "resnet50": torchvision.models.resnet50,
    "mobilenet-v2": torchvision.models.mobilenet_v2,
}
CLASSES, MOMENTUM, STEPS = 10, 0.9, 5
# Without normalization and with logits of 20 a larger one diverges.
RATES = {"alexnet": 2e-6, "vgg19-bn": 1e-6}


def uniform(name, count):
    """Values between -0.5 and 0.5 that a name and a place decide, the same bits in backbones.testing.ts."""
    key = np.uint32(0x811C9DC5)
    with np.errstate(over="ignore"):
        for byte in name.encode():
            key = np.uint32((key ^ np.uint32(byte)) * np.uint32(0x01000193))
        h = (np.arange(1, count + 1, dtype=np.uint32) * np.uint32(2654435761)) ^ key
        h ^= h >> np.uint32(15)
        h *= np.uint32(2246822519)
        h ^= h >> np.uint32(13)
    return h.astype(np.float64) / 2**32 - 0.5


def values_of(name, shape):
    u = uniform(name, int(np.prod(shape)))
    if len(shape) > 1:
        u = u * np.sqrt(24 / np.prod(shape[1:]))
    elif name.endswith("weight"):
        u = 1 + 0.2 * u
    else:
        # Far from the kink of relu: what lies at it is on either side by rounding, in PyTorch with and without oneDNN too.
        u = np.where(u < 0, u - 5, u + 5)
    return torch.from_numpy(u.reshape(shape).astype(np.float32))


def network(name):
    """The network with weights that its parameters' names decide, and nothing dropped."""
    net = NETWORKS[name](num_classes=CLASSES)
    with torch.no_grad():
        for key, parameter in net.named_parameters():
            parameter.copy_(values_of(key, parameter.shape))
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return net


def batch_of(count, size, seed=0):
    pictures = torch.from_numpy(4 * uniform(f"pictures{seed or ''}", count * 3 * size * size).astype(np.float32))
    return pictures.reshape(count, 3, size, size), torch.arange(count) * 7 % CLASSES


def trained(net, pictures, classes, rate):
    """Logits, loss and gradients by name, then the losses of some steps."""
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=MOMENTUM)
    losses, first = [], None
    for _ in range(STEPS):
        optimizer.zero_grad()
        logits = net(pictures)
        loss = torch.nn.functional.cross_entropy(logits, classes)
        loss.backward()
        if first is None:
            first = logits.detach().clone(), {k: p.grad.clone() for k, p in net.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    return *first, losses


def largest_difference(found, wanted):
    """Over the largest value, of the tensor where it is largest, but for biases whose gradient is 0 but for rounding."""
    errors = {k: ((found[k] - w).abs().max() / w.abs().max()).item() for k, w in wanted.items() if w.abs().max() > 1e-4}
    name = max(errors, key=errors.get)
    return {"name": name, "off": errors[name], "median": float(np.median(list(errors.values())))}


def write_check(folder, name, count, size, seed):
    folder.mkdir(parents=True, exist_ok=True)
    net = network(name)
    torch.save(net.state_dict(), folder / "weights.pth")
    pictures, classes = batch_of(count, size, seed)
    net.train()
    with torch.backends.mkldnn.flags(enabled=False):
        torch.nn.functional.cross_entropy(net(pictures), classes).backward()
    plain = {k: p.grad.clone() for k, p in net.named_parameters()}
    net.load_state_dict(torch.load(folder / "weights.pth"))
    rate = RATES.get(name, 1e-3)
    logits, gradients, losses = trained(net, pictures, classes, rate)
    torch.save(gradients, folder / "gradients.pth")
    torch.save(net.state_dict(), folder / "after.pth")
    settings = {"network": name, "batch": count, "size": size, "seed": seed, "rate": rate, "momentum": MOMENTUM}
    settings["without_onednn"] = largest_difference(plain, gradients)
    (folder / "expected.json").write_text(json.dumps({**settings, "logits": logits.flatten().tolist(), "losses": losses}))


def write_fixture(path):
    """Small pictures, everything in float64: logits, loss, and for each gradient its norm and its sum."""
    result = {"count": 3, "size": 64, "networks": {}}
    pictures, classes = batch_of(result["count"], result["size"])
    for name in NETWORKS:
        net = network(name).double()
        evaluated = net.eval()(pictures.double()).flatten().tolist()
        logits = net.train()(pictures.double())
        loss = torch.nn.functional.cross_entropy(logits, classes)
        loss.backward()
        result["networks"][name] = {
            "evaluated": [float(f"{v:.7g}") for v in evaluated],
            "logits": [float(f"{v:.7g}") for v in logits.flatten().tolist()],
            "loss": float(f"{loss.item():.7g}"),
            "gradients": {
                k: [float(f"{p.grad.norm().item():.6g}"), float(f"{p.grad.sum().item():.6g}")]
                for k, p in net.named_parameters()
            },
        }
    path.write_text(json.dumps(result))


def time_steps(args):
    net = network(args.network).train()
    pictures, classes = batch_of(args.batch, args.size)

    def total():
        return torch.nn.functional.cross_entropy(net(pictures), classes)

    def step_of(total, form):
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=MOMENTUM, **form)

        def step():
            loss = total()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            return loss.item()

        return step

    began = time.process_time()
    if args.plain:
        clock, step = [], step_of(total, {})

        def counted():
            start = time.process_time()
            step()
            clock.append(time.process_time() - start)

        seconds = common.summary(common.repeat(counted, args.repetitions))
        return {**seconds, "processor": statistics.median(clock[2:]), "peak_megabytes": peak_megabytes()}
    result = common.time_forms(torch.optim.SGD, args, total, step_of, args.repetitions)
    steps = (args.repetitions + 2) * len(result["variants"])
    # All variants together: what the machine's other work does not change.
    return {**result, "processor": (time.process_time() - began) / steps, "peak_megabytes": peak_megabytes()}


def peak_megabytes():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


def main():
    args = common.parser(__doc__)
    args.add_argument("--network", choices=NETWORKS, default="alexnet")
    args.add_argument("--batch", type=int, default=32)
    args.add_argument("--size", type=int, default=224)
    args.add_argument("--repetitions", type=int, default=5)
    args.add_argument("--plain", action="store_true", help="the optimizer as PyTorch has it by default alone")
    args.add_argument("--check", type=Path)
    args.add_argument("--fixture", type=Path)
    args = args.parse_args()
    common.start(args)
    if args.fixture:
        write_fixture(args.fixture)
    elif args.check:
        write_check(args.check, args.network, args.batch, args.size, args.seed)
    else:
        settings = {"network": args.network, "batch": args.batch, "size": args.size}
        common.emit("backbones", **time_steps(args), settings=settings)


if __name__ == "__main__":
    main()
