"""The machine's measured limits: operations per second in a float32 product, bytes per second in a copy."""

import torch

import common


def product_rates(repetitions, n=2048):
    """Operations per second of an n³ product, per repetition."""
    a, b, c = torch.randn(n, n), torch.randn(n, n), torch.empty(n, n)
    return [2 * n**3 / s for s in common.repeat(lambda: torch.mm(a, b, out=c), repetitions)]


def copy_rates(repetitions, size=64 << 20):
    """Bytes read and written per second in a copy of 256 MiB, per repetition."""
    a, b = torch.ones(size), torch.empty(size)
    return [2 * 4 * size / s for s in common.repeat(lambda: b.copy_(a), repetitions)]


def main():
    args = common.parser(__doc__)
    args.add_argument("--repetitions", type=int, default=9)
    args = args.parse_args()
    common.start(args)
    common.emit("limits", flops=max(product_rates(args.repetitions)), copy=max(copy_rates(args.repetitions)))


if __name__ == "__main__":
    main()
