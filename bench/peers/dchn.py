"""DCHN: SHAM, then one hashing network per view, each trained alone; mAP on Wikipedia.mat, or seconds per training step."""

import time

import numpy as np
import torch

import common
import hashing_model
import measures

ALPHA, GAMMA = 0.02, 1.0
CLASSES = 10  # of the labels that steps are timed with


def check_sham(args):
    fixture, result = common.load_fixture(args, "dchn_sham"), common.Check("dchn_sham")
    config, expected = fixture["config"], fixture["expected"]
    labels, start = common.tensor(fixture["label_matrix"]).numpy(), common.tensor(fixture["initial_W"]).numpy()
    w, losses = hashing_model.sham(labels, start, config["gamma"], config["iterations"])
    result.compare("loss_per_iteration", losses, expected["loss_per_iteration"])
    result.compare("best_loss", [min(losses)], [expected["best_loss"]])
    result.compare("W", w, expected["W"])
    result.compare("codes_of_label_matrix", hashing_model.sgn(labels @ w), expected["codes_of_label_matrix"])
    result.finish()


def check_mhn(args):
    fixture, result = common.load_fixture(args, "dchn_mhn"), common.Check("dchn_mhn")
    config, expected = fixture["config"], fixture["expected"]
    x, labels, w = (common.tensor(fixture[key]) for key in ("x", "labels", "W"))
    hidden = fixture["params"]["net.0.bias"]["shape"][0]
    model = hashing_model.MHN(x.shape[1], config["bits"], hidden).double()
    model.load_state_dict(common.tensors(fixture["params"]))
    result.compare("target_codes", hashing_model.sgn((labels @ w).numpy()), fixture["target_codes"])
    result.compare("output", model(x), expected["output"])
    optimizer = adam(model, config["optimizer"]["lr"])
    for step in range(5):
        values = hashing_model.mhn_losses(model(x), labels, w, config["alpha"])
        optimizer.zero_grad()
        values["total"].backward()
        if step == 0:
            for key, value in values.items():
                result.compare(f"{key}_loss", value, expected[f"{key}_loss"])
            result.compare_all("gradient", {k: p.grad for k, p in model.named_parameters()}, expected["gradients"])
        result.compare(f"loss of step {step}", values["total"], [expected["total_loss_per_step"][step]])
        optimizer.step()
    result.compare_all("parameter", dict(model.named_parameters()), expected["params_after_5_steps"])
    result.finish()


def adam(model, lr, **form):
    return torch.optim.Adam(model.parameters(), lr=lr, betas=(0.5, 0.999), **form)


def train_view(x, labels, w, args):
    """A trained network of one view and the seconds of each epoch."""
    model = hashing_model.MHN(x.shape[1], args.bits, args.hidden)
    optimizer = adam(model, args.lr)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 50, 0.1)
    seconds = []
    for epoch in range(args.epochs):
        begin, total, order = time.perf_counter(), 0.0, torch.randperm(len(x))
        for rows in order.split(args.batch):
            loss = hashing_model.mhn_losses(model(x[rows]), labels[rows], w, ALPHA)["total"]
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        schedule.step()
        seconds.append(time.perf_counter() - begin)
        if (epoch + 1) % args.log_every == 0:
            common.log(epoch=epoch + 1, loss=total / len(x), seconds=seconds[-1])
    return model, seconds


def time_steps(args):
    """Times training steps of one view on random features."""
    x, classes = torch.rand(args.batch, args.dims), torch.arange(args.batch) % CLASSES
    labels = torch.eye(CLASSES)[classes]
    w = torch.linalg.qr(torch.randn(args.bits, CLASSES)).Q.T.contiguous()
    model = hashing_model.MHN(args.dims, args.bits, args.hidden)

    def total():
        return hashing_model.mhn_losses(model(x), labels, w, ALPHA)["total"]

    def step_of(total, form):
        optimizer = adam(model, args.lr, **form)

        def step():
            loss = total()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            return loss.item()

        return step

    return common.time_forms(torch.optim.Adam, args, total, step_of, args.repetitions)


def label_rows(labels, available, rng):
    """L of SHAM: the identity and below it the labels of `available` training samples drawn at random."""
    drawn = rng.choice(len(labels), available, replace=False)
    return np.concatenate([np.eye(labels.shape[1]), labels[drawn]])


def main():
    args = common.parser(__doc__, fixture=True)
    args.add_argument("--part", choices=("sham", "mhn"), help="what --check compares; both if not given")
    args.add_argument("--data", help="Wikipedia.mat: queries are the last rows, database and training set the first")
    args.add_argument("--queries", type=int, default=693)
    args.add_argument("--available", type=int, default=100)
    args.add_argument("--epochs", type=int, default=100)
    args.add_argument("--batch", type=int, default=64)
    args.add_argument("--bits", type=int, default=64)
    args.add_argument("--hidden", type=int, default=4096)
    args.add_argument("--lr", type=float, default=1e-4)
    args.add_argument("--log-every", type=int, default=10)
    args.add_argument("--time-only", action="store_true", help="time steps on random features, without training")
    args.add_argument("--dims", type=int, default=4096, help="features, to time")
    args.add_argument("--repetitions", type=int, default=10)
    args = args.parse_args()
    common.start(args)
    if args.check:
        for part, run in (("sham", check_sham), ("mhn", check_mhn)):
            if args.part in (None, part):
                run(args)
        return
    if args.time_only:
        settings = {k: getattr(args, k) for k in ("seed", "dims", "batch", "bits", "hidden", "lr")}
        common.emit("dchn step", **time_steps(args), settings=settings)
        return
    if args.data is None:
        raise SystemExit("--data FILE.mat is required")

    views, classes = common.load_mat(args.data)
    views = dict(zip(("image", "text"), (torch.from_numpy(v.astype(np.float32)) for v in views)))
    labels = np.eye(classes.max() + 1)[classes]
    train = len(labels) - args.queries
    rng = np.random.default_rng(args.seed)
    start = hashing_model.initial_w(labels.shape[1], args.bits, rng)
    w, losses = hashing_model.sham(label_rows(labels[:train], args.available, rng), start, GAMMA)
    common.log(sham_loss=min(losses), iterations=len(losses))
    w = torch.from_numpy(w.astype(np.float32))
    targets = torch.from_numpy(labels[:train].astype(np.float32))

    codes, seconds = {}, {}
    for name, x in views.items():
        model, seconds[name] = train_view(x[:train], targets, w, args)
        with torch.no_grad():
            codes[name] = hashing_model.sgn(model(x).numpy())
    relevant = measures.shares_label(classes[train:], classes[:train])
    scores = {
        f"{a}->{b}": {"map": measures.mean_average_precision(
            measures.hamming_distance(codes[a][train:], codes[b][:train]), relevant, skip_empty=True)}
        for a, b in (("image", "text"), ("text", "image"))
    }
    settings = {k: getattr(args, k) for k in ("seed", "available", "epochs", "batch", "bits", "hidden", "lr")}
    both = [a + b for a, b in zip(*seconds.values())]
    common.emit("dchn training", metrics=scores, **common.summary(both), settings=settings)


if __name__ == "__main__":
    main()
