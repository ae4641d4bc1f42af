"""Average telephone adapters that went on from one another: better than any of them.

    python -m models.training.adapter.average_adapters A.npz:0.2 B.npz:0.4 C.npz:0.4 --out telephone.npz
        [--keep-encoder]

Each round of learning fits the names and voices of its own calls more closely than any others, and each in
its own way: of what it learns from the loss falls by half, of calls in other voices hardly.  In the middle of
several rounds what they have in common is left (Wortsman et al. 2022, Model soups, arXiv 2203.05482).  The
factors U and D themselves are averaged, so every adapter has to go on from the one before.  With
``--keep-encoder`` only the decoder is the mean: what listens to the first one's encoder hears the same.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.speech.whisper.adapter import Adapter, read_adapter
from models.training.adapter.adapter_file import made_for, write_adapter
from models.training.written import say_written

ENCODER: Final = "encoder/"
"""How the names of its matrices begin, in the model's file."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("adapters", nargs="+", metavar="NPZ:SHARE", help="shares add up to 1")
    parser.add_argument("--keep-encoder", action="store_true", help="of the first, as it is")
    parser.add_argument("--out", type=Path, required=True, metavar="NPZ")
    options = parser.parse_args(arguments)
    named = [each.rpartition(":") for each in options.adapters]
    shares = [float(share) for _, _, share in named]
    contents = [Path(path).read_bytes() for path, _, _ in named]
    models = {made_for(content) for content in contents}
    if len(models) > 1:
        parser.error("the adapters are made for several models")
    if not np.isclose(sum(shares), 1.0):
        parser.error(f"the shares add up to {sum(shares):g}")
    adapters = list(map(read_adapter, contents))
    mean = average(adapters, shares)
    if options.keep_encoder:
        mean = _with_encoder(mean, adapters[0])
    write_adapter(options.out, mean, models.pop())
    say_written(options.out)
    return 0


def average(adapters: Sequence[Adapter], shares: Sequence[float]) -> Adapter:
    """The weighted mean of adapters.

    Args:
        adapters: Each went on from the one before.
        shares: Of each.

    Raises:
        ValueError: when they change other matrices, or by other ranks.
    """
    changes = [adapter.changes for adapter in adapters]
    shapes = [{name: (up.shape, down.shape) for name, (up, down) in each.items()} for each in changes]
    if any(each != shapes[0] for each in shapes):
        raise ValueError("the adapters change other matrices, or by other ranks")
    return Adapter(
        {name: (_mean(changes, shares, name, 0), _mean(changes, shares, name, 1)) for name in changes[0]}
    )


def _with_encoder(adapter: Adapter, other: Adapter) -> Adapter:
    """An adapter with the encoder of another one."""
    encoder = {name: change for name, change in other.changes.items() if name.startswith(ENCODER)}
    return Adapter({**adapter.changes, **encoder})


def _mean(
    changes: Sequence[Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]],
    shares: Sequence[float],
    name: str,
    factor: int,
) -> NDArray[np.float32]:
    """U (0) or D (1) of one matrix."""
    each = (share * change[name][factor] for share, change in zip(shares, changes, strict=True))
    return np.asarray(sum(each), dtype=np.float32)


if __name__ == "__main__":
    raise SystemExit(main())
