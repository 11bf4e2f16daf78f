"""DM2C: seconds per training step, or both stages of training on an .npz file of mixed-modal data.

The file holds, for image and text, {modality}_train, {modality}_train_labels, {modality}_test, {modality}_test_labels; and for --draws
also start.{parameter}, and the order of samples in each epoch: order_image and order_text of pre-training, order of training.
"""

import itertools
import time

import numpy as np
import torch
from sklearn.cluster import KMeans
from torch.nn import functional as F

import common
import dm2c_model as dm2c
import measures

DISCRIMINATOR_EVERY = 5


def check(args):
    fixture, result = common.load_fixture(args, "dm2c"), common.Check("dm2c")
    config, expected, params = fixture["config"], fixture["expected"], common.tensors(fixture["params"])
    image, text = common.tensor(fixture["image"]), common.tensor(fixture["text"])
    sizes = {"image": (image.shape[1], *config["hidden"]), "text": (text.shape[1], *config["hidden"])}
    mapping = (config["hidden"][-1], *config["mapping"])
    model = dm2c.DM2C(sizes, mapping, len(params["disc_image.0.bias"])).double()
    missing, unexpected = model.load_state_dict(params, strict=False)
    if unexpected or any(".bn." not in name for name in missing):
        raise SystemExit(f"parameters do not fit: missing {missing}, unexpected {unexpected}")
    lr = config["generator_optimizer"]["lr"]
    generator, critics = dm2c.optimizers(model, lr, lr, config["discriminator_optimizer"]["lr"])
    for step in range(3):
        values, codes = dm2c.generator_step(model, generator, image, text)
        if step == 0:
            for key, value in values.items():
                result.compare(f"{key}_loss", value, expected[f"{key}_loss"])
            gradients = {k: p.grad for k, p in model.named_parameters()}
            result.compare_all("gradient", gradients, expected["generator_gradients"])
        result.compare(f"generator loss of step {step}", values["total"], [expected["generator_loss_per_step"][step]])
        loss = dm2c.discriminator_step(model, critics, codes, config["clip"])
        if step == 0:
            result.compare("discriminator_loss", loss, expected["discriminator_loss"])
            gradients = {k: p.grad for k, p in model.named_parameters()}
            result.compare_all("gradient", gradients, expected["discriminator_gradients"])
        result.compare(f"discriminator loss of step {step}", loss, [expected["discriminator_loss_per_step"][step]])
    result.compare_all("parameter", dict(model.named_parameters()), expected["params_after_3_steps"])
    result.finish()


def pretrain(autoencoder, x, lr, orders, batch):
    """One epoch for each order of the samples; returns their mean losses."""
    optimizer = torch.optim.Adam(autoencoder.parameters(), lr=lr, betas=(0.5, 0.999), foreach=True)
    means = []
    for order in orders:
        losses = []
        for rows in order.split(batch):
            if len(rows) > 1:
                loss = F.mse_loss(autoencoder(x[rows]), x[rows])
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        means.append(sum(losses) / len(losses))
    return means


@torch.no_grad()
def unified_codes(model, parts, unify):
    """Codes of image and text rows, those of the other modality carried into that of `unify` (or none)."""
    model.eval()
    image, text = model["image_ae"].encoder(parts["image"]), model["text_ae"].encoder(parts["text"])
    if unify == "image":
        text = model["text_to_image"](text)
    elif unify == "text":
        image = model["image_to_text"](image)
    model.train()
    return torch.cat([image, text]).numpy()


def evaluate(model, data, labels, unify, seed):
    """k-means (20 starts) fitted on training codes and used on test codes."""
    codes = {split: unified_codes(model, parts, unify) for split, parts in data.items()}
    clusters = len(np.unique(labels["train"]))
    fitted = KMeans(clusters, n_init=20, random_state=seed).fit(codes["train"])
    return {s: measures.clustering_measures(labels[s], fitted.predict(codes[s])) for s in data}


def train_epoch(model, generator, critics, parts, order, batch, step):
    """One pass over the mixed samples; returns the step number reached and the mean losses."""
    images, total = len(parts["image"]), {}
    count = 0
    for rows in order.split(batch):
        image, text = parts["image"][rows[rows < images]], parts["text"][rows[rows >= images] - images]
        if min(len(image), len(text)) < 2:
            continue
        values, codes = dm2c.generator_step(model, generator, image, text)
        step, count = step + 1, count + 1
        if step % DISCRIMINATOR_EVERY == 0:
            values["discriminator"] = dm2c.discriminator_step(model, critics, codes)
        for key, value in values.items():
            total.setdefault(key, []).append(value.item())
    return step, {key: sum(v) / len(v) for key, v in total.items()}


