"""MvLNet in PyTorch: siamese network, affinities, network with orthogonal layer, losses, TensorFlow's RMSProp."""

import math

import torch
from torch import nn
from torch.nn import functional as F

CHOLESKY_EPS = 1e-5


def linears(*sizes):
    """Linear layers with Keras' initial values, which the authors train from: Glorot's uniform weights, biases 0."""
    layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
    for layer in layers:
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    return layers


def siamese(layers, x):
    """ReLU on every layer, last one included."""
    for layer in layers:
        x = F.relu(layer(x))
    return x


def pair_distance(a, b):
    return ((a - b) ** 2).sum(1).clamp_min(1e-7).sqrt()


def siamese_loss(distance, same, positive_margin=0.05, negative_margin=1.0):
    """Contrastive loss of pairs; `same` 1 for a pair of neighbors."""
    near = same * (distance - positive_margin).clamp_min(0) ** 2
    far = (1 - same) * (negative_margin - distance).clamp_min(0) ** 2
    return (near + far).mean()


def squared_distances(x):
    norms = (x * x).sum(1)
    return torch.addmm(norms[:, None] + norms, x, x.T, alpha=-2).clamp_min_(0).fill_diagonal_(0)


def scale_of(x, neighbor):
    """Median distance to the `neighbor`-th nearest, the sample itself counted."""
    return squared_distances(x).kthvalue(neighbor, 1).values.sqrt().median().item()


def affinity(x, count, scale):
    """Row numbers of the `count` nearest, the sample itself included, and their weights exp(−d²/2σ²)."""
    squared, nearest = squared_distances(x).topk(count, largest=False)
    return nearest, (squared / (-2 * scale**2)).exp_()


def affinity_matrix(nearest, weights):
    """The same as a symmetric matrix (W + Wᵀ)/2."""
    matrix = torch.zeros(len(nearest), len(nearest), dtype=weights.dtype).scatter_(1, nearest, weights)
    return (matrix + matrix.T) / 2


def embed(layers, x):
    """ReLU layers and a last one with tanh: the representation before the orthogonal layer."""
    for layer in layers[:-1]:
        x = F.relu(layer(x))
    return layers[-1](x).tanh()


def orthogonal_weights(y):
    """√m (chol(YᵀY + εI)⁻¹)ᵀ of a batch y of m rows."""
    m, width = y.shape
    identity = torch.eye(width, dtype=y.dtype)
    factor = torch.linalg.cholesky(y.T @ y + CHOLESKY_EPS * identity)
    return math.sqrt(m) * torch.linalg.solve_triangular(factor, identity, upper=False).T


def spectral_loss(y, affinities):
    """Σ_ij W_ij ‖y_i − y_j‖² / m², summed over each sample's neighbors: making W symmetric leaves it the same."""
    nearest, weights = affinities
    return (weights * ((y[:, None] - y[nearest]) ** 2).sum(2)).sum() / len(y) ** 2


def losses(outputs, affinities, weight):
    """Spectral (mean over views), multi-view (sum over ordered pairs) and total loss of the outputs of all views."""
    views, m = len(outputs), len(outputs[0])
    spectral = sum(spectral_loss(y, a) for y, a in zip(outputs, affinities)) / views
    multi_view = sum(2 * ((outputs[u] - outputs[v]) ** 2).sum() / m for u in range(views) for v in range(u))
    total = (1 - weight) * spectral + weight * multi_view / views**2
    return {"spectral": spectral, "multi_view": multi_view, "total": total}


class TensorFlowRMSProp:
    """p ← p − lr g / √(s + ε), s ← decay s + (1 − decay) g², s starting at 1."""

    def __init__(self, parameters, lr, decay=0.9, eps=1e-10):
        self.parameters = list(parameters)
        self.lr, self.decay, self.eps = lr, decay, eps
        self.squares = [torch.ones_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        gradients = [p.grad for p in self.parameters]
        torch._foreach_mul_(self.squares, self.decay)
        torch._foreach_addcmul_(self.squares, gradients, gradients, 1 - self.decay)
        roots = torch._foreach_add(self.squares, self.eps)
        torch._foreach_sqrt_(roots)
        torch._foreach_addcdiv_(self.parameters, gradients, roots, -self.lr)


def train_step(networks, optimizer, batch, orthogonal_batch, affinities, weight, embedding=embed):
    """One update; both batches hold one matrix per view. Returns losses, outputs and the orthogonal weights."""
    outputs, orthogonal = [], []
    for network, x, other in zip(networks, batch, orthogonal_batch):
        y, second = embedding(network, torch.cat([x, other])).split([len(x), len(other)])
        orthogonal.append(orthogonal_weights(second))
        outputs.append(y @ orthogonal[-1])
    values = losses(outputs, affinities, weight)
    optimizer.zero_grad()
    values["total"].backward()
    optimizer.step()
    return values, outputs, orthogonal
