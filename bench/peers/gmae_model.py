"""GMAE in PyTorch: networks and losses as the paper and the authors' code have them."""

import torch
from torch import nn
from torch.nn import functional as F

HIDDEN = (500, 200)
LATENT = 128
DISCRIMINATOR_HIDDEN = 64
POSITIVE_NUMBER = 21


def linears(*sizes):
    return nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))


class GMAE(nn.Module):
    """Shared and specific encoders, decoders, discriminators and, for classification, a head.

    Module names are those of the fixtures.
    """

    def __init__(self, dims, classes=0, hidden=HIDDEN, latent=LATENT, discriminator_hidden=DISCRIMINATOR_HIDDEN,
                 dropout=0.5, head_dropout=0.2):
        super().__init__()
        a, b = hidden
        self.dropout, self.head_dropout = dropout, head_dropout
        self.encoder_shared = linears(sum(dims), a, b, latent)
        self.encoder_specific = nn.ModuleList(linears(d, a, b, latent) for d in dims)
        self.decoder = nn.ModuleList(linears(2 * latent, b, a, d) for d in dims)
        self.discriminator = nn.ModuleList(linears(latent, discriminator_hidden, 1) for _ in dims)
        self.head = None
        if classes:
            width = latent * (1 + len(dims))
            narrow = min(256, width)
            self.block_norm = nn.LayerNorm(latent)
            self.head = nn.ModuleDict(
                {"norm": nn.LayerNorm(width), "0": nn.Linear(width, narrow), "1": nn.Linear(narrow, classes)}
            )

    def encode(self, encoder, x):
        x = F.relu(encoder[0](x))
        x = F.relu(encoder[1](x))
        return F.dropout(encoder[2](x), self.dropout, self.training).softmax(1)

    def decode(self, decoder, x):
        x = F.relu(decoder[0](x))
        x = F.relu(decoder[1](x))
        return F.dropout(decoder[2](x), self.dropout, self.training).sigmoid()

    def discriminate(self, discriminator, x):
        return discriminator[1](F.leaky_relu(discriminator[0](x), 0.01)).sigmoid()

    def codes(self, views):
        """The shared code and the list of specific codes."""
        shared = self.encode(self.encoder_shared, torch.cat(views, 1))
        return shared, [self.encode(e, x) for e, x in zip(self.encoder_specific, views)]

    def represent(self, shared, specific):
        """The representation: codes side by side, each through the common LayerNorm where there is a head."""
        parts = [shared, *specific]
        return torch.cat([self.block_norm(p) for p in parts] if self.head is not None else parts, 1)

    def reconstruct(self, shared, specific):
        return [self.decode(d, torch.cat([shared, h], 1)) for d, h in zip(self.decoder, specific)]

    def classify(self, hidden):
        x = F.dropout(self.head["norm"](hidden), self.head_dropout, self.training)
        x = F.dropout(F.gelu(self.head["0"](x)), self.head_dropout, self.training)
        return self.head["1"](x)


def reconstruction_loss(views, reconstructions):
    return sum(F.mse_loss(r, x) for r, x in zip(reconstructions, views))


def orthogonal_loss(shared, specific):
    """Σ_v ‖(S − mean S)ᵀ H_v‖₁ over all entries, S detached."""
    centered = (shared - shared.mean(0)).detach()
    return sum((centered.T @ h).abs().sum() for h in specific)


def adversarial_loss(model, specific):
    """Σ_{i≠j} BCE(D_i(H_i), 1) + BCE(D_i(H_j), 0), with logits although D ends in a sigmoid."""
    total = 0
    for i, discriminator in enumerate(model.discriminator):
        own = model.discriminate(discriminator, specific[i])
        real = F.binary_cross_entropy_with_logits(own, torch.ones_like(own))
        for j, other in enumerate(specific):
            if j != i:
                foreign = model.discriminate(discriminator, other)
                fake = F.binary_cross_entropy_with_logits(foreign, torch.zeros_like(foreign))
                total = total + real + fake
    return total


def losses(model, views, contrastive, labels=None, weight=0.01):
    """Every loss of one batch and `total`; `contrastive` maps the representation to its loss, or is None."""
    shared, specific = model.codes(views)
    hidden = model.represent(shared, specific)
    result = {
        "reconstruction": reconstruction_loss(views, model.reconstruct(shared, specific)),
        "orthogonal": orthogonal_loss(shared, specific),
        "adversarial": adversarial_loss(model, specific),
    }
    result["total"] = result["reconstruction"] + weight * (result["orthogonal"] + result["adversarial"])
    if contrastive is not None:
        result["contrastive"] = contrastive(hidden)
        result["total"] = result["total"] + weight * result["contrastive"]
    if labels is not None:
        result["classification"] = len(views) * F.cross_entropy(model.classify(hidden), labels)
        result["total"] = result["total"] + result["classification"]
    return result


def neighbors(views, positive_number=POSITIVE_NUMBER):
    """Row numbers of positives and negatives (samples × count), the lists of all views side by side.

    Per view, of the k = ⌊n/4⌋ nearest with the sample itself first: ranks 1…positive_number−1 are positives,
    the last ⌊(k − positive_number − 1)/2⌋ negatives.
    """
    n = len(views[0])
    k = n // 4
    count = (k - positive_number - 1) // 2
    if count < 1:
        raise SystemExit(f"{n} samples are too few for {positive_number - 1} positives")
    positives, negatives = [], []
    for view in views:
        x = torch.as_tensor(view)
        nearest = torch.cdist(x, x).fill_diagonal_(-1).topk(k, largest=False).indices
        positives.append(nearest[:, 1:positive_number])
        negatives.append(nearest[:, k - count:])
    return torch.cat(positives, 1), torch.cat(negatives, 1)
