"""MvLNet, all stages and tasks, on an .npz file with view0, view1, …, labels, train and test (row numbers)."""

import time

import numpy as np
import torch
from sklearn.cluster import KMeans
from sklearn.metrics import f1_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

import common
import measures
import mvlnet_stages as stages


def cluster(representations, labels, train, test, args):
    """k-means (10 starts) on the concatenated test representations."""
    joined = np.concatenate(representations, 1)[test]
    fitted = KMeans(args.clusters, n_init=10, random_state=args.seed).fit(joined)
    return measures.clustering_measures(labels[test], fitted.labels_)


def classify(representations, labels, train, test, args):
    """Accuracy and macro F1 of 1-NN, linear SVM and MLP trained on the concatenated training representations."""
    joined, result = np.concatenate(representations, 1), {}
    evaluators = {
        "knn": KNeighborsClassifier(1),
        "svm": LinearSVC(C=1.0, random_state=args.seed),
        "mlp": MLPClassifier((100,), random_state=args.seed),
    }
    for name, evaluator in evaluators.items():
        predicted = evaluator.fit(joined[train], labels[train]).predict(joined[test])
        result[name] = {
            "accuracy": float((predicted == labels[test]).mean()),
            "f1Macro": f1_score(labels[test], predicted, average="macro"),
        }
    return result


def retrieve(representations, labels, train, test, args):
    """mAP over the whole ranking by cosine, within the test set, every ordered pair of views."""
    unit = [r[test] / np.linalg.norm(r[test], axis=1, keepdims=True) for r in representations]
    relevant = measures.shares_label(labels[test], labels[test])
    return {
        f"{a}->{b}": measures.mean_average_precision(-unit[a] @ unit[b].T, relevant)
        for a in range(len(unit)) for b in range(len(unit)) if a != b
    }


TASKS = {"clustering": cluster, "classification": classify, "retrieval": retrieve}


def main():
    args = common.parser(__doc__)
    args.add_argument("data", help="an .npz file; views are used as they are, so scale them before")
    args.add_argument("--task", choices=TASKS, default="clustering")
    args.add_argument("--arch", type=int, nargs="+", default=(1024, 1024, 1024, 10))
    args.add_argument("--clusters", type=int, default=10, help="width of the representation of a view")
    args.add_argument("--batch", type=int, default=1024)
    args.add_argument("--pair-neighbours", type=int, default=3, help="k of the siamese pairs")
    args.add_argument("--total-pairs", type=int, default=600_000)
    args.add_argument("--neighbours", type=int, default=5, help="n_nbrs of the affinity, the sample itself included")
    args.add_argument("--scale-neighbour", type=int, default=2, help="scale_nbr, the sample itself counted")
    args.add_argument("--weight", type=float, default=0.001, help="λ, the weight of the multi-view loss")
    args.add_argument("--epochs", type=int, default=400)
    args.add_argument("--steps", type=int, default=100, help="steps per epoch of the last stage")
    args.add_argument("--siamese-epochs", type=int, default=400)
    args.add_argument("--patience", type=int, default=15)
    args.add_argument("--lr", type=float, default=1e-4)
    args.add_argument("--siamese-lr", type=float, default=1e-4)
    args.add_argument("--autoencoder", type=int, nargs="+", default=(500, 500, 2000, 10), help="widths, the code last")
    args.add_argument("--autoencoder-epochs", type=int, default=0, help="0: no code space")
    args.add_argument("--orthogonal", choices=("batch", "training"), default="batch",
                      help="whose orthogonal weights are kept: the last batch's, as published, or the training set's")
    args.add_argument("--evaluate-every", type=int, default=10)
    args = args.parse_args()
    common.start(args)
    content = np.load(args.data)
    names = sorted(k for k in content.files if k.startswith("view"))
    views = [torch.from_numpy(content[k].astype(np.float32)) for k in names]
    labels, train, test = content["labels"], content["train"], content["test"]
    rng, seconds = np.random.default_rng(args.seed), {}

    def timed(stage, work):
        begin = time.perf_counter()
        result = work()
        seconds[stage] = time.perf_counter() - begin
        return result

    if args.autoencoder_epochs:
        encoders = timed("autoencoder", lambda: [
            stages.train_autoencoder(x[train], args.autoencoder, args.autoencoder_epochs) for x in views
        ])
        with torch.no_grad():
            views = [stages.relu_stack(e, x) for e, x in zip(encoders, views)]
    training = [x[train] for x in views]
    pairs = timed("pairs", lambda: [
        stages.neighbor_pairs(x, args.pair_neighbours, args.total_pairs, rng) for x in training
    ])
    siamese = timed("siamese", lambda: [
        stages.train_siamese(x, p, args.arch, args.siamese_epochs, args.patience, args.siamese_lr)
        for x, p in zip(training, pairs)
    ])
    codes = [stages.siamese_outputs(s, x) for s, x in zip(siamese, training)]

    def evaluate(networks, orthogonal):
        if args.orthogonal == "training":
            orthogonal = stages.orthogonal_weights_of(networks, training)
        return TASKS[args.task](stages.represent(networks, orthogonal, views), labels, train, test, args)

    def on_epoch(epoch, loss, rate, networks, orthogonal):
        scores = evaluate(networks, orthogonal) if epoch % args.evaluate_every == 0 else {}
        common.log(stage="spectral", epoch=epoch, loss=loss, rate=rate, **scores)

    networks, orthogonal = timed("spectral", lambda: stages.train_spectral(training, codes, args, on_epoch))
    settings = {k: v for k, v in vars(args).items() if k not in ("data", "threads", "keep_memory")}
    common.emit("mvlnet training", task=args.task, metrics=evaluate(networks, orthogonal), seconds=seconds,
                settings=settings)


if __name__ == "__main__":
    main()
