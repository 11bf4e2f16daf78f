"""scikit-learn's k-means with k-means++ and many starts on a matrix in an .npy file: seconds and inertia."""

import numpy as np
from sklearn.cluster import KMeans

import common


def main():
    args = common.parser(__doc__)
    args.add_argument("data", help="an .npy file, samples × features")
    args.add_argument("--clusters", type=int, default=10)
    args.add_argument("--starts", type=int, default=50)
    args.add_argument("--algorithm", choices=("lloyd", "elkan"), default="lloyd")
    args.add_argument("--repetitions", type=int, default=3)
    args = args.parse_args()
    common.start(args)
    data, inertias, iterations = np.load(args.data), [], []

    def fit():
        seed = args.seed + len(inertias)
        model = KMeans(args.clusters, n_init=args.starts, random_state=seed, algorithm=args.algorithm).fit(data)
        inertias.append(float(model.inertia_))
        iterations.append(model.n_iter_)

    seconds = common.repeat(fit, args.repetitions, warmup=1)
    common.emit(
        "kmeans",
        **common.summary(seconds),
        inertia=inertias[1:],
        iterations_of_best=iterations[1:],
        settings={"shape": data.shape, "dtype": str(data.dtype), "clusters": args.clusters, "starts": args.starts,
                  "algorithm": args.algorithm, "seed": args.seed},
    )


if __name__ == "__main__":
    main()