def time_steps(args):
    sizes = {"image": (args.dims[0], *args.image_hidden), "text": (args.dims[1], *args.text_hidden)}
    model = dm2c.DM2C(sizes, (args.image_hidden[-1], *args.mapping), args.image_hidden[-1] // 4)
    images = args.batch // 2
    image, text = torch.randn(images, args.dims[0]), torch.randn(args.batch - images, args.dims[1])

    def step_of(losses, form):
        generator, critics = dm2c.optimizers(model, *args.lr, **form)
        counter = itertools.count(1)

        def step():
            values, codes = dm2c.generator_step(model, generator, image, text, losses)
            if next(counter) % DISCRIMINATOR_EVERY == 0:
                dm2c.discriminator_step(model, critics, codes)
            return {key: value.item() for key, value in values.items()}

        return step

    return common.time_forms(torch.optim.RMSprop, args, dm2c.generator_losses, step_of, args.repetitions)


def main():
    args = common.parser(__doc__, fixture=True)
    args.add_argument("--data", help="the .npz file; features are used as they are, so apply PCA before")
    args.add_argument("--draws", action="store_true", help="starts and orders of batches from the file, in place of own ones")
    args.add_argument("--double", action="store_true", help="double precision, to see what rounding alone changes")
    args.add_argument("--image-hidden", type=int, nargs="+", default=(1024, 256, 128), help="the last one is the code")
    args.add_argument("--text-hidden", type=int, nargs="+", default=(1024, 256, 128))
    args.add_argument("--mapping", type=int, nargs="+", default=(128, 256, 128))
    args.add_argument("--pretrain-epochs", type=int, default=150)
    args.add_argument("--pretrain-lr", type=float, nargs=2, default=(1e-4, 1e-5), help="of image and of text")
    args.add_argument("--epochs", type=int, default=220)
    args.add_argument("--batch", type=int, default=128)
    args.add_argument("--lr", type=float, nargs=3, default=(1e-4, 5e-4, 5e-5),
                      help="of autoencoders, mappings, discriminators")
    args.add_argument("--unify", choices=("image", "text", "none"), default="image")
    args.add_argument("--evaluate-every", type=int, default=20)
    args.add_argument("--time-only", action="store_true", help="time steps on random features, without training")
    args.add_argument("--dims", type=int, nargs=2, default=(2048, 2048), help="features of image and text, to time")
    args.add_argument("--repetitions", type=int, default=20)
    args = args.parse_args()
    common.start(args)
    if args.check:
        check(args)
        return
    settings = {k: v for k, v in vars(args).items() if k not in ("data", "check", "fixtures", "threads", "keep_memory")}
    if args.time_only:
        common.emit("dm2c step", **time_steps(args), settings=settings)
        return
    if args.data is None:
        raise SystemExit("--data FILE.npz is required")

    content, splits = np.load(args.data), ("train", "test")
    if args.double:
        torch.set_default_dtype(torch.float64)
    real = torch.get_default_dtype()
    data = {s: {m: torch.from_numpy(content[f"{m}_{s}"]).to(real) for m in dm2c.MODALITIES} for s in splits}
    labels = {s: np.concatenate([content[f"{m}_{s}_labels"] for m in dm2c.MODALITIES]) for s in splits}
    parts = data["train"]
    hidden = {"image": args.image_hidden, "text": args.text_hidden}
    sizes = {m: (parts[m].shape[1], *hidden[m]) for m in dm2c.MODALITIES}
    model = dm2c.DM2C(sizes, (args.image_hidden[-1], *args.mapping), args.image_hidden[-1] // 4)
    if args.draws:
        start = {name: torch.from_numpy(content[f"start.{name}"]) for name, _ in model.named_parameters()}
        model.load_state_dict(start, strict=False)
    begin, losses = time.perf_counter(), {"train": []}
    for m, lr in zip(dm2c.MODALITIES, args.pretrain_lr):
        given = content[f"order_{m}"] if args.draws else None
        orders = common.orders(len(parts[m]), args.pretrain_epochs, given)
        losses[f"pretrain {m}"] = pretrain(model[f"{m}_ae"], parts[m], lr, orders, args.batch)
        common.log(stage="pretraining", modality=m, losses=losses[f"pretrain {m}"][-1:])
    pretraining_seconds = time.perf_counter() - begin
    baseline = evaluate(model, data, labels, "none", args.seed)
    common.log(stage="autoencoder codes without mappings", **baseline)

    generator, critics = dm2c.optimizers(model, *args.lr, foreach=True)
    seconds, step, scores = [], 0, None
    orders = common.orders(sum(map(len, parts.values())), args.epochs, content["order"] if args.draws else None)
    for epoch, order in enumerate(orders, 1):
        begin = time.perf_counter()
        step, means = train_epoch(model, generator, critics, parts, order, args.batch, step)
        seconds.append(time.perf_counter() - begin)
        losses["train"].append(means)
        if epoch % args.evaluate_every == 0 or epoch == args.epochs:
            scores = evaluate(model, data, labels, args.unify, args.seed)
            common.log(stage="training", epoch=epoch, losses=means, **scores)
    spaces = {space: evaluate(model, data, labels, space, args.seed) for space in ("image", "text", "none")}
    common.emit("dm2c training", metrics=scores, autoencoder_codes=baseline, spaces=spaces, losses=losses, **common.summary(seconds),
                pretraining_seconds=pretraining_seconds, settings=settings)


if __name__ == "__main__":
    main()
