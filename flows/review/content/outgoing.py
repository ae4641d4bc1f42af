"""Releases that run in the background of the page, one at a time.

Rendering and listening again take minutes for a long call, longer than a browser waits.  A release changes
the desk only in one transaction at its end: when the page is stopped before it, nothing is released, and
the button is shown again.
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
from flows.exchange.outbox import place_released
from flows.releasing.release import draft_letter, release
from pipeline.errors import PipelineError, StillThereError

if TYPE_CHECKING:
    from flows.loaded_models import Models

LOG = logging.getLogger("kaiji.review")


@dataclass(frozen=True, slots=True)
class Errand:
    """A release that a person started.

    Attributes:
        by: Login of that person.
        since: Time of the start.
        fault: Reason why nothing was released; empty while it runs.
        places: Where leaks are left: the call's id and seconds in it.
    """

    by: str = field(repr=False)
    since: datetime
    fault: str = ""
    places: tuple[tuple[str, float], ...] = ()

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return not self.fault


class Outgoing:
    """The releases of one process.

    Args:
        desk: The desk.
        turn: Held while models work; masking holds it too.
    """

    def __init__(self, desk: Desk, turn: threading.Lock) -> None:
        self._desk = desk
        self._errands: dict[str, Errand] = {}
        self._lock = threading.Lock()
        self._turn = turn

    def begin(self, actor: Actor, number: str, load_models: Callable[[str], Models]) -> None:
        """Start a release in the background.

        Args:
            actor: The person who releases.
            number: Public number of the request.
            load_models: Loads the models that listen to the finished audio, by the model's name.

        Raises:
            ConflictError: when a release of the request runs already.
            ImpossibleStepError: when the request is neither approved nor withheld, or something
                changed after the approval.
            LetterError: when the letter cannot be filled in.
        """
        # Faults that a person has to correct are reported at once.
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
        # A daemon thread, so that it does not delay the end of the program.
        threading.Thread(target=self._run, args=what, name=f"release-{number}", daemon=True).start()

    def of(self, number: str) -> Errand | None:
        """Return the running or failed release of a request; ``None`` after a success."""
        with self._lock:
            return self._errands.get(number)

    @property
    def working(self) -> bool:
        """Whether a release runs."""
        with self._lock:
            return any(errand.running for errand in self._errands.values())

    def _run(self, actor: Actor, number: str, load_models: Callable[[str], Models]) -> None:
        places: tuple[tuple[str, float], ...] = ()
        try:
            # One at a time, because each check needs a whole processor and the memory of a model.
            with self._turn:
                release(self._desk, actor, number, load_models)
            fault = ""
            unplaced = place_released(self._desk, actor, number)
            if unplaced:
                LOG.warning("%s: %s", number, unplaced)
        except StillThereError as error:
            fault, places = str(error), tuple((error.call_id, second) for second in error.seconds)
        except PipelineError as error:
            fault = str(error)
        except Exception as error:  # noqa: BLE001 (told on the page; the log has its kind only)
            reference = secrets.token_hex(4)
            LOG.error("release failed: %s (reference %s)", type(error).__name__, reference)  # noqa: TRY400
            fault = f"プログラムの中で誤りが起きました(照会番号 {reference})"
        with self._lock:
            if fault:
                self._errands[number] = replace(self._errands[number], fault=fault, places=places)
            else:
                del self._errands[number]
