"""DJSRH on ready-made features: seconds per training step, or training and mAP on Wikipedia.mat."""

import math
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import common
import measures

MOMENTUM, WEIGHT_DECAY = 0.9, 5e-4


class Branch(nn.ModuleList):
    """Linear(d, hidden) ReLU Linear(hidden, bits), then tanh(α · output)."""

    def __init__(self, dims, bits, hidden):
        super().__init__([nn.Linear(dims, hidden), nn.Linear(hidden, bits)])

    def forward(self, x, alpha=1.0):
        return torch.tanh(alpha * self[1](F.relu(self[0](x))))


def affinity(image, text, beta, eta, mu):
    """Joint semantics S of one batch of features."""
    image, text = F.normalize(image), F.normalize(text)
    mixed = beta * (2 * image @ image.T - 1) + (1 - beta) * (2 * text @ text.T - 1)
    return mu * ((1 - eta) * mixed + eta * mixed @ mixed.T / len(image))


def losses(code_image, code_text, target, lambda1, lambda2):
    image, text = F.normalize(code_image), F.normalize(code_text)
    result = {
        "intra_image": F.mse_loss(image @ image.T, target),
        "inter": F.mse_loss(image @ text.T, target),
        "intra_text": F.mse_loss(text @ text.T, target),
    }
    result["total"] = lambda1 * result["intra_image"] + result["inter"] + lambda2 * result["intra_text"]
    return result


def alpha_of(epoch):
    return math.sqrt(epoch + 1)


def sgd(parameters, lr, **form):
    return torch.optim.SGD(parameters, lr=lr, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY, **form)


def check(args):
    fixture, result = common.load_fixture(args, "djsrh"), common.Check("djsrh")
    config, expected = fixture["config"], fixture["expected"]
    image, text = common.tensor(fixture["image_features"]), common.tensor(fixture["text_features"])
    hidden = fixture["params"]["image.0.bias"]["shape"][0]
    model = nn.ModuleDict(
        {"image": Branch(image.shape[1], config["bits"], hidden), "text": Branch(text.shape[1], config["bits"], hidden)}
    ).double()
    target = affinity(image, text, config["beta"], config["eta"], config["mu"])
    result.compare("affinity", target, expected["affinity"])

    def forward(epoch):
        codes = [model["image"](image, alpha_of(epoch)), model["text"](text, alpha_of(epoch))]
        return codes, losses(*codes, target, config["lambda1"], config["lambda2"])

    model.load_state_dict(common.tensors(fixture["params"]))
    codes, values = forward(config["epoch_of_expected_forward"])
    values["total"].backward()
    result.compare("code_image", codes[0], expected["code_image"])
    result.compare("code_text", codes[1], expected["code_text"])
    for key, value in values.items():
        result.compare(f"{key}_loss", value, expected[f"{key}_loss"])
    result.compare_all("gradient", {k: p.grad for k, p in model.named_parameters()}, expected["gradients"])
    optimizer = sgd(model.parameters(), config["optimizer"]["lr"])
    for step, epoch in enumerate(config["epochs_of_steps"]):
        total = forward(epoch)[1]["total"]
        result.compare(f"loss of step {step}", total, [expected["total_loss_per_step"][step]])
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    result.compare_all("parameter", dict(model.named_parameters()), expected["params_after_5_steps"])
    result.finish()


def total_loss(model, image, text, alpha, args):
    target = affinity(image, text, args.beta, args.eta, args.mu)
    codes = model["image"](image, alpha), model["text"](text, alpha)
    return losses(*codes, target, args.lambda1, args.lambda2)["total"]


def train_step(model, optimizers, image, text, alpha, args):
    return descend(optimizers, total_loss(model, image, text, alpha, args))


def descend(optimizers, total):
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    total.backward()
    for optimizer in optimizers:
        optimizer.step()
    return total.item()


def retrieval(model, image, text, labels, queries, database):
    """mAP over the whole ranking and at 50, both directions, by Hamming distance of signs."""
    with torch.no_grad():
        codes = {"image": model["image"](image), "text": model["text"](text)}
    codes = {name: np.where(code.numpy() > 0, 1.0, -1.0) for name, code in codes.items()}
    relevant = measures.shares_label(labels[queries], labels[database])
    result = {}
    for a, b in (("image", "text"), ("text", "image")):
        distance = measures.hamming_distance(codes[a][queries], codes[b][database])
        result[f"{a}->{b}"] = {
            "map": measures.mean_average_precision(distance, relevant),
            "mapAt50": measures.mean_average_precision(distance, relevant, 50),
        }
    return result


def main():
    args = common.parser(__doc__, fixture=True)
    args.add_argument("--data", help="Wikipedia.mat: queries are the last rows, database and training set the first")
    args.add_argument("--queries", type=int, default=693)
    args.add_argument("--epochs", type=int, default=200)
    args.add_argument("--batch", type=int, default=32)
    args.add_argument("--bits", type=int, default=64)
    args.add_argument("--hidden", type=int, default=4096)
    args.add_argument("--evaluate-every", type=int, default=20)
    for name, value in (("beta", 0.3), ("eta", 0.4), ("mu", 1.5), ("lambda1", 0.3), ("lambda2", 0.3), ("lr", 0.01)):
        args.add_argument(f"--{name}", type=float, default=value)
    args.add_argument("--draws", help="starts and orders of batches from bench/ours/djsrh-draws.mjs, in place of own ones")
    args.add_argument("--time-only", action="store_true", help="time steps on random features, without training")
    args.add_argument("--dims", type=int, nargs=2, default=(4096, 1386), help="features of image and text, to time")
    args.add_argument("--repetitions", type=int, default=20)
    args = args.parse_args()
    common.start(args)
    if args.check:
        check(args)
        return
    if args.data is None and not args.time_only:
        raise SystemExit("--data FILE.mat is required")
    apart = ("check", "fixtures", "threads", "keep_memory", "data", "draws")
    settings = {k: v for k, v in vars(args).items() if k not in apart}

    if args.time_only:
        image, text = torch.rand(args.batch, args.dims[0]), torch.rand(args.batch, args.dims[1])
    else:
        views, labels = common.load_mat(args.data)
        image, text = (torch.from_numpy(v.astype(np.float32)) for v in views[:2])
    dims = {"image": image.shape[1], "text": text.shape[1]}
    model = nn.ModuleDict({name: Branch(d, args.bits, args.hidden) for name, d in dims.items()})
    def optimizers_of(**form):
        return [sgd(branch.parameters(), args.lr, **form) for branch in model.values()]

    if args.time_only:
        def step_of(total, form):
            optimizers = optimizers_of(**form)
            return lambda: descend(optimizers, total())

        total = lambda: total_loss(model, image, text, 1.0, args)
        times = common.time_forms(torch.optim.SGD, args, total, step_of, args.repetitions, warmup=5)
        common.emit("djsrh step", **times, settings=settings)
        return
    draws = None if args.draws is None else np.load(args.draws)
    if draws is not None:
        model.load_state_dict({name: torch.from_numpy(draws[name]) for name in model.state_dict()})
    optimizers = optimizers_of(foreach=True)

    train = len(labels) - args.queries
    queries, database = np.arange(train, len(labels)), np.arange(train)
    seconds, scores = [], None
    for epoch, order in enumerate(common.orders(train, args.epochs, None if draws is None else draws["order"])):
        begin = time.perf_counter()
        total = 0.0
        for start in range(0, train - args.batch + 1, args.batch):
            rows = order[start : start + args.batch]
            total += train_step(model, optimizers, image[rows], text[rows], alpha_of(epoch), args)
        seconds.append(time.perf_counter() - begin)
        if (epoch + 1) % args.evaluate_every == 0 or epoch + 1 == args.epochs:
            scores = retrieval(model, image, text, labels, queries, database)
            common.log(epoch=epoch + 1, loss=total / (train // args.batch), **scores)
    common.emit("djsrh training", metrics=scores, **common.summary(seconds), settings=settings)


if __name__ == "__main__":
    main()
