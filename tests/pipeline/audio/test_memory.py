from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.audio.memory import ARENAS, give_back


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


COUNT_ARENAS = """
import ctypes, os, re, sys, tempfile, threading
from pipeline.audio.memory import share_arenas
if sys.argv[1] == "shared":
    share_arenas()
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
gate = threading.Barrier(9)
def take():
    library.malloc(1000)
    gate.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for each in threads: each.start()
gate.wait()
for each in threads: each.join()
with tempfile.TemporaryFile() as file:
    copy = os.dup(2)
    os.dup2(file.fileno(), 2)
    library.malloc_stats()
    os.dup2(copy, 2)
    file.seek(0)
    print(len(re.findall(rb"^Arena ", file.read(), re.M)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_threads_share_arenas() -> None:
    """Eight threads that ask at the same time take from few arenas, where they would have one each."""
    alone, shared = (
        int(subprocess.run([sys.executable, "-c", COUNT_ARENAS, how], capture_output=True, check=True).stdout)
        for how in ("alone", "shared")
    )
    assert alone > ARENAS
    assert shared <= ARENAS
