"""Run a speech model on batches of windows, several batches in parallel; who follows is told of each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipeline.hearing.progress import follower

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
    counted = _counted(do, len(windows))
    if at_once == 1 or count == 1:
        done = [counted(batch) for batch in batches]
    else:
        with ThreadPoolExecutor(at_once) as threads:
            done = list(threads.map(counted, batches))
    return [done[number % count][number // count] for number in range(len(windows))]


def _counted(do: Callable[[Sequence[P]], Sequence[R]], total: int) -> Callable[[Sequence[P]], Sequence[R]]:
    """Return ``do`` that tells after each batch which share of the windows is done."""
    tell, lock, done = follower(), threading.Lock(), 0

    def counted(batch: Sequence[P]) -> Sequence[R]:
        nonlocal done
        results = do(batch)
        with lock:
            done += len(batch)
            tell(done / total)
        return results

    return counted
