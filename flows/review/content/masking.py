"""Waiting calls that a person has masked now instead of at night, one after the other, in the background.

The desk's claims assign the calls, as at night, so a night run at the same time shares the queue.  A call
that cannot be masked is put back or set aside with its reason by the function that a worker calls, too.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ClaimLostError, ConflictError, DeskError, ImpossibleStepError
from flows.desk.kinds.values import Actor
from flows.desk.work.backlog import backlog
from flows.masking.mask_case_call import MachineError, PutBackError, SetAsideError
from flows.masking.pace import Pace
from pipeline.errors import PipelineError
from pipeline.hearing.progress import followed

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
        pace: How far it is.
    """

    by: str = field(repr=False)
    since: datetime
    masked: int = 0
    failed: int = 0
    running: bool = True
    fault: str = ""
    pace: Pace = field(default_factory=Pace)

    @property
    def told(self) -> str:
        """Calls done and to come, how far the present one is, and the time that is left."""
        parts = [f"{self.pace.total}件のうち{self.masked}件が済みました"]
        if self.failed:
            parts.append(f"できなかった通話 {self.failed}件")
        if self.pace.present:
            parts.append(f"いまの通話は{self.pace.within:.0%}")
        if self.pace.left_text:
            parts.append(self.pace.left_text)
        return "。".join(parts) + "。"


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
        began = time.monotonic()

        def reached(share: float) -> None:
            self._tell(pace=lambda pace: pace.reached(share, time.monotonic() - began))

        def begun(present: float, ahead: tuple[float, ...]) -> None:
            self._tell(pace=lambda pace: pace.begun(present, ahead, time.monotonic() - began))

        while ready := self._waiting(tried):
            lengths = list(ready.values())
            call_id = next(iter(ready))
            tried.add(call_id)
            begun(lengths[0], tuple(lengths[1:]))
            try:
                with self._turn, followed(reached):
                    mask(self._desk, actor, call_id)
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

    def _waiting(self, tried: Collection[str]) -> dict[str, float]:
        """The calls that wait and have not been tried, in their order, each with its length."""
        now = backlog(self._desk)
        return {each: max(1.0, now.lengths[each]) for each in now.ready if each not in tried}

    def _tell(
        self,
        *,
        masked: int = 0,
        failed: int = 0,
        running: bool = True,
        fault: str = "",
        pace: Callable[[Pace], Pace] = lambda pace: pace,
    ) -> None:
        with self._lock:
            if self._now is not None:
                self._now = replace(
                    self._now,
                    masked=self._now.masked + masked,
                    failed=self._now.failed + failed,
                    running=running,
                    fault=fault,
                    pace=pace(self._now.pace),
                )
