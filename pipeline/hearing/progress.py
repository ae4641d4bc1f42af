"""How much of a long piece of work is done, told to whoever follows it.

Recognising an hour of sound takes many minutes, in functions that know windows and not whose bar is drawn.
So the follower is not an argument of each of them but belongs to the present context; without one nothing is
told.  Each part of the work counts from 0 to 1, and ``part`` says which part of the whole that is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

Tell = Callable[[float], None]
"""Is told which share of the work is done, 0 to 1; from any thread, and possibly a lesser one than before."""


def _nobody(_: float) -> None:
    """Follow nothing."""


_FOLLOWER: ContextVar[Tell] = ContextVar("follower", default=_nobody)


def follower() -> Tell:
    """Return who is told in this context; a function that starts threads asks before."""
    return _FOLLOWER.get()


@contextlib.contextmanager
def followed(tell: Tell) -> Iterator[None]:
    """Let ``tell`` follow what is done within the context.

    Args:
        tell: Is told the shares.
    """
    before = _FOLLOWER.set(tell)
    try:
        yield
    finally:
        _FOLLOWER.reset(before)


@contextlib.contextmanager
def part(first: float, last: float) -> Iterator[None]:
    """Tell what is done within the context as a part of the whole; all of it at the end.

    Args:
        first: Share of the whole that is done before.
        last: Share that is done afterwards.
    """
    whole = follower()
    with followed(lambda share: whole(first + (last - first) * share)):
        yield
    whole(last)
