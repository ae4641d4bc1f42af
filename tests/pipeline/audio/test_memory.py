from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

from pipeline.audio.memory import give_back


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_what_is_free_goes_back() -> None:
    """Small pieces that were in use and are not any more leave the process."""
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.free.argtypes = [ctypes.c_void_p]
    pieces = [library.malloc(60_000) for _ in range(3000)]
    for piece in pieces:
        ctypes.memset(piece, 1, 60_000)
    # The last one stays in use, so that freeing the others cannot just lower the heap's end.
    for piece in pieces[:-1]:
        library.free(piece)
    held = resident()
    give_back()
    assert resident() < held - 100_000_000
    library.free(pieces[-1])
