"""Complete and reopen the review of a call, and check the conditions for it.

Completing listens to the finished copy, which takes minutes for a long call, longer than a browser waits: it
runs in the background.  It changes the desk only at its end, and only without new decisions meanwhile; when
the page is stopped before, the review stays incomplete.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.values import Actor
from flows.desk.work.decisions import check_read
from flows.desk.work.plans import reopen as reopen_call
from flows.desk.work.reviews import Review, found_first, load_review, record
from flows.masking.final_copy import make_final
from flows.masking.last_check import last_check
from pipeline.errors import ReviewRuleError
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.rules import check_complete
from pipeline.types import MaskItem

if TYPE_CHECKING:
    from flows.loaded_models import Models

_LISTENING: Final = threading.Lock()
"""Lock for one check at a time: listening needs a whole processor and the memory of a model."""


def complete(
    desk: Desk,
    actor: Actor,
    review: Review,
    left: float | None,
    load_models: Callable[[str], Models],
) -> Review:
    """Complete a review: the final copy is made and verified, and waits for approval.

    Masked data that can still be read or heard becomes findings, and the review is then not complete.

    Args:
        desk: The desk.
        actor: The person who completes it.
        review: The review as they saw it.
        left: Seconds of the masked copy without a listener, where listening through is required.
        load_models: Loads the models that listen to the finished audio, by the model's name.

    Returns:
        The review, complete or with a FOUND decision at its end.

    Raises:
        ReviewRuleError: when an item is undecided, unconfirmed or unheard, or the text must be read through
            and was not.
        ConflictError: when somebody else has decided since.
        CallUnsafeError: when something masked can still be heard or read in the copy.
    """
    if review.complete:
        return review
    _check(desk, review, left)
    with _LISTENING:
        found = last_check(desk, actor, review.draft, load_models)
    if found:
        return record(desk, actor, review, lambda number: (_found(number, found),))
    make_final(desk, actor, review.call.call_id, review.draft, expected=review.count)
    made = load_review(desk, review.call.call_id)
    if made.count != review.count:
        # Somebody has already decided on the new revision, so it is not complete.
        return made
    done = _own(ReviewKind.COMPLETE)
    with desk.change(actor) as change:
        subject = Subject(made.call.request_id, made.call.call_id)
        heard = "not_asked" if left is None else "whole"
        change.record("call.complete", subject, {"revision": made.stored.revision, "heard": heard})
    return record(desk, actor, made, lambda number: (replace(done, number=number),))


def _check(desk: Desk, review: Review, left: float | None) -> None:
    """Refuse to complete before all tasks of a person are done; errors as for ``complete``."""
    check_complete(review.stored.plan, review.made, found_first(desk, review))
    if desk.settings.review_text == "required":
        check_read(review.on_text)
    if left is not None and left > 0:
        msg = f"伏せた音をまだ{left:.0f}秒聞いていません。聞き通してから終えてください"
        raise ReviewRuleError(msg)


@dataclass(frozen=True, slots=True)
class Check:
    """A completion that a person has begun.

    Attributes:
        by: Login of that person.
        since: Time of the start.
        count: Number of decisions that it completes.
        found: Findings of the last check, by their ids; or the reason why it ended without a result.
    """

    by: str = field(repr=False)
    since: datetime
    count: int
    found: Future[tuple[str, ...]] = field(default_factory=Future, repr=False)

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return not self.found.done()


class Completing:
    """The completions of one process, by call.

    Args:
        desk: The desk.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._checks: dict[str, Check] = {}
        self._lock = threading.Lock()

    def of(self, call_id: str) -> Check | None:
        """Return the present completion of a call, or the last one."""
        with self._lock:
            return self._checks.get(call_id)

    def running(self, call_id: str) -> Check | None:
        """Return the present completion of a call."""
        check = self.of(call_id)
        return check if check is not None and check.running else None

    @property
    def working(self) -> bool:
        """Whether a completion runs."""
        with self._lock:
            return any(check.running for check in self._checks.values())

    def begin(
        self, actor: Actor, review: Review, left: float | None, load_models: Callable[[str], Models]
    ) -> Check:
        """Begin to complete a review, or return the present completion of the same decisions.

        Args:
            actor: The person who completes it.
            review: The review as they saw it.
            left: Argument as for ``complete``.
            load_models: Argument as for ``complete``.

        Raises:
            ReviewRuleError: as for ``complete``; nothing runs then.
            ConflictError: when other decisions of this call are being completed.
        """
        call_id = review.call.call_id
        if not review.complete:
            _check(self._desk, review, left)
        with self._lock:
            running = self._checks.get(call_id)
            if running is not None and running.running:
                if running.count == review.count:
                    return running
                msg = "この通話は、いま伏せた写しを確かめています。終わってからもう一度終えてください"
                raise ConflictError(msg)
            check = self._checks[call_id] = Check(actor.name, self._desk.clock(), review.count)

        def work() -> tuple[str, ...]:
            done = complete(self._desk, actor, review, left, load_models)
            last = done.made[-1] if done.made else None
            found = last is not None and last.kind is ReviewKind.FOUND
            return tuple(item.item_id for item in last.found) if last is not None and found else ()

        # A daemon thread, so that it does not delay the end of the program.
        threading.Thread(target=_run, args=(check.found, work), name=f"check-{call_id}", daemon=True).start()
        return check


def _run(into: Future[tuple[str, ...]], work: Callable[[], tuple[str, ...]]) -> None:
    try:
        into.set_result(work())
    except BaseException as error:  # noqa: BLE001 (raised again where somebody asks how it ended)
        into.set_exception(error)


def reopen(desk: Desk, actor: Actor, review: Review, reason: str) -> Review:
    """Take an approved call back into review, with a reason that stays with its decisions."""
    reopen_call(desk, actor, review.call.call_id)
    again = load_review(desk, review.call.call_id)
    said = replace(_own(ReviewKind.REOPEN), reason=reason)
    return record(desk, actor, again, lambda number: (replace(said, number=number),))


def _found(number: int, items: tuple[MaskItem, ...]) -> ReviewDecision:
    """Return the decision by which findings of the last check come into the review."""
    numbered = tuple(
        replace(item, item_id=f"h{number:04d}.{place}") for place, item in enumerate(items, start=1)
    )
    return replace(_own(ReviewKind.FOUND), number=number, found=numbered)


def _own(kind: ReviewKind) -> ReviewDecision:
    return ReviewDecision(0, kind, (), "", datetime.now(UTC))
