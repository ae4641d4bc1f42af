"""Answer a form that is sent twice like the first time, without executing it again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

REMEMBERED = 1000
"""Greatest number of forms whose outcome is remembered."""


@dataclass(frozen=True, slots=True)
class SentForm:
    """Identity of a form: id of the session, and the random word of the form."""

    session_id: str = field(repr=False)
    word: str


class Once:
    """Outcomes of the forms that this process has received."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: OrderedDict[SentForm, str] = OrderedDict()

    def of(self, form: SentForm, make: Callable[[], str]) -> str:
        """Execute a form, unless it was executed already.

        Args:
            form: Identity of the form.
            make: Executes the form, and returns the public number of the result; when it raises, no outcome
                is remembered.

        Returns:
            The result of ``make``, of now or of the first submission.
        """
        with self._lock:
            if form not in self._done:
                self._done[form] = make()
                if len(self._done) > REMEMBERED:
                    self._done.popitem(last=False)
            return self._done[form]
