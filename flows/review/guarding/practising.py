"""The practice desk next to the company's own: begun, served by the same process, and removed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import FastAPI

from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.values import Actor
from flows.practice.mark import MARK, is_practice, practice_settings
from flows.practice.practice_desk import SAMPLES, PracticeError, begin_practice, check_can_begin, end_practice
from flows.settings import Settings


@dataclass(frozen=True, slots=True)
class _Open:
    """The practice desk while it is served.

    Attributes:
        made: Time of its mark; another desk in the same folder has another.
    """

    made: int
    desk: Desk = field(repr=False)
    page: FastAPI = field(repr=False)


class Practising:
    """The practice desk of one process.

    Args:
        settings: The settings of the company's desk.
        page_of: Makes the page of an opened practice desk.
    """

    def __init__(self, settings: Settings, page_of: Callable[[Desk], FastAPI]) -> None:
        self._company = settings
        self._settings = practice_settings(settings)
        self._page_of = page_of
        self._lock = threading.Lock()
        self._open: _Open | None = None

    @property
    def there(self) -> bool:
        """Whether there is a practice desk."""
        return is_practice(self._settings)

    @property
    def refusal(self) -> str:
        """Reason why none can be begun on this machine; empty when one can."""
        try:
            check_can_begin(self._company, SAMPLES)
        except PracticeError as error:
            return str(error)
        return ""

    def begin(self, actor: Actor) -> None:
        """Make it of the project's sample calls.

        Args:
            actor: The person who practises.

        Raises:
            PracticeError: as for ``begin_practice``.
        """
        with self._lock:
            begin_practice(self._company, actor, SAMPLES)

    def page(self) -> FastAPI | None:
        """Return its page, opening the desk at the first time; ``None`` when there is no practice desk.

        Raises:
            DeskError: when it cannot be opened.
        """
        with self._lock:
            made = self._made()
            if self._open is not None and self._open.made != made:
                # The command has removed it, and perhaps begun another one.
                self._close()
            if made is None:
                return None
            if self._open is None:
                desk = open_desk(self._settings)
                self._open = _Open(made, desk, self._page_of(desk))
            return self._open.page

    def end(self) -> None:
        """Remove it without a trace.

        Raises:
            ConflictError: when something is being masked, checked or released in it.
            PracticeError: as for ``end_practice``.
        """
        with self._lock:
            if self._open is not None and self._open.page.state.site.working:
                msg = "練習の窓口で作業が動いています。終わってから片付けてください"
                raise ConflictError(msg)
            self._close()
            end_practice(self._company)

    def close(self) -> None:
        """Close it with the page."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.desk.store.let_go()
            self._open.desk.close()
            self._open = None

    def _made(self) -> int | None:
        try:
            return (self._settings.home / MARK).stat().st_mtime_ns
        except FileNotFoundError:
            return None
