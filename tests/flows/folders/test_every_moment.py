"""A signal at every line that writes into a folder: a whole file is there, or none, and no part."""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from flows.folders.held_folder import _let_go_of_all, held_folder
from flows.folders.moving import move_in
from flows.folders.open_folder import OpenFolder, open_folder
from flows.outputs import open_output

FOLDERS = str(Path(sys.modules[OpenFolder.__module__].__file__ or "").parent)
MAX_LINES = 2000


class _Ended(BaseException):
    """The answer to the signal."""


def _put(out: Path, _: Path) -> None:
    with open_folder(out) as folder:
        folder.put("a", b"whole")


def _add(out: Path, _: Path) -> None:
    with open_folder(out) as folder:
        folder.add("a", b"whole")


def _open(out: Path, _: Path) -> None:
    open_output(out)


def _move_in(out: Path, private: Path) -> None:
    (private / "ours").write_bytes(b"whole")
    with open_folder(out) as folder:
        move_in(out, folder, {"a": private / "ours", "b": private / "ours"}, private)


def _hold(out: Path, _: Path) -> None:
    out.chmod(0o700)
    try:
        with held_folder(out, "x-") as folder:
            (folder / "clear.txt").write_text("clear")
    except _Ended:
        # As in ``raised_signals``, when the exception prevented the folder's own removal.
        _let_go_of_all()
        raise


@pytest.fixture
def ended() -> Iterator[None]:
    """A signal raises, once: as in ``raised_signals``, later ones are ignored."""

    def answer(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        raise _Ended

    before = signal.signal(signal.SIGTERM, answer)
    answers.append(answer)
    yield
    answers.clear()
    signal.signal(signal.SIGTERM, before)


answers: list[Callable[[int, FrameType | None], None]] = []


def _interrupted(work: Callable[[], None], line: int) -> bool:
    """Send the signal at the n-th line of ours that ``work`` runs; return whether it came that far."""
    passed = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal passed
        if event == "line" and frame.f_code.co_filename.startswith(FOLDERS):
            passed += 1
            if passed == line:
                signal.raise_signal(signal.SIGTERM)
        return trace

    signal.signal(signal.SIGTERM, answers[0])
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        # Where an exception leaves an ``except`` at its first line, Python 3.11 goes on to hold the former
        # one as handled, and gives it to every later error as its context; but not beyond a generator.
        deque(work() for _ in "1")
    except _Ended:
        return True
    finally:
        sys.settrace(before)
    return passed >= line


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(
    "work", [_put, _add, _open, _move_in, _hold], ids=lambda work: work.__name__.strip("_")
)
def test_no_part_is_left(tmp_path: Path, work: Callable[[Path, Path], None]):
    """Whichever line the signal comes at."""
    private = tmp_path / "private"
    private.mkdir(0o700)
    whole = {"a", "b"} if work is _move_in else {"a"}
    for line in range(1, MAX_LINES):
        out = tmp_path / str(line)
        out.mkdir()
        came = _interrupted(lambda out=out: work(out, private), line)
        left = {path.name for path in out.iterdir()}
        assert left in (set(), whole), line
        assert all(path.read_bytes() == b"whole" for path in out.iterdir())
        if not came:
            assert line > 20
            return
    pytest.fail("it never came to an end")
