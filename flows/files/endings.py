"""How a process ends when it is told to: by way of everything that tidies up behind it.

Python's own answer to SIGTERM and SIGHUP is to stop on the spot: clear text would lie where it was until
the next start.  ``told_to_end`` turns them into an exception, ``undisturbed`` keeps any such exception,
whoever raises it, out of the moments in which a folder is made or removed or a call's files get their names.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final

__all__ = ["EndedBySignal", "told_to_end", "undisturbed"]

_END_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""What asks a process to end and leaves it the time to."""

_INTERRUPTING_SIGNALS: Final = (*_END_SIGNALS, signal.SIGALRM)
"""With the alarm by which Prefect breaks off what takes too long."""


class EndedBySignal(BaseException):
    """The process was told to end.

    Args:
        number: Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number


@contextlib.contextmanager
def told_to_end() -> Iterator[None]:
    """For as long as the context lasts, a signal to end is an exception; at its end the process ends by it.

    A signal that is ignored, as SIGHUP under ``nohup``, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def told(number: int, _: FrameType | None) -> None:
        raise EndedBySignal(number)

    for each in _END_SIGNALS:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, told)
    try:
        yield
    except EndedBySignal as ended:
        # Whoever started the process sees that it was the signal.
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Put off what signals do until the context is over: for short stretches that are done as a whole.

    Whatever answers to a signal, ours, Prefect's or a server's, does so afterwards.  In another thread
    than the main one no signal interrupts anything.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Callable[[int, FrameType | None], Any] | int | None] = {}
    put_off: list[int] = []
    over = False

    def wait(number: int, frame: FrameType | None) -> None:
        answer = before.get(number)
        if over and callable(answer):
            answer(number, frame)
        else:
            put_off.append(number)

    try:
        for each in _INTERRUPTING_SIGNALS:
            before[each] = signal.getsignal(each)
            # One that was not set from Python could not be put back.
            if before[each] is not None:
                signal.signal(each, wait)
        yield
    finally:
        over = True
        for number, answer in before.items():
            if answer is not None:
                signal.signal(number, answer)
        for number in put_off:
            signal.raise_signal(number)
