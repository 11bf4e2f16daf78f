"""GMAE, the authors' formulation and a vectorized one: seconds per epoch, or training with evaluation."""

import time

import numpy as np
import torch
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score

import common
import gmae_contrastive
import gmae_model
from measures import clustering_accuracy

FASTEST = "closed"
VARIANTS = {"loop": gmae_contrastive.loop, "gather": gmae_contrastive.gather, "closed": gmae_contrastive.closed}


def check(args, name):
    """Compares losses, gradients and five steps with a fixture, once with each contrastive form."""
    fixture, result = common.load_fixture(args, name), common.Check(name)
    config, expected = fixture["config"], fixture["expected"]
    views = [common.tensor(v) for v in fixture["views"]]
    classify = "logits" in expected
    labels = torch.tensor(fixture["labels"]["data"]) if classify else None
    lists = [common.tensor(fixture[key]).long() for key in ("positives", "negatives")]
    for variant, form in VARIANTS.items():
        contrastive = form(*lists, dtype=torch.float64) if variant == "closed" else form(*lists)
        model = gmae_model.GMAE(
            config["view_dims"], config["classes"] if classify else 0, config["hidden"], config["latent"],
            config["discriminator_hidden"], dropout=0, head_dropout=0,
        ).double()
        model.load_state_dict(common.tensors(fixture["params"]))
        optimizer = torch.optim.Adam(model.parameters(), lr=config["optimizer"]["lr"])
        shared, specific = model.codes(views)
        hidden = model.represent(shared, specific)
        result.compare(f"{variant} share", shared, expected["share"])
        result.compare(f"{variant} hidden", hidden, expected["hidden"])
        for v, reconstruction in enumerate(model.reconstruct(shared, specific)):
            result.compare(f"{variant} specific {v}", specific[v], expected["specific"][v])
            result.compare(f"{variant} reconstruction {v}", reconstruction, expected["reconstructions"][v])
        if classify:
            result.compare(f"{variant} logits", model.classify(hidden), expected["logits"])
        for step in range(5):
            values = gmae_model.losses(model, views, contrastive, labels)
            optimizer.zero_grad()
            values["total"].backward()
            if step == 0:
                for key, value in values.items():
                    result.compare(f"{variant} {key}_loss", value, expected[f"{key}_loss"])
                gradients = {k: p.grad for k, p in model.named_parameters()}
                result.compare_all(f"{variant} gradient", gradients, expected["gradients"])
            result.compare(f"{variant} loss of step {step}", values["total"], [expected["total_loss_per_step"][step]])
            optimizer.step()
        result.compare_all(f"{variant} parameter", dict(model.named_parameters()), expected["params_after_5_steps"])
    result.finish()


@torch.no_grad()
def evaluate(model, views, labels, subsets, seed):
    """ACC and NMI of k-means (50 starts) on the representation and, with a head, its accuracy, per subset."""
    model.eval()
    hidden = model.represent(*model.codes(views))
    predictions = model.classify(hidden).argmax(1).numpy() if model.head is not None else None
    model.train()
    result = {}
    for name, rows in subsets.items():
        kmeans = KMeans(labels.max() + 1, n_init=50, random_state=seed).fit(hidden.numpy()[rows])
        result[name] = {
            "acc": clustering_accuracy(labels[rows], kmeans.labels_),
            "nmi": normalized_mutual_info_score(labels[rows], kmeans.labels_),
        }
        if predictions is not None:
            result[name]["accuracy"] = float((predictions[rows] == labels[rows]).mean())
    return result


def main():
    args = common.parser(__doc__, fixture=True)
    args.add_argument("--data", help="a .mat file")
    args.add_argument("--task", choices=("clustering", "classification"), default="clustering")
    args.add_argument("--contrastive", choices=("vectorized", "off", *VARIANTS), default="vectorized")
    args.add_argument("--epochs", type=int, help="500 for clustering and 200 for classification if not given")
    args.add_argument("--evaluate-every", type=int, default=10)
    args.add_argument("--time-only", action="store_true", help="time epochs, without evaluation")
    args = args.parse_args()
    common.start(args)
    if args.check:
        check(args, f"gmae_{args.task}")
        return
    if args.data is None:
        raise SystemExit("--data FILE.mat is required")
    epochs = args.epochs or (500 if args.task == "clustering" else 200)

    views, labels = common.load_mat(args.data)
    views = [common.scale_features(v).astype(np.float32) for v in views]
    everything = np.arange(len(labels))
    subsets, train, classes = {"all": everything}, everything, 0
    if args.task == "classification":
        order = np.random.permutation(len(labels))
        train, test = np.split(order, [int(0.8 * len(labels))])
        subsets, classes = {"train": train, "test": test}, labels.max() + 1
    inputs = [torch.from_numpy(v) for v in views]
    batch = [x[train] for x in inputs]
    targets = torch.from_numpy(labels[train]) if classes else None
    variant = FASTEST if args.contrastive == "vectorized" else args.contrastive
    contrastive = None if variant == "off" else VARIANTS[variant](*gmae_model.neighbors([v[train] for v in views]))
    model = gmae_model.GMAE([v.shape[1] for v in views], classes)

    def total():
        return gmae_model.losses(model, batch, contrastive, targets)["total"]

    def epoch_of(total, form):
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **form)

        def epoch():
            loss = total()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            return loss.item()

        return epoch

    settings = {"data": args.data.rsplit("/", 1)[-1], "task": args.task, "contrastive": args.contrastive,
                "contrastive_form": variant, "epochs": epochs, "seed": args.seed}
    if args.time_only:
        warmup = min(2, epochs - 1)
        if variant == "loop":  # as published; an epoch takes seconds, of which the optimizer's form is nothing
            times = common.summary(common.repeat(epoch_of(total, {"foreach": True}), epochs, warmup))
        else:
            times = common.time_forms(torch.optim.Adam, args, total, epoch_of, epochs, warmup)
        common.emit("gmae epoch", **times, settings=settings)
        return
    epoch = epoch_of(total, {"foreach": True})
    seconds, scores = [], None
    for number in range(1, epochs + 1):
        begin = time.perf_counter()
        loss = epoch()
        seconds.append(time.perf_counter() - begin)
        if number % args.evaluate_every == 0 or number == epochs:
            scores = evaluate(model, inputs, labels, subsets, args.seed)
            common.log(epoch=number, loss=loss, **scores)
    common.emit("gmae training", metrics=scores, **common.summary(seconds), settings=settings)


if __name__ == "__main__":
    main()
