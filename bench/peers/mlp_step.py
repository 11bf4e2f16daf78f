"""Training step of DCHN's network (4096-4096-4096-64, batch 64, Adam)."""

import torch

import common
from hashing_model import MHN, mhn_losses

WIDTH, BITS, BATCH, CLASSES = 4096, 64, 64, 10


def time_steps(args):
    """The fastest variant of a step."""
    model = MHN(WIDTH, BITS, WIDTH)
    x = torch.randn(BATCH, WIDTH)
    labels = torch.eye(CLASSES)[torch.randint(CLASSES, (BATCH,))]
    w = torch.linalg.qr(torch.randn(BITS, CLASSES)).Q.T.contiguous()

    def total():
        return mhn_losses(model(x), labels, w, 0.02)["total"]

    def step_of(total, form):
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, betas=(0.5, 0.999), **form)

        def step():
            loss = total()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            return loss.item()

        return step

    return common.time_forms(torch.optim.Adam, args, total, step_of, args.repetitions)


def main():
    args = common.parser(__doc__)
    args.add_argument("--repetitions", type=int, default=10)
    args = args.parse_args()
    common.start(args)
    settings = {"width": WIDTH, "bits": BITS, "batch": BATCH, "seed": args.seed}
    common.emit("mlp step", **time_steps(args), settings=settings)


if __name__ == "__main__":
    main()
