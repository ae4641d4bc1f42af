"""Gives back the memory of models that the tests of a file loaded."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def _memory_given_back() -> Iterator[None]:
    """Where the C library is glibc: it keeps what was freed, a quarter of a gigabyte of each model."""
    yield
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
