"""Run NumPy's matrix products on one thread: a call's are small, and two cores would wait for each other.

A network on a few hundred words took three times the CPU time on two threads beside another call.  Work is
divided between cores by calls, and by windows of a call.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from pathlib import Path

import numpy as np

_SET, _GET = "openblas_set_num_threads", "openblas_get_num_threads"


def use_blas_threads(count: int) -> None:
    """Set the threads of the OpenBLAS of NumPy's wheels; another BLAS is left as it is."""
    for library in _libraries():
        if do := _named(library, _SET):
            do(count)


def blas_threads() -> tuple[int, ...]:
    """Return the number of threads of each OpenBLAS of NumPy; empty with another BLAS."""
    return tuple(int(ask()) for library in _libraries() if (ask := _named(library, _GET)))


@lru_cache(maxsize=1)
def _libraries() -> tuple[ctypes.CDLL, ...]:
    beside = Path(np.__file__).parent.parent / "numpy.libs"
    # CDLL returns a library that is already loaded and does not load it again.
    return tuple(ctypes.CDLL(str(path)) for path in sorted(beside.glob("*openblas*")))


def _named(library: ctypes.CDLL, name: str) -> ctypes._NamedFuncPointer | None:
    """Return a function under one of the names that builds of OpenBLAS give it."""
    spelt = (f"{prefix}{name}{suffix}" for prefix in ("scipy_", "") for suffix in ("64_", ""))
    return next((getattr(library, each) for each in spelt if hasattr(library, each)), None)
