"""MvLNet's stages of training: autoencoder, siamese network on neighbor pairs, network with orthogonal layer."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import common
import mvlnet_model as mvl

SMALLEST_RATE = 1e-8


class Plateau:
    """A rate that falls tenfold each time the loss has not improved for `patience` epochs."""

    def __init__(self, rate, patience):
        self.rate, self.patience = rate, patience
        self.best, self.waited = float("inf"), 0

    def update(self, loss):
        """Takes the loss of one epoch; says whether to go on."""
        self.waited = 0 if loss < self.best else self.waited + 1
        self.best = min(self.best, loss)
        if self.waited >= self.patience:
            self.rate, self.waited = self.rate / 10, 0
        return self.rate >= SMALLEST_RATE


def relu_stack(layers, x):
    """ReLU between the layers, none on the last."""
    for layer in layers[:-1]:
        x = F.relu(layer(x))
    return layers[-1](x)


def train_autoencoder(x, widths, epochs, batch=256):
    """The encoder of an autoencoder with these widths, the code last, and back; trained with MSE and Adam 1e-3."""
    sizes = (x.shape[1], *widths)
    encoder, decoder = mvl.linears(*sizes), mvl.linears(*sizes[::-1])
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch):
            part = x[rows]
            loss = F.mse_loss(relu_stack(decoder, relu_stack(encoder, part)), part)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        common.log(stage="autoencoder", epoch=epoch + 1, loss=total / len(x))
    return encoder


def nearest_rows(x, k, block=1024):
    """The k nearest of each row, itself left out."""
    norms, result = (x * x).sum(1), []
    for start in range(0, len(x), block):
        part = x[start : start + block]
        squared = torch.addmm(norms, part, x.T, alpha=-2)
        own = torch.arange(len(part))
        squared[own, start + own] = float("inf")
        result.append(squared.topk(k, largest=False).indices)
    return torch.cat(result).numpy()


def neighbor_pairs(x, k, total, rng):
    """Row numbers a, b and whether b is one of a's k nearest: as many such pairs as others, about `total` in all."""
    n = len(x)
    nearest = nearest_rows(x, k)
    count = min(k, max(1, total // (2 * n)))
    chosen = rng.permuted(nearest, axis=1)[:, :count]
    others = rng.integers(n, size=(n, count))
    while True:
        wrong = (others[:, :, None] == nearest[:, None, :]).any(2) | (others == np.arange(n)[:, None])
        if not wrong.any():
            break
        others[wrong] = rng.integers(n, size=wrong.sum())
    a = np.repeat(np.arange(n), 2 * count)
    b = np.concatenate([chosen, others], 1).ravel()
    same = np.tile(np.repeat([1.0, 0.0], count), n)
    return torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(same.astype(np.float32))


def train_siamese(x, pairs, arch, epochs, patience, lr=1e-4, batch=128):
    """A siamese network trained on pairs with RMSProp (rho .9, eps 1e-7 outside the root)."""
    layers = mvl.linears(x.shape[1], *arch)
    optimizer = torch.optim.RMSprop(layers.parameters(), lr=lr, alpha=0.9, eps=1e-7, foreach=True)
    schedule, (a, b, same) = Plateau(lr, patience), pairs
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(a)).split(batch):
            left, right = mvl.siamese(layers, torch.cat([x[a[rows]], x[b[rows]]])).split(len(rows))
            loss = mvl.siamese_loss(mvl.pair_distance(left, right), same[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        go_on = schedule.update(total / len(a))
        optimizer.param_groups[0]["lr"] = schedule.rate
        common.log(stage="siamese", epoch=epoch + 1, loss=total / len(a), rate=schedule.rate)
        if not go_on:
            break
    return layers


@torch.no_grad()
def siamese_outputs(layers, x):
    return torch.cat([mvl.siamese(layers, part) for part in x.split(4096)])


def train_spectral(views, codes, args, on_epoch):
    """Networks and orthogonal weights of all views; `codes`: siamese outputs of the same rows.

    Each step draws two independent batches; rows are the same in all views.
    """
    n, batch = len(views[0]), min(args.batch, len(views[0]))
    scales = [mvl.scale_of(c[torch.randperm(n)[:batch]], args.scale_neighbour) for c in codes]
    networks = nn.ModuleList(mvl.linears(x.shape[1], *args.arch[:-1], args.clusters) for x in views)
    optimizer = mvl.TensorFlowRMSProp(networks.parameters(), args.lr)
    schedule, orthogonal = Plateau(args.lr, args.patience), None
    for epoch in range(args.epochs):
        total = 0.0
        for _ in range(args.steps):
            rows, other = torch.randperm(n)[:batch], torch.randperm(n)[:batch]
            affinities = [mvl.affinity(c[rows], args.neighbours, s) for c, s in zip(codes, scales)]
            values, _, orthogonal = mvl.train_step(
                networks, optimizer, [x[rows] for x in views], [x[other] for x in views], affinities, args.weight
            )
            total += values["total"].item()
        go_on = schedule.update(total / args.steps)
        optimizer.lr = schedule.rate
        on_epoch(epoch + 1, total / args.steps, schedule.rate, networks, [w.detach() for w in orthogonal])
        if not go_on:
            break
    return networks, [w.detach() for w in orthogonal]


@torch.no_grad()
def orthogonal_weights_of(networks, views):
    """The orthogonal weights of each view's whole set, by way of float64."""
    embedded = [torch.cat([mvl.embed(n, part) for part in x.split(4096)]) for n, x in zip(networks, views)]
    return [mvl.orthogonal_weights(y.double()).float() for y in embedded]


@torch.no_grad()
def represent(networks, orthogonal, views):
    """The representation of each view with the stored orthogonal weights, as numpy arrays."""
    return [
        torch.cat([mvl.embed(n, part) @ w for part in x.split(4096)]).numpy()
        for n, w, x in zip(networks, orthogonal, views)
    ]
