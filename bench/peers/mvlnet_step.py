"""Seconds per training step of MvLNet: two views, affinity on siamese outputs and orthogonal layer included."""

import torch
from torch import nn

import common
import mvlnet_model as mvl


def check(args):
    fixture, result = common.load_fixture(args, "mvlnet"), common.Check("mvlnet")
    config, expected, pairs = fixture["config"], fixture["expected"], fixture["siamese"]
    distance = mvl.pair_distance(common.tensor(pairs["a"]), common.tensor(pairs["b"]))
    result.compare("siamese distance", distance, pairs["expected"]["distance"])
    margins = pairs["positive_margin"], pairs["negative_margin"]
    loss = mvl.siamese_loss(distance, common.tensor(pairs["same"]), *margins)
    result.compare("siamese loss", loss, pairs["expected"]["loss"])

    batch = [common.tensor(x) for x in fixture["embedding_batch"]]
    second = [common.tensor(x) for x in fixture["orthogonal_batch"]]
    affinities = [
        mvl.affinity(common.tensor(x), config["n_nbrs"], scale)
        for x, scale in zip(fixture["affinity_inputs"], config["scales"])
    ]
    networks = nn.ModuleList(mvl.linears(d, config["hidden"], config["clusters"]) for d in config["view_dims"])
    holder = nn.ModuleDict({"view": networks}).double()
    holder.load_state_dict(common.tensors(fixture["params"]))
    optimizer = mvl.TensorFlowRMSProp(networks.parameters(), config["optimizer"]["lr"])
    for step in range(3):
        values, outputs, orthogonal = mvl.train_step(networks, optimizer, batch, second, affinities, config["lambda_"])
        if step == 0:
            for v in range(len(batch)):
                result.compare(f"affinity {v}", mvl.affinity_matrix(*affinities[v]), expected["affinities"][v])
                result.compare(f"orthogonal weights {v}", orthogonal[v], expected["orthogonal_weights"][v])
                result.compare(f"output {v}", outputs[v], expected["outputs"][v])
            for key, value in values.items():
                result.compare(f"{key}_loss", value, expected[f"{key}_loss"])
            result.compare_all("gradient", {k: p.grad for k, p in holder.named_parameters()}, expected["gradients"])
        result.compare(f"loss of step {step}", values["total"], [expected["total_loss_per_step"][step]])
    result.compare_all("parameter", dict(holder.named_parameters()), expected["params_after_3_steps"])
    result.finish()


def main():
    args = common.parser(__doc__, fixture=True)
    args.add_argument("--dims", type=int, nargs="+", default=(784, 784), help="features of each view")
    args.add_argument("--arch", type=int, nargs="+", default=(1024, 1024, 1024, 10))
    args.add_argument("--batch", type=int, default=1024)
    args.add_argument("--neighbours", type=int, default=5)
    args.add_argument("--clusters", type=int, default=10)
    args.add_argument("--siamese", choices=("step", "ahead"), default="step", help="when its outputs are computed")
    args.add_argument("--repetitions", type=int, default=10)
    args = args.parse_args()
    common.start(args)
    if args.check:
        check(args)
        return
    siameses = [mvl.linears(d, *args.arch) for d in args.dims]
    networks = nn.ModuleList(mvl.linears(d, *args.arch[:-1], args.clusters) for d in args.dims)
    optimizer = mvl.TensorFlowRMSProp(networks.parameters(), 1e-4)
    data = [torch.rand(4 * args.batch, d) for d in args.dims]

    @torch.no_grad()
    def siamese_outputs(batch):
        return [mvl.siamese(s, x) for s, x in zip(siameses, batch)]

    ahead = siamese_outputs(data)
    scales = [mvl.scale_of(x[: args.batch], 2) for x in ahead]

    def step(embedding):
        rows = torch.randint(len(data[0]), (args.batch,))
        second = torch.randint(len(data[0]), (args.batch,))
        batch = [x[rows] for x in data]
        codes = siamese_outputs(batch) if args.siamese == "step" else [x[rows] for x in ahead]
        affinities = [mvl.affinity(c, args.neighbours, s) for c, s in zip(codes, scales)]
        values, _, _ = mvl.train_step(networks, optimizer, batch, [x[second] for x in data], affinities, 0.001, embedding)
        return values["total"].item()

    variants = {
        name: common.summary(common.repeat(lambda: step(embedding), args.repetitions))
        for name, embedding in common.function_forms(args, mvl.embed).items()
    }
    settings = {k: getattr(args, k) for k in ("dims", "arch", "batch", "neighbours", "clusters", "siamese", "seed")}
    common.emit("mvlnet step", **common.fastest(variants), settings=settings)


if __name__ == "__main__":
    main()
