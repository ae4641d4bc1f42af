"""Give memory that is free back to the system: the C library keeps what a recogniser has worked with."""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable

__all__ = ["give_back"]


def give_back() -> None:
    """Return what is free to the system.

    A batch of windows takes a fifth of a GiB for some seconds, and glibc keeps it: two hearings left 390 MiB
    of which 217 were free.  Takes 30 ms; does nothing where the C library is another.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@functools.cache
def _trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim
