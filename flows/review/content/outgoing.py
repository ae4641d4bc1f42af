"""Releases that run behind the page: seen while they run, one at a time, none twice.

Rendering and listening once more take minutes for a long call; no browser waits so long.  A release is
one change of the desk at its very end: a page that is stopped before it has released nothing, and the
button is there again.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from flows.desk.cases.requests import get
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.values import Actor
from flows.releasing.release import draft_letter, release
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from flows.stages import Models

__all__ = ["Errand", "Outgoing"]

LOG = logging.getLogger("kaiji.review")


@dataclass(frozen=True, slots=True)
class Errand:
    """A release that somebody asked for.

    Attributes:
        by: Who.
        since: When.
        fault: Why nothing went out; empty while it runs.
    """

    by: str = field(repr=False)
    since: datetime
    fault: str = ""

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self.fault


class Outgoing:
    """The releases of one process.

    Args:
        desk: Of the requests.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._errands: dict[str, Errand] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def begin(self, actor: Actor, number: str, load_models: Callable[[str], Models]) -> None:
        """Start a release, which goes on by itself.

        Args:
            actor: Who releases.
            number: Public number of the request.
            load_models: What listens to the finished audio, by the model's name.

        Raises:
            ConflictError: when it is under way already.
            ImpossibleStepError: when the request is neither approved nor withheld, or something
                changed after the approval.
            LetterError: when the letter cannot be filled in.
        """
        # What a person has to put right is told at once.
        draft_letter(self._desk, number)
        with self._lock:
            found = self._errands.get(number)
            if found is not None and found.running:
                msg = f"{number}: 開示の作業はもう始まっています"
                raise ConflictError(msg)
            with self._desk.change(actor) as change:
                change.record("release.begin", Subject(get(self._desk, number).request_id))
            self._errands[number] = Errand(actor.name, self._desk.clock())
        what = (actor, number, load_models)
        # Of a program that is told to stop it must not hold up the end.
        threading.Thread(target=self._run, args=what, name=f"release-{number}", daemon=True).start()

    def of(self, number: str) -> Errand | None:
        """What is under way for a request, or why it came to nothing; ``None`` after a success."""
        with self._lock:
            return self._errands.get(number)

    def _run(self, actor: Actor, number: str, load_models: Callable[[str], Models]) -> None:
        try:
            # One at a time: each fills a processor and a model's memory.
            with self._turn:
                release(self._desk, actor, number, load_models)
            fault = ""
        except PipelineError as error:
            fault = str(error)
        except Exception as error:  # noqa: BLE001 (told on the page; the log has its kind only)
            reference = secrets.token_hex(4)
            LOG.error("release failed: %s (reference %s)", type(error).__name__, reference)  # noqa: TRY400
            fault = f"プログラムの中で誤りが起きました(照会番号 {reference})"
        with self._lock:
            if fault:
                self._errands[number] = replace(self._errands[number], fault=fault)
            else:
                del self._errands[number]
