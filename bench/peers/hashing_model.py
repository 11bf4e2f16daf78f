"""DCHN in PyTorch: SHAM, which learns the Hamming space from labels, and MHN, the hashing network of one view."""

import numpy as np
import scipy.linalg
import torch
from torch import nn
from torch.nn import functional as F


def sgn(x):
    """+1 where positive, else −1."""
    return np.where(x > 0, 1.0, -1.0)


def initial_w(classes, bits, rng):
    """A random classes × bits matrix with all singular values 1."""
    u, _, vt = np.linalg.svd(rng.standard_normal((classes, bits)), full_matrices=False)
    return u @ vt


def sham_codes(labels, w, gamma):
    gram = w.T @ w + gamma * np.eye(w.shape[1])
    return sgn((1 + gamma) * labels @ (w @ np.linalg.inv(gram).T))


def sham(labels, w, gamma=1.0, iterations=50):
    """W of the least loss over the iterations, and the losses. `labels`: the rows L, `w`: the start."""
    losses, best = [], None
    for _ in range(iterations):
        codes = sham_codes(labels, w, gamma)
        w = scipy.linalg.solve_sylvester(codes.T @ codes, gamma * labels.T @ labels, (1 + gamma) * codes.T @ labels).T
        reconstruction = np.abs(labels - codes @ w.T).sum(1).mean()
        hashing = np.abs(codes - labels @ w).sum(1).mean()
        losses.append(reconstruction + gamma * hashing)
        if losses[-1] == min(losses):
            best = w
    return best, losses


class MHN(nn.Module):
    """Linear(d, hidden) ReLU Linear(hidden, hidden) ReLU Linear(hidden, bits), the output divided by its norm."""

    def __init__(self, dims, bits, hidden=4096):
        super().__init__()
        self.net = nn.ModuleList([nn.Linear(dims, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, bits)])

    def forward(self, x):
        x = F.relu(self.net[0](x))
        x = F.relu(self.net[1](x))
        x = self.net[2](x)
        return x / x.norm(dim=1, keepdim=True)


def mhn_losses(x, labels, w, alpha):
    """Hashing, reconstruction and total loss of outputs x; `labels` one- or multi-hot, `w` from SHAM."""
    target = torch.where(labels @ w > 0, 1.0, -1.0).to(x.dtype)
    same = (labels @ labels.T > 0).to(x.dtype)
    half_product = x @ target.T / 2
    hashing = (F.softplus(half_product) - same * half_product).sum(1).mean()
    reconstruction = ((x @ w.T - labels) ** 2).sum(1).mean()
    return {
        "hashing": hashing,
        "reconstruction": reconstruction,
        "total": alpha * hashing + (1 - alpha) * reconstruction,
    }
