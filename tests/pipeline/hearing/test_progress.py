"""How much is done reaches whoever follows, as a part of the whole, from every thread."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.hearing.batches import in_batches
from pipeline.hearing.progress import followed, part


def test_a_part_counts_within_the_whole():
    """Nested parts are carried over, and each ends with all of it."""
    told: list[float] = []
    with followed(told.append), part(0.5, 1.0), part(0.0, 0.5):
        in_batches([1, 2], lambda batch: batch, most=1, at_once=1)
    assert told == [0.625, 0.75, 0.75, 1.0]


@pytest.mark.parametrize("at_once", [1, 3])
def test_every_batch_is_told(at_once: int):
    """Also from the threads of a pool, which have no context of their own."""
    told: list[float] = []
    with followed(told.append):
        assert in_batches(list(range(6)), _same, most=2, at_once=at_once) == list(range(6))
    assert told == sorted(told)
    assert (len(told), told[-1]) == (3, 1.0)


def test_nobody_follows_afterwards():
    """The follower is that of the context only."""
    told: list[float] = []
    with followed(told.append):
        pass
    in_batches([1], _same, most=1, at_once=1)
    assert told == []


def _same(batch: Sequence[int]) -> Sequence[int]:
    return batch
