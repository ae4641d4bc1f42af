from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.hearing.batches import in_batches


@given(st.lists(st.integers()), st.integers(1, 9), st.integers(1, 4))
def test_every_window_is_done_once_and_results_keep_their_order(
    windows: list[int], most: int, at_once: int
) -> None:
    """However they are dealt; no batch is too large, and no two differ by more than a window."""
    sizes: list[int] = []

    def do(batch: Sequence[int]) -> list[int]:
        sizes.append(len(batch))
        return [-window for window in batch]

    assert in_batches(windows, do, most=most, at_once=at_once) == [-window for window in windows]
    assert sum(sizes) == len(windows)
    assert max(sizes, default=0) <= most
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


def test_batches_run_at_the_same_time() -> None:
    """Two windows and two workers: neither waits for the other to be done."""
    both = threading.Barrier(2, timeout=20)

    def do(batch: Sequence[int]) -> list[int]:
        both.wait()
        return list(batch)

    assert in_batches([1, 2], do, most=4, at_once=2) == [1, 2]


@pytest.mark.parametrize("at_once", [1, 3])
def test_what_is_begun_after_an_error_is_little(at_once: int) -> None:
    """An error, or a request to end, comes out; batches that have not begun are not begun."""
    begun: list[int] = []

    def do(batch: Sequence[int]) -> list[int]:
        begun.append(batch[0])
        time.sleep(0.01)
        raise MemoryError

    with pytest.raises(MemoryError):
        in_batches(range(100), do, most=1, at_once=at_once)
    assert len(begun) < 100
