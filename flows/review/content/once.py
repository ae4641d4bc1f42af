"""Forms that are sent twice: the second sending of one is answered as the first was."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Once"]

REMEMBERED = 1000
"""Forms of which it is known what became of them."""


class Once:
    """What became of the forms that this process has received."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: OrderedDict[tuple[str, str], str] = OrderedDict()

    def of(self, form: tuple[str, str], make: Callable[[], str]) -> str:
        """Do what a form asks for, unless it was done already.

        Args:
            form: Id of the session, and the random word of the form.
            make: Does it, and returns the public number of what it made; when it raises, nothing is
                remembered.

        Returns:
            What ``make`` returned, now or at the first sending.
        """
        with self._lock:
            if form not in self._done:
                self._done[form] = make()
                if len(self._done) > REMEMBERED:
                    self._done.popitem(last=False)
            return self._done[form]
