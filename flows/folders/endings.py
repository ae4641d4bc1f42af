"""Ending a process on a signal so that all its clean-up code still runs.

By default Python stops at once on SIGTERM and SIGHUP, which would leave clear text on disk until the next
start.  ``raised_signals`` turns these signals into an exception.  ``undisturbed`` delays signals for short
stretches that must not be interrupted, such as making a folder or renaming a call's files.  An exception can
come just before clean-up code starts and so prevent it; ``before_ending`` registers clean-up that always
runs.
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

_END_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Signals that ask a process to end."""

_INTERRUPTING_SIGNALS: Final = (*_END_SIGNALS, signal.SIGALRM)
"""These, and the alarm by which Prefect enforces a time limit."""


_last_work: list[Callable[[], None]] = []


class EndedBySignal(BaseException):
    """The process received a signal to end.

    Args:
        number: Number of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number


def before_ending(work: Callable[[], None]) -> Callable[[], None]:
    """Register clean-up that runs before a process ends by a signal, whatever the signal interrupted.

    Args:
        work: Called once, from the main thread, when no signal can interrupt it.

    Returns:
        ``work``, so that this can be a decorator.
    """
    _last_work.append(work)
    return work


@contextlib.contextmanager
def raised_signals() -> Iterator[None]:
    """Turn a signal to end into an exception; when it leaves the context, the process ends by that signal.

    A signal that is ignored, such as SIGHUP under ``nohup``, stays ignored.  From the first signal on all
    others are ignored, so that they cannot interrupt the clean-up; SIGKILL still ends the process at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def told(number: int, _: FrameType | None) -> None:
        for each in _END_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise EndedBySignal(number)

    for each in _END_SIGNALS:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, told)
    try:
        yield
    except EndedBySignal as ended:
        for work in _last_work:
            work()
        # The parent process then sees that the signal ended this one.
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Delay signals until the context is over, for short stretches that must not be interrupted.

    Every signal handler, ours, Prefect's or a server's, runs afterwards.  Outside the main thread nothing is
    delayed, because Python runs signal handlers in the main thread only.
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
            # A handler that was not set from Python could not be restored.
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
