"""Run a speech model on batches of windows, several batches in parallel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_batches"]

P = TypeVar("P")
R = TypeVar("R")


def in_batches(
    windows: Sequence[P], do: Callable[[Sequence[P]], Sequence[R]], *, most: int, at_once: int
) -> list[R]:
    """Apply a function to windows, batch by batch.

    Args:
        windows: Windows in any order; neighbours go into different batches, so that batches take about
            equally long.
        do: Processes a batch and returns one result for each of its windows.
        most: Greatest number of windows in a batch.
        at_once: Number of batches in parallel, each in a thread: the number of workers of the speech model.

    Returns:
        The results in the order of the windows.
    """
    if not windows:
        return []
    count = max(min(at_once, len(windows)), -(-len(windows) // most))
    batches = [windows[first::count] for first in range(count)]
    if at_once == 1 or count == 1:
        done = [do(batch) for batch in batches]
    else:
        with ThreadPoolExecutor(at_once) as threads:
            done = list(threads.map(do, batches))
    return [done[number % count][number // count] for number in range(len(windows))]
