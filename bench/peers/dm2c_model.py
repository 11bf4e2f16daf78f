"""DM2C in PyTorch: autoencoders, mappings between code spaces, discriminators, Wasserstein losses and steps."""

import torch
from torch import nn
from torch.nn import functional as F

SLOPE = 0.2
MODALITIES = ("image", "text")


class Layer(nn.Linear):
    """Linear, then LeakyReLU where `activate`, then batch normalization where `normalize`."""

    def __init__(self, a, b, activate, normalize):
        super().__init__(a, b)
        self.activate = activate
        self.bn = nn.BatchNorm1d(b) if normalize else None

    def forward(self, x):
        x = super().forward(x)
        if self.activate:
            x = F.leaky_relu(x, SLOPE)
        return x if self.bn is None else self.bn(x)


class Autoencoder(nn.Module):
    """`sizes` from the input to the code; the code is linear, the decoder's last layer is activated, not normalized."""

    def __init__(self, sizes):
        super().__init__()
        last, back = len(sizes) - 2, sizes[::-1]
        self.encoder = nn.Sequential(*(Layer(sizes[i], sizes[i + 1], i < last, i < last) for i in range(last + 1)))
        self.decoder = nn.Sequential(*(Layer(back[i], back[i + 1], True, i < last) for i in range(last + 1)))

    def forward(self, x):
        return self.decoder(self.encoder(x))


def discriminator(code, hidden):
    return nn.ModuleList([nn.Linear(code, hidden), nn.Linear(hidden, 1)])


def discriminate(layers, z):
    return layers[1](F.leaky_relu(layers[0](z), SLOPE))


class DM2C(nn.ModuleDict):
    """All networks; `sizes`: per modality from input to code, `mapping`: of the mappings' encoders."""

    def __init__(self, sizes, mapping, discriminator_hidden):
        code = mapping[0]
        super().__init__({
            "image_ae": Autoencoder(sizes["image"]),
            "text_ae": Autoencoder(sizes["text"]),
            "image_to_text": Autoencoder(mapping),
            "text_to_image": Autoencoder(mapping),
            "disc_image": discriminator(code, discriminator_hidden),
            "disc_text": discriminator(code, discriminator_hidden),
        })

    def group(self, *names):
        return [p for name in names for p in self[name].parameters()]


def generator_losses(model, image, text, lambda1=1.0, lambda3=0.5):
    """Losses of autoencoders and mappings, and the codes that the discriminators are then trained on."""
    z_image, z_text = model["image_ae"].encoder(image), model["text_ae"].encoder(text)
    as_text, as_image = model["image_to_text"](z_image), model["text_to_image"](z_text)
    back_image, back_text = model["text_to_image"](as_text), model["image_to_text"](as_image)
    decode_image, decode_text = model["image_ae"].decoder, model["text_ae"].decoder
    values = {
        "image_reconstruction": F.mse_loss(decode_image(z_image), image),
        "text_reconstruction": F.mse_loss(decode_text(z_text), text),
        "image_cycle": F.l1_loss(back_image, z_image),
        "text_cycle": F.l1_loss(back_text, z_text),
        "image_cycle_reconstruction": F.mse_loss(decode_image(back_image), image),
        "text_cycle_reconstruction": F.mse_loss(decode_text(back_text), text),
        "adversarial": -discriminate(model["disc_image"], as_image).mean()
        - discriminate(model["disc_text"], as_text).mean(),
    }
    values["total"] = (
        values["image_reconstruction"] + values["text_reconstruction"]
        + lambda1 * (values["image_cycle"] + values["text_cycle"])
        + values["image_cycle_reconstruction"] + values["text_cycle_reconstruction"]
        + lambda3 * values["adversarial"]
    )
    codes = {"image": (z_image.detach(), as_image.detach()), "text": (z_text.detach(), as_text.detach())}
    return values, codes


def discriminator_loss(model, codes, lambda3=0.5):
    """λ₃ Σ mean D(mapped) − mean D(own) over the two code spaces."""
    return lambda3 * sum(
        discriminate(model[f"disc_{m}"], mapped).mean() - discriminate(model[f"disc_{m}"], own).mean()
        for m, (own, mapped) in codes.items()
    )


def optimizers(model, autoencoder_lr, mapping_lr, discriminator_lr, **form):
    """RMSProp of the generator's two groups and of the discriminators."""
    generator = torch.optim.RMSprop(
        [
            {"params": model.group("image_ae", "text_ae"), "lr": autoencoder_lr},
            {"params": model.group("image_to_text", "text_to_image"), "lr": mapping_lr},
        ],
        **form,
    )
    critics = torch.optim.RMSprop(model.group("disc_image", "disc_text"), lr=discriminator_lr, **form)
    return generator, critics


def generator_step(model, optimizer, image, text, losses=generator_losses):
    values, codes = losses(model, image, text)
    optimizer.zero_grad(set_to_none=True)
    values["total"].backward()
    optimizer.step()
    return values, codes


def discriminator_step(model, optimizer, codes, clip=0.05):
    loss = discriminator_loss(model, codes)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for p in model.group("disc_image", "disc_text"):
            p.clamp_(-clip, clip)
    return loss
