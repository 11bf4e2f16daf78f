"""Training step of DCHN's network (4096-4096-4096-64, batch 64, Adam)."""

import torch

import common
from hashing_model import MHN, mhn_losses

WIDTH, BITS, BATCH, CLASSES = 4096, 64, 64, 10


def step_seconds(foreach, set_to_none, repetitions):
    """Seconds per step; gradients are freed before each backward pass, or zeroed and added to."""
    model = MHN(WIDTH, BITS, WIDTH)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, betas=(0.5, 0.999), foreach=foreach)
    x = torch.randn(BATCH, WIDTH)
    labels = torch.eye(CLASSES)[torch.randint(CLASSES, (BATCH,))]
    w = torch.linalg.qr(torch.randn(BITS, CLASSES)).Q.T.contiguous()

    def step():
        loss = mhn_losses(model(x), labels, w, 0.02)["total"]
        optimizer.zero_grad(set_to_none=set_to_none)
        loss.backward()
        optimizer.step()
        return loss.item()

    return common.repeat(step, repetitions)


def main():
    args = common.parser(__doc__)
    args.add_argument("--repetitions", type=int, default=10)
    args = args.parse_args()
    common.start(args)
    summaries = {
        f"{adam}, gradients {gradients}": common.summary(step_seconds(foreach, set_to_none, args.repetitions))
        for adam, foreach in (("foreach", True), ("single", False))
        for gradients, set_to_none in (("freed", True), ("zeroed", False))
    }
    fastest = min(summaries, key=lambda name: summaries[name]["median"])
    common.emit(
        "mlp step",
        **summaries[fastest],
        settings={"variant": fastest, "width": WIDTH, "bits": BITS, "batch": BATCH, "seed": args.seed},
        variants={name: entry["median"] for name, entry in summaries.items()},
    )


if __name__ == "__main__":
    main()
