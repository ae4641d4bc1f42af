"""Waiting calls that a person has masked now instead of at night, one after the other, in the background.

The desk's claims assign the calls, as at night, so a night run at the same time shares the queue.  A call
that cannot be masked is put back or set aside with its reason by the function that a worker calls, too.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ClaimLostError, ConflictError, DeskError, ImpossibleStepError
from flows.desk.kinds.values import Actor
from flows.desk.work.backlog import backlog
from flows.masking.mask_case_call import MachineError, PutBackError, SetAsideError
from pipeline.errors import PipelineError

__all__ = ["Masking", "Work"]

LOG = logging.getLogger("kaiji.review")

Mask = Callable[[Desk, Actor, str], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Work:
    """A run of masking that a person started.

    Attributes:
        by: Login of that person.
        since: Time of the start.
        masked: Calls that wait for an analyst now.
        failed: Calls that could not be masked.
        running: Whether it still runs.
        fault: Why it ended before the queue was empty.
    """

    by: str = field(repr=False)
    since: datetime
    masked: int = 0
    failed: int = 0
    running: bool = True
    fault: str = ""


class Masking:
    """The masking of one process.

    Args:
        desk: The desk.
        turn: Held while models work; releases hold it too.
    """

    def __init__(self, desk: Desk, turn: threading.Lock) -> None:
        self._desk = desk
        self._turn = turn
        self._lock = threading.Lock()
        self._now: Work | None = None

    @property
    def now(self) -> Work | None:
        """The present run, or the last one."""
        with self._lock:
            return self._now

    def begin(self, actor: Actor, mask: Mask) -> None:
        """Begin to mask the waiting calls.

        Args:
            actor: The person who starts it.
            mask: Masks one call (``flows.masking.mask_case_call``).

        Raises:
            ConflictError: when it runs already, or no call waits.
        """
        with self._lock:
            if self._now is not None and self._now.running:
                msg = "処理はもう始まっています"
                raise ConflictError(msg)
            waiting = len(backlog(self._desk).ready)
            if not waiting:
                msg = "処理待ちの通話はありません"
                raise ConflictError(msg)
            with self._desk.change(actor) as change:
                change.record("night.begin", Subject(), {"waiting": waiting})
            self._now = Work(actor.name, self._desk.clock())
        # A daemon thread, so that it does not delay the end of the program; the claim of its call expires.
        threading.Thread(target=self._run, args=(actor, mask), name="masking", daemon=True).start()

    def _run(self, actor: Actor, mask: Mask) -> None:
        fault = ""
        try:
            fault = self._work_off(actor, mask)
        except PipelineError as error:
            fault = str(error)
        except Exception as error:  # noqa: BLE001 (told on the page; the log has its kind only)
            reference = secrets.token_hex(4)
            LOG.error("masking failed: %s (reference %s)", type(error).__name__, reference)  # noqa: TRY400
            fault = f"プログラムの中で誤りが起きました(照会番号 {reference})"
        self._tell(running=False, fault=fault)

    def _work_off(self, actor: Actor, mask: Mask) -> str:
        """Mask the waiting calls; return the reason why some are left, or an empty text."""
        tried: set[str] = set()
        while ready := [each for each in backlog(self._desk).ready if each not in tried]:
            tried.add(ready[0])
            try:
                with self._turn:
                    mask(self._desk, actor, ready[0])
                self._tell(masked=1)
            except MachineError as error:
                return str(error)
            except (SetAsideError, PutBackError):
                self._tell(failed=1)
            except (ClaimLostError, ImpossibleStepError):
                # Another worker was quicker, or the call was taken out meanwhile.
                continue
            except DeskError as error:
                return str(error)
        return ""

    def _tell(self, *, masked: int = 0, failed: int = 0, running: bool = True, fault: str = "") -> None:
        with self._lock:
            if self._now is not None:
                self._now = replace(
                    self._now,
                    masked=self._now.masked + masked,
                    failed=self._now.failed + failed,
                    running=running,
                    fault=fault,
                )
